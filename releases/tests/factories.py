"""Makes releases for tests."""

import factory

from accounts.tests.factories import ProjectFactory
from catalog.tests.factories import TestCaseFactory
from releases.models import Release, ReleaseCase


class ReleaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Release

    project = factory.SubFactory(ProjectFactory)
    version = factory.Sequence(lambda n: f"1.{n}.0")


class ReleaseCaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReleaseCase

    release = factory.SubFactory(ReleaseFactory)
    project = factory.SelfAttribute("release.project")
    case = factory.SubFactory(TestCaseFactory, project=factory.SelfAttribute("..release.project"))
