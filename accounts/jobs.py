"""Jobs of accounts."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .models import User
from .services import passwords, seals


@app.task(queue="outbound", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def send_password_reset(user_id: int) -> None:
    """Mail the person a link to choose a new password."""
    user = User.objects.select_related("tenant", "role").filter(pk=user_id).first()
    if user is not None:
        passwords.send_reset_mail(user=user)


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
