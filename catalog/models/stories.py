"""The stories that cases cover."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed, ProjectOwned
from qaportal.kit.models import SoftDeleted

from ..querysets import StoryLinkQuerySet, StoryQuerySet
from .cases import TestCase


class Story(ProjectIndexed, Authored, SoftDeleted):
    """A user story that cases cover; one without a title is a stub that nobody described yet."""

    story_id = models.CharField(_("story id"), max_length=50)
    epic_id = models.CharField(_("epic"), max_length=50, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=50, blank=True)
    priority = models.CharField(_("priority"), max_length=20, blank=True)
    assignee = models.CharField(_("assignee"), max_length=200, blank=True)
    sprint = models.CharField(_("sprint"), max_length=200, blank=True)
    release = models.CharField(_("release"), max_length=100, blank=True)
    """The version in which its tracker wants it fixed."""
    remote_id = models.CharField(max_length=100, blank=True, editable=False)
    remote_updated_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_synced_at = models.DateTimeField(null=True, blank=True, editable=False)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    """Since when its tracker does not know it any more."""

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "story_id"], condition=Q(deleted_at__isnull=True), name="story_id_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["project", "epic_id", "story_id"], condition=Q(deleted_at__isnull=True), name="story_by_epic"
            ),
            models.Index(fields=["project", "-updated_at"], name="story_by_change"),
        ]

    def __str__(self) -> str:
        """Id and title."""
        return f"{self.story_id} {self.title}".strip()

    @property
    def tail(self) -> str:
        """What names the story in an address: its key and, for readers, its id."""
        return "-".join(filter(None, [str(self.pk), slugify(self.story_id)]))

    def get_absolute_url(self) -> str:
        """The page of the story."""
        return reverse("catalog:story_detail", args=[self.project.key, self.tail])


class TestCaseStory(ProjectOwned):
    """A case covers a story; one of its stories is the primary one."""

    __test__ = False

    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="story_links", db_index=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="case_links")
    is_primary = models.BooleanField(default=False)
    linked_at = models.DateTimeField(auto_now_add=True)
    linked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = StoryLinkQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "test case stories"
        constraints = [
            models.UniqueConstraint(fields=["case", "story"], name="test_case_story_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(is_primary=True), name="test_case_story_one_primary"),
        ]

    def __str__(self) -> str:
        """Which case covers which story."""
        return f"{self.case_id} covers {self.story_id}"
