"""Jobs of accounts."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .models import User
from .services import passwords


@app.task(queue="outbound", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def send_password_reset(user_id: int) -> None:
    """Mail the person a link to choose a new password."""
    user = User.objects.select_related("tenant", "role").filter(pk=user_id).first()
    if user is not None:
        passwords.send_reset_mail(user=user)
