"""The shape of the input of accounts' pages."""

from .general import ForgottenPasswordForm, MemberForm, NameForm, ProjectForm, RoleForm, SignInForm

__all__ = ["ForgottenPasswordForm", "MemberForm", "NameForm", "ProjectForm", "RoleForm", "SignInForm"]
