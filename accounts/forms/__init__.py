"""The shape of the input of accounts' pages."""

from .general import (
    CompanySignInForm,
    ForgottenPasswordForm,
    MemberForm,
    NameForm,
    ProjectForm,
    RoleForm,
    SignInForm,
)

__all__ = [
    "CompanySignInForm",
    "ForgottenPasswordForm",
    "MemberForm",
    "NameForm",
    "ProjectForm",
    "RoleForm",
    "SignInForm",
]
