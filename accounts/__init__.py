"""Tenants, projects, users, roles, memberships, tokens, permissions and the audit trail."""
