"""Makes tenants, projects and people for tests."""

import time

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from accounts.choices import RoleCode
from accounts.models import Membership, Project, Role, Tenant, User
from accounts.services.bootstrap import ensure_roles

PASSWORD = "correct horse 42"


def role(code: str) -> Role:
    ensure_roles()
    return Role.objects.built_in(code)


class TenantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tenant

    name = factory.Sequence(lambda n: f"Company {n}")
    slug = factory.Sequence(lambda n: f"company-{n}")


class ProjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Project

    tenant = factory.SubFactory(TenantFactory)
    key = factory.Sequence(lambda n: f"PRJ{n}")
    name = factory.Sequence(lambda n: f"Project {n}")


class UserFactory(factory.django.DjangoModelFactory):
    """`UserFactory(tenant=..., role_code="tester")`; the password is `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        role_code = RoleCode.TESTER

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    first_name = factory.Sequence(lambda n: f"Person{n}")
    last_name = "Example"
    tenant = factory.SubFactory(TenantFactory)
    role = factory.LazyAttribute(lambda built: role(built.role_code))
    is_email_verified = True

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or PASSWORD)
        self.save()
        EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=True)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership


def app_of(user: User) -> str:
    """Set an authenticator app up for the user; answers its secret, for `code_of`."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, ahead: int = 0) -> str:
    """The code that the app shows now, or some steps of time later or before."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def recovery_code_of(user: User) -> str:
    """One of the user's recovery codes."""
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
