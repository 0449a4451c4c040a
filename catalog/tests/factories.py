"""Makes folders and cases for tests."""

import factory

from accounts.tests.factories import ProjectFactory
from catalog.models import (
    CaseActivity,
    CustomField,
    Folder,
    Story,
    Template,
    TemplateField,
    TestCase,
    TestCaseStory,
    TestStep,
)
from catalog.services.folders import path_of
from catalog.services.step_text import keep_steps_text


class FolderFactory(factory.django.DjangoModelFactory):
    """`FolderFactory(parent=...)` takes project and depth from the parent; the path is valid."""

    class Meta:
        model = Folder
        skip_postgeneration_save = True

    parent = None
    project = factory.LazyAttribute(lambda built: built.parent.project if built.parent else ProjectFactory())
    name = factory.Sequence(lambda n: f"Folder {n}")
    depth = factory.LazyAttribute(lambda built: built.parent.depth + 1 if built.parent else 1)

    @factory.post_generation
    def path(self, create, extracted, **kwargs):
        self.path = path_of(self.pk, self.parent)
        Folder.objects.filter(pk=self.pk).update(path=self.path)


class TestCaseFactory(factory.django.DjangoModelFactory):
    """`TestCaseFactory(project=..., folder=..., steps=["Open", "Close"])`; ids start at TC_UI_10001."""

    __test__ = False

    class Meta:
        model = TestCase
        skip_postgeneration_save = True

    folder = None
    project = factory.LazyAttribute(lambda built: built.folder.project if built.folder else ProjectFactory())
    test_id = factory.Sequence(lambda n: f"TC_UI_{10_001 + n}")
    title = factory.Sequence(lambda n: f"Case number {n}")

    @factory.post_generation
    def steps(self, create, extracted, **kwargs):
        TestStep.objects.bulk_create(
            TestStep(case=self, project=self.project, position=position, action=action)
            for position, action in enumerate(extracted or [], start=1)
        )
        keep_steps_text([self.pk] if extracted else [])


class CaseActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CaseActivity

    case = factory.SubFactory(TestCaseFactory)
    project = factory.LazyAttribute(lambda built: built.case.project)


class StoryFactory(factory.django.DjangoModelFactory):
    """`StoryFactory(project=..., cases=[...])`; ids start at PAY-1001."""

    class Meta:
        model = Story
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    story_id = factory.Sequence(lambda n: f"PAY-{1_001 + n}")
    title = factory.Sequence(lambda n: f"Story number {n}")

    @factory.post_generation
    def cases(self, create, extracted, **kwargs):
        TestCaseStory.objects.bulk_create(
            TestCaseStory(story=self, project=self.project, case=case) for case in extracted or []
        )


class CustomFieldFactory(factory.django.DjangoModelFactory):
    """`CustomFieldFactory(project=..., kind="dropdown", options=["Low", "High"])`; the key is made of the name."""

    class Meta:
        model = CustomField

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Field {n}")
    key = factory.LazyAttribute(lambda built: built.name.lower().replace(" ", "_"))
    kind = "string"
    position = factory.Sequence(lambda n: n)

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        options = kwargs.get("options", [])
        kwargs["options"] = [
            {"code": each.lower().replace(" ", "_"), "name": each, "is_archived": False}
            if isinstance(each, str)
            else each
            for each in options
        ]
        return kwargs


class TemplateFactory(factory.django.DjangoModelFactory):
    """`TemplateFactory(project=..., has=[field, ...])`."""

    class Meta:
        model = Template
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Template {n}")

    @factory.post_generation
    def has(self, create, extracted, **kwargs):
        TemplateField.objects.bulk_create(
            TemplateField(project=self.project, template=self, field=field, position=position)
            for position, field in enumerate(extracted or [], start=1)
        )
