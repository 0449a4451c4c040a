"""Fields that a project adds to its cases and results, and the templates that choose among them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed, ProjectOwned

from ..choices import FieldKind, FieldTarget
from ..querysets import CustomFieldQuerySet, TemplateFieldQuerySet, TemplateQuerySet


class CustomField(ProjectIndexed, Authored):
    """A field of the project's own; its values stand in `custom_values` of cases and results under its key."""

    target = models.CharField(_("of"), max_length=10, choices=FieldTarget.choices, default=FieldTarget.CASE)
    key = models.CharField(_("key"), max_length=40)
    """What values are kept under; it never changes and is never given to another field."""
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=FieldKind.choices)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    is_restricted = models.BooleanField(_("restricted"), default=False)
    """Whether only those who may change restricted fields change it."""
    default = models.JSONField(_("default"), null=True, blank=True)
    minimum = models.DecimalField(_("at least"), max_digits=20, decimal_places=6, null=True, blank=True)
    """The least number, the first day as its digits, or how many characters, chosen options or steps at least."""
    maximum = models.DecimalField(_("at most"), max_digits=20, decimal_places=6, null=True, blank=True)
    options = models.JSONField(_("options"), default=list, blank=True)
    """Of lists: each with `code`, `name` and `is_archived`, in their order."""
    position = models.PositiveIntegerField(default=0)
    is_archived = models.BooleanField(default=False)
    is_used = models.BooleanField(default=False, editable=False)
    """Whether it ever held a value: its kind stands from then on, as versions still speak of it."""

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "target", "key"], name="custom_field_key_once"),
            models.UniqueConstraint(
                "project", "target", Lower("name"), condition=Q(is_archived=False), name="custom_field_name_once"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(key=""), name="custom_field_named"),
            models.CheckConstraint(condition=Q(kind__in=FieldKind.values), name="custom_field_kind_known"),
            models.CheckConstraint(condition=Q(target__in=FieldTarget.values), name="custom_field_target_known"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The page on which it is changed."""
        return reverse("catalog:field_update", args=[self.project.key, self.pk])


class Template(ProjectOwned, Authored):
    """Which of the project's own fields a case has, in which order."""

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=500, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    is_archived = models.BooleanField(default=False)
    fields = models.ManyToManyField(CustomField, through="TemplateField", related_name="templates")

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project", Lower("name"), condition=Q(is_archived=False), name="template_name_once"
            ),
            models.UniqueConstraint(fields=["project"], condition=Q(is_default=True), name="template_default_once"),
            models.CheckConstraint(condition=~Q(name=""), name="template_named"),
            models.CheckConstraint(condition=~Q(is_default=True, is_archived=True), name="template_default_in_use"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The page on which it is changed."""
        return reverse("catalog:template_update", args=[self.project.key, self.pk])


class TemplateField(ProjectOwned):
    """A field of a template, at its place."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="places", db_index=False)
    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveIntegerField(default=0)

    objects = TemplateFieldQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["template", "field"], name="template_field_once")]

    def __str__(self) -> str:
        """The place."""
        return str(self.position)
