"""Rows and columns of the lists of accounts."""

from .companies import CompanyTable
from .members import MemberRow, member_rows
from .people import InvitationTable, PersonTable
from .tokens import TokenTable

__all__ = ["CompanyTable", "InvitationTable", "MemberRow", "PersonTable", "TokenTable", "member_rows"]
