"""Makes releases and their scope for tests."""

import factory

from accounts.models import Project
from accounts.tests.factories import ProjectFactory
from catalog.models import Folder, TestCase
from catalog.tests.factories import FolderFactory, TestCaseFactory
from releases.models import Milestone, Release, ReleaseCase


class MilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Milestone

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Milestone {n}")


class ReleaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Release

    project = factory.SubFactory(ProjectFactory)
    version = factory.Sequence(lambda n: f"1.{n}.0")
    name = factory.Sequence(lambda n: f"Release {n}")


def make_folder(project: Project, name: str, parent: Folder | None = None) -> Folder:
    return FolderFactory(project=project, name=name, parent=parent)


def make_case(project: Project, title: str = "", *, folder: Folder | None = None, **fields) -> TestCase:
    if title:
        fields["title"] = title
    return TestCaseFactory(project=project, folder=folder, **fields)


class ReleaseCaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReleaseCase

    release = factory.SubFactory(ReleaseFactory)
    project = factory.SelfAttribute("release.project")
    case = factory.LazyAttribute(lambda built: make_case(built.release.project))
    position = factory.Sequence(lambda n: n)


def cover(release: Release, *statuses: str, folder: Folder | None = None, **fields) -> list[ReleaseCase]:
    """Cases in the scope of the release, one for each status."""
    return [
        ReleaseCaseFactory(
            release=release,
            case=make_case(release.project, folder=folder),
            execution_status=status,
            **fields,
        )
        for status in statuses
    ]
