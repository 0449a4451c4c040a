"""Shared code of the portal. It imports no app; its only tables are machinery."""
