"""Test cases, their steps and their ids."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, ProjectIndexed, ProjectOwned
from qaportal.kit.models import SoftDeleted

from ..choices import AutomationStatus, CaseState, Priority, TestTag, TestType
from ..querysets import TestCaseQuerySet, TestStepQuerySet
from .fields import Template
from .folders import Folder

LONGEST_ESTIMATE = 366 * 24 * 3600
LONGEST_STATE = 40
SEARCHED = (
    "test_id",
    "title",
    "tags",
    "labels",
    "automation_key",
    "description",
    "preconditions",
    "expected_result",
    "test_data",
    "steps_text",
)
"""What a case is found by, in the order that the database's function takes it."""


class TestIdCounter(models.Model):
    """The last number handed out for one kind of test id in a project; numbers are never handed out twice."""

    __test__ = False

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    tag = models.CharField(max_length=10, choices=TestTag.choices)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "tag"], name="test_id_counter_once")]

    def __str__(self) -> str:
        """The last id."""
        return f"TC_{self.tag.upper()}_{self.last_number:03d}"


class TestCase(ProjectIndexed, Authored, SoftDeleted):
    """What is to be checked, written once and executed often."""

    __test__ = False

    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    test_id = models.CharField(_("test id"), max_length=40)
    title = models.CharField(_("title"), max_length=500)
    description = models.TextField(_("description"), blank=True)
    test_type = models.CharField(_("type"), max_length=20, choices=TestType.choices, default=TestType.MANUAL)
    tag = models.CharField(_("works on"), max_length=10, choices=TestTag.choices, default=TestTag.UI)
    automation_status = models.CharField(
        _("automation"), max_length=10, choices=AutomationStatus.choices, null=True, blank=True
    )
    automation_key = models.CharField(_("automation key"), max_length=1000, blank=True)
    automated_script_path = models.CharField(_("script"), max_length=1000, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.MEDIUM)
    estimate = models.PositiveIntegerField(
        _("estimate in seconds"), null=True, blank=True, validators=[MaxValueValidator(LONGEST_ESTIMATE)]
    )
    preconditions = models.TextField(_("before you start"), blank=True)
    expected_result = models.TextField(_("expected result"), blank=True)
    test_data = models.TextField(_("test data"), blank=True)
    scenario_examples = models.JSONField(null=True, blank=True)
    epic_key = models.CharField(_("epic"), max_length=50, blank=True)
    labels = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    owner = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(_("state"), max_length=LONGEST_STATE, default=CaseState.ACTIVE)
    """The code of one of the project's states, see `catalog.workflow`."""
    is_archived = models.BooleanField(default=False)
    template = models.ForeignKey(
        Template, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases", db_index=False
    )
    custom_values = models.JSONField(
        _("custom fields"), default=dict, blank=True, db_default=Value({}, models.JSONField())
    )
    """The values of the project's own fields, by their keys."""
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False, editable=False
    )
    """The case that took this one's place when the two turned out to be the same."""
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies", db_index=False, editable=False
    )
    """The case, perhaps of another project, that this one was copied from."""
    version = models.PositiveIntegerField(default=1)
    steps_text = models.TextField(blank=True, default="", db_default="", editable=False)
    """What steps and own fields say, up to a bound, to be found by it; whoever writes them writes it too."""
    search = models.GeneratedField(
        expression=Func(*[F(name) for name in SEARCHED], function="catalog_document"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )
    """The words of a case: those of id and title count most, then tags, then texts, then steps and data."""
    folded = models.GeneratedField(
        expression=Func(
            Concat(
                "test_id",
                Value(" "),
                "title",
                Value(" "),
                Func(F("tags"), function="catalog_words"),
                output_field=models.TextField(),
            ),
            function="portal_folded",
        ),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )
    """Id, title and tags in lower case without accents, for finding any part of a word and misspelt ones."""

    objects = TestCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "test_id"], name="test_case_id_once"),
            models.CheckConstraint(condition=~Q(title=""), name="test_case_titled"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="test_case_priority_known"),
            models.CheckConstraint(condition=Q(test_type__in=TestType.values), name="test_case_type_known"),
            models.CheckConstraint(condition=Q(tag__in=TestTag.values), name="test_case_tag_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(deleted_at__isnull=False), name="test_case_merged_is_hidden"
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "folder"],
                condition=Q(deleted_at__isnull=True, is_archived=False),
                name="test_case_in_folder",
            ),
            HashIndex(fields=["automation_key"], condition=~Q(automation_key=""), name="test_case_by_key"),
            models.Index(fields=["project", "title"], name="test_case_by_title"),
            models.Index(
                F("project"),
                Func(F("test_id"), Value("_"), Value(2), function="split_part", output_field=models.TextField()),
                Length("test_id"),
                F("test_id"),
                condition=Q(deleted_at__isnull=True, is_archived=False),
                name="test_case_in_id_order",
            ),
            models.Index(fields=["project", "-updated_at"], name="test_case_by_change"),
            models.Index(
                fields=["project", "priority", "id"],
                condition=Q(deleted_at__isnull=True, is_archived=False),
                name="test_case_by_priority",
            ),
            models.Index(
                fields=["project", "created_at", "id"],
                condition=Q(deleted_at__isnull=True, is_archived=False),
                name="test_case_by_creation",
            ),
            GinIndex(fields=["tags"], name="test_case_tags"),
            GinIndex(fields=["search"], name="test_case_search"),
            models.Index(fields=["template"], name="test_case_by_template"),
            GinIndex(fields=["custom_values"], opclasses=["jsonb_path_ops"], name="test_case_custom_values"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="test_case_merged_into"),
            models.Index(fields=["copied_from"], condition=Q(copied_from__isnull=False), name="test_case_copied_from"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="test_case_folded"),
            GinIndex(
                Func(F("title"), function="catalog_title_words", output_field=SearchVectorField()),
                name="test_case_title_words",
            ),
        ]

    def __str__(self) -> str:
        """Id and title."""
        return f"{self.test_id} {self.title}"

    def get_absolute_url(self) -> str:
        """The page of the case."""
        return reverse("catalog:case_detail", args=[self.project.key, self.test_id])

    def standing_for(self) -> "TestCase | None":
        """The case that stands for this merged one now, through further merges; None when that was deleted."""
        case = self
        while case is not None and case.merged_into_id:
            case = TestCase.objects.select_related("project").filter(pk=case.merged_into_id).first()
        return case if case is not None and case.deleted_at is None else None

    @property
    def priority_code(self) -> str:
        """The word of the priority that the API, filters and pages use."""
        return Priority(self.priority).code


