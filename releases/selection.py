"""Which cases somebody means: by folder, by tag, one by one, or all."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from catalog.models import Folder, TestCase
from catalog.querysets import TestCaseQuerySet

from .models import Release, ReleaseCase


@dataclass(frozen=True, slots=True)
class Selection:
    """Cases of a project; the ways to name them add up."""

    case_ids: Iterable[int] = ()
    folder: Folder | None = None
    """With everything below it."""
    tags: Iterable[str] = ()
    """Cases with any of them."""
    everything: bool = False

    def is_empty(self) -> bool:
        """Whether nothing was named."""
        return not (self.everything or self.folder or tuple(self.case_ids) or tuple(self.tags))

    def cases(self, project_id: int) -> TestCaseQuerySet:
        """The current cases of the project that are meant: neither deleted nor archived."""
        living = TestCase.objects.living().current().filter(project_id=project_id)
        if self.everything:
            return living
        wanted = Q(pk__in=list(self.case_ids))
        if self.folder is not None:
            wanted |= Q(folder__in=Folder.objects.living().below(self.folder).values("pk"))
        if tags := list(self.tags):
            wanted |= Q(tags__overlap=tags)
        return living.filter(wanted)

    def missing_in(self, release: Release) -> TestCaseQuerySet:
        """Those that the release does not cover yet."""
        covered = ReleaseCase.objects.filter(release=release).values("case_id")
        return self.cases(release.project_id).exclude(pk__in=covered)
