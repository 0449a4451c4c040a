"""What runs are executed in: browser, system, device."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectOwned
from qaportal.kit.models import SoftDeleted

from ..querysets import ConfigurationQuerySet


class Configuration(ProjectOwned, Authored, SoftDeleted):
    """A named set of values, such as Browser: Firefox, System: Windows 11; runs keep the one they were executed in."""

    name = models.CharField(_("name"), max_length=120)
    values = models.JSONField(_("values"), default=list, blank=True)
    """A list of `{"name", "value"}`: an object would forget their order."""

    objects = ConfigurationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project", Lower("name"), condition=Q(deleted_at__isnull=True), name="configuration_named_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="configuration_named"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def in_words(self) -> str:
        """Its values in one line."""
        return ", ".join(f"{name}: {value}" for name, value in self.pairs)

    @property
    def name_and_values(self) -> str:
        """The name, with the values that it does not say itself."""
        more = [value for _name, value in self.pairs if value.lower() not in self.name.lower()]
        return f"{self.name} ({', '.join(more)})" if more else self.name

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its values, each with what it says."""
        return [(each["name"], each["value"]) for each in self.values]

    def get_absolute_url(self) -> str:
        """The form that shows it."""
        return reverse("runs:configuration", args=[self.project.key, self.pk])
