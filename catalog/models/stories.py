"""The stories that cases cover."""

from django.db import models
from django.db.models import Q

from accounts.models import Authored, ProjectOwned

from ..querysets import StoryQuerySet
from .cases import TestCase


class Story(ProjectOwned, Authored):
    """A user story that cases cover."""

    story_id = models.CharField(max_length=50)
    epic_id = models.CharField(max_length=50, blank=True)
    title = models.CharField(max_length=500, blank=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        constraints = [models.UniqueConstraint(fields=["project", "story_id"], name="story_id_once")]

    def __str__(self) -> str:
        """The id."""
        return self.story_id


class TestCaseStory(ProjectOwned):
    """A case covers a story; one of its stories is the primary one."""

    __test__ = False

    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="story_links")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="case_links")
    is_primary = models.BooleanField(default=False)
    linked_at = models.DateTimeField(auto_now_add=True)
    linked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "test case stories"
        constraints = [
            models.UniqueConstraint(fields=["case", "story"], name="test_case_story_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(is_primary=True), name="test_case_story_one_primary"),
        ]

    def __str__(self) -> str:
        """Which case covers which story."""
        return f"{self.case_id} covers {self.story_id}"