class TestStep(ProjectOwned):
    """One step of a case: what to do and what to expect."""

    __test__ = False

    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveIntegerField()
    action = models.TextField(_("do"), blank=True)
    expected = models.TextField(_("expect"), blank=True)
    data = models.TextField(_("data"), blank=True)
    attachments = ArrayField(
        models.UUIDField(), default=list, blank=True, db_default=Value([], ArrayField(models.UUIDField()))
    )
    """The keys of the files that belong to the step."""
    shared_steps = models.ForeignKey(
        "catalog.SharedSteps", null=True, blank=True, on_delete=models.PROTECT, related_name="used_in", db_index=False
    )
    """Whose step this is; its texts are kept here too, so that a case is read without looking elsewhere."""
    shared_place = models.PositiveSmallIntegerField(null=True, blank=True)
    """The number of the step within the shared steps; 1 begins another use of them."""

    objects = TestStepQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "position"], name="test_step_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(shared_steps__isnull=True, shared_place__isnull=True)
                | Q(shared_steps__isnull=False, shared_place__gte=1),
                name="test_step_shared_place",
            ),
        ]
        indexes = [
            models.Index(fields=["shared_steps"], condition=Q(shared_steps__isnull=False), name="test_step_shared")
        ]

    def __str__(self) -> str:
        """The number with the start of the action."""
        return f"{self.position}. {self.action[:80]}"
