"""Jobs of accounts."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .models import AuditEntry, Invitation, User
from .services import invitations, notices, passwords, registration, seals, sign_ins

MAIL_RETRIES = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.task(queue="outbound", retry=MAIL_RETRIES)
def send_password_reset(user_id: int) -> None:
    """Mail the person a link to choose a new password."""
    user = User.objects.select_related("tenant", "role").filter(pk=user_id).first()
    if user is not None:
        passwords.send_reset_mail(user=user)


@app.task(queue="outbound", retry=MAIL_RETRIES)
def send_invitation(invitation_id: int) -> None:
    """Mail somebody the link with which he joins."""
    invitation = Invitation.objects.select_related("tenant", "invited_by", "role").filter(pk=invitation_id).first()
    if invitation is not None:
        invitations.send_invitation_mail(invitation=invitation)


@app.task(queue="outbound", retry=MAIL_RETRIES)
def send_email_verification(user_id: int) -> None:
    """Mail somebody the link that confirms his address."""
    user = User.objects.living().select_related("tenant", "role").filter(pk=user_id).first()
    if user is not None:
        registration.send_verification_mail(user=user)


@app.task(queue="outbound", retry=MAIL_RETRIES)
def send_security_notice(user_id: int, notice: str) -> None:
    """Mail the person what changed in the way he signs in."""
    user = User.objects.select_related("tenant", "role").filter(pk=user_id).first()
    if user is not None:
        notices.send_security_notice(user=user, notice=notice)


@app.task(queue="outbound", retry=MAIL_RETRIES)
def send_former_address_notice(entry_id: int) -> None:
    """Mail the address that a person had before an administrator changed it; the entry of the trail names it."""
    notices.send_former_address_notice(entry=AuditEntry.objects.get(pk=entry_id))


@app.periodic(cron="43 3 * * *")
@app.task(queue="default", queueing_lock="remove_dead_sessions")
def remove_dead_sessions(timestamp: int) -> None:
    """Every night: forget the sessions that have ended."""
    sign_ins.remove_dead_sessions()


@app.periodic(cron="47 3 * * *")
@app.task(queue="default", queueing_lock="remove_unconfirmed_registrations")
def remove_unconfirmed_registrations(timestamp: int) -> None:
    """Every night: give seat and address of registrations free that nobody confirmed."""
    registration.remove_unconfirmed()


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="seal_audit_entries")
def seal_audit_entries(timestamp: int) -> None:
    """Every minute: seal what was written into the audit trail."""
    seals.seal_entries()


@app.periodic(cron="41 2 * * *")
@app.task(queue="default", queueing_lock="seal_whole_audit_trail")
def seal_whole_audit_trail(timestamp: int) -> None:
    """Every night: look for what the seals of the day left out, as they may after a backup was brought in."""
    seals.seal_entries(whole_trail=True)
