"""The states that the cases of a project go through."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import ProjectIndexed

from ..choices import CaseState, StateColor
from ..querysets import WorkflowStateQuerySet
from .cases import LONGEST_STATE


class WorkflowState(ProjectIndexed):
    """One state of a project's workflow; a project without any has those of `CaseState`."""

    code = models.CharField(_("code"), max_length=LONGEST_STATE)
    """What cases, filters and the API say; it never changes."""
    name = models.CharField(_("name"), max_length=60)
    color = models.CharField(_("colour"), max_length=10, choices=StateColor.choices, default=StateColor.PLAIN)
    position = models.PositiveSmallIntegerField()
    phase = models.CharField(_("means"), max_length=12, choices=CaseState.choices)
    needs_approval = models.BooleanField(_("needs an approval"), default=False)

    objects = WorkflowStateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="workflow_state_code_once"),
            models.UniqueConstraint("project", Lower("name"), name="workflow_state_name_once"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="workflow_state_named"),
            models.CheckConstraint(condition=Q(phase__in=CaseState.values), name="workflow_state_phase_known"),
            models.CheckConstraint(condition=Q(color__in=StateColor.values), name="workflow_state_color_known"),
            models.CheckConstraint(
                condition=Q(needs_approval=False) | Q(phase=CaseState.ACTIVE), name="workflow_state_approval_of_active"
            ),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The workflow that it is part of."""
        return reverse("catalog:workflow", args=[self.project.key])
