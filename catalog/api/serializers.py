"""Shapes of the catalog's API."""

import contextlib
import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.parsers import check_storable
from qaportal.kit.api.serializers import IdField, OpenJSONField, PortalModelSerializer, PortalSerializer
from qaportal.kit.errors import InvalidInput

from ..choices import AutomationStatus, Priority, ResultStatus, TestTag, TestType
from ..models import LONGEST_ESTIMATE, Folder, TestCase
from ..models.cases import LONGEST_STATE
from ..models.versions import LONGEST_REASON
from ..services.bulk import MOST_AT_ONCE, SINGLE
from ..services.drafts import LONGEST_TEXT, usable_words
from ..services.step_text import render_steps
from ..services.stories import primary_story_id
from .custom_fields import CustomFieldsField
from .steps import StepSerializer, TextField


class CodeField(serializers.ChoiceField):
    """One of the choices, in any case."""

    def to_internal_value(self, data: Any) -> str:
        """The code in lower case."""
        return super().to_internal_value(data.strip().lower() if isinstance(data, str) else data)


class StateField(serializers.CharField):
    """The code of one of the states that the case's project has, in any case; its service knows them."""

    def __init__(self, **kwargs: Any) -> None:
        """A code is short."""
        super().__init__(**{"max_length": LONGEST_STATE, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """The code in lower case."""
        return super().to_internal_value(data).strip().lower()


class PriorityField(CodeField):
    """A priority as its word."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer the words."""
        super().__init__(choices=[(each.code, each.label) for each in Priority], **kwargs)

    def to_representation(self, value: int) -> str:
        """The word of the stored weight."""
        return Priority(value).code


@extend_schema_field({"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]})
class WordsField(serializers.Field):
    """Words: a list, a list as JSON text, or words separated by commas, as they come."""

    def __init__(self, *, as_text: bool = False, **kwargs: Any) -> None:
        """`as_text` answers them separated by commas."""
        super().__init__(**kwargs)
        self.as_text = as_text

    def to_internal_value(self, data: Any) -> list[str]:
        """The words, each once; raises ValidationError for anything else."""
        if isinstance(data, str) and data.lstrip().startswith("["):
            with contextlib.suppress(ValueError, RecursionError):
                data = json.loads(data)
        if not isinstance(data, str) and not (isinstance(data, list) and all(isinstance(each, str) for each in data)):
            raise serializers.ValidationError(_("Give a list of words, or words separated by commas."))
        if not isinstance(data, str) and any("," in each for each in data):
            raise serializers.ValidationError(_("A word of a list holds no comma."))
        try:
            return usable_words(data, self.field_name)
        except InvalidInput as error:
            raise serializers.ValidationError(error.fields[self.field_name]) from error

    def to_representation(self, value: list[str]) -> Any:
        """The words."""
        return ",".join(value) if self.as_text else list(value)


class ExamplesField(OpenJSONField):
    """Columns and rows of a data-driven case: JSON, or the same as text."""

    def to_internal_value(self, data: Any) -> Any:
        """The data that a text holds, as bounded as every document, or the text when it is no JSON."""
        if isinstance(data, str):
            try:
                data = json.loads(data)
                check_storable(data, settings.JSON_DEPTH_LIMIT)
            except ValueError:
                return data
            except InvalidInput as error:
                raise serializers.ValidationError(next(iter(error.fields.values()))) from error
            except RecursionError as error:
                raise serializers.ValidationError(_("The document is nested too deeply.")) from error
        return super().to_internal_value(data)


class LastStatusField(serializers.ChoiceField):
    """The last verdict of a case, `not_started` while there is none."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer the verdict words; it is read from the whole case."""
        super().__init__(choices=ResultStatus.choices, source="*", read_only=True, **kwargs)

    def to_representation(self, case: TestCase) -> str:
        """The verdict."""
        activity = getattr(case, "activity", None)
        return activity.last_status if activity else ResultStatus.NOT_STARTED.value


class TestCaseSerializer(PortalModelSerializer):
    """A case."""

    __test__ = False

    test_id = serializers.CharField(required=False, allow_blank=True, max_length=40)
    title = serializers.CharField(max_length=500)
    description = TextField(max_length=LONGEST_TEXT)
    test_type = CodeField(choices=TestType.choices, required=False)
    module_id = IdField(required=False, allow_null=True)
    sub_module = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=200)
    feature_section = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=200)
    folder_id = IdField(required=False, allow_null=True)
    tag = CodeField(choices=TestTag.choices, required=False)
    tags = WordsField(as_text=True, required=False)
    automation_status = CodeField(choices=AutomationStatus.choices, required=False, allow_null=True)
    jira_story_id = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=50)
    jira_epic_id = TextField(source="epic_key", max_length=50)
    jira_labels = WordsField(source="labels", required=False)
    scenario_examples = ExamplesField(required=False, allow_null=True)
    steps_to_reproduce = TextField(max_length=10 * LONGEST_TEXT)
    steps = StepSerializer(many=True, required=False)
    expected_result = TextField(max_length=LONGEST_TEXT)
    preconditions = TextField(max_length=LONGEST_TEXT)
    test_data = TextField(max_length=LONGEST_TEXT)
    automated_script_path = TextField(max_length=1000)
    automation_key = TextField(max_length=1000)
    priority = PriorityField(required=False)
    state = StateField(required=False)
    estimate = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LONGEST_ESTIMATE)
    owner_id = IdField(required=False, allow_null=True)
    template_id = IdField(required=False, allow_null=True)
    custom_fields = CustomFieldsField(source="custom_values", required=False)
    last_status = serializers.SerializerMethodField()
    created_by = serializers.IntegerField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = TestCase
        fields = [
            "id",
            "test_id",
            "title",
            "description",
            "test_type",
            "module_id",
            "sub_module",
            "feature_section",
            "folder_id",
            "tag",
            "tags",
            "automation_status",
            "jira_story_id",
            "jira_epic_id",
            "jira_labels",
            "scenario_examples",
            "steps_to_reproduce",
            "steps",
            "expected_result",
            "preconditions",
            "test_data",
            "automated_script_path",
            "automation_key",
            "priority",
            "state",
            "estimate",
            "owner_id",
            "template_id",
            "custom_fields",
            "last_status",
            "version",
            "project_id",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["version", "project_id", "created_at", "updated_at"]

    def get_last_status(self, case: TestCase) -> str:
        """The last verdict, `not_started` while there is none."""
        activity = getattr(case, "activity", None)
        return activity.last_status if activity else ResultStatus.NOT_STARTED

    def to_representation(self, case: TestCase) -> dict[str, Any]:
        """The case in the words of the API: `automated` also stands for partly automated cases."""
        steps = list(case.steps.all())
        for step in steps:
            step.project_key = case.project.key
        case.jira_story_id = primary_story_id(case) or None
        case.steps_to_reproduce = render_steps([step.action for step in steps])
        shown = super().to_representation(case)
        if case.test_type == TestType.SEMI_AUTOMATED:
            shown["test_type"] = TestType.AUTOMATED
        return shown


class BulkUpdateSerializer(PortalSerializer):
    """The same values for many cases; what is left out stays."""

    test_case_ids = serializers.ListField(child=IdField(), allow_empty=False, max_length=MOST_AT_ONCE)
    add_tags = WordsField(required=False)
    remove_tags = WordsField(required=False)
    is_archived = serializers.BooleanField(required=False, help_text="True archives them, false brings them back.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)

    def get_fields(self) -> dict[str, serializers.Field]:
        """The fields of a case that many can share."""
        shared = TestCaseSerializer().get_fields()
        left_out = {*SINGLE, "id", "test_id", "steps", "steps_to_reproduce", "last_status"}
        names = [name for name, field in shared.items() if name not in left_out and not field.read_only]
        for name in names:
            shared[name].required = False
        return super().get_fields() | {name: shared[name] for name in names}


class BulkUpdatedSerializer(PortalSerializer):
    """What became of it."""

    updated = serializers.IntegerField(help_text="How many cases changed.")
    test_case_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Those that changed.")


class FolderSerializer(PortalModelSerializer):
    """A module: a folder at the root of the tree."""

    name = serializers.CharField(max_length=200)
    description = TextField(max_length=LONGEST_TEXT)

    class Meta:
        model = Folder
        fields = ["id", "name", "description", "project_id", "created_at", "updated_at"]
        read_only_fields = ["project_id", "created_at", "updated_at"]


class SubModuleSerializer(FolderSerializer):
    """A sub-module: a folder in a module."""

    module_id = IdField(source="parent_id")

    class Meta(FolderSerializer.Meta):
        fields = [*FolderSerializer.Meta.fields, "module_id"]


class FeatureSerializer(FolderSerializer):
    """A feature: a folder in a sub-module."""

    sub_module_id = IdField(source="parent_id")

    class Meta(FolderSerializer.Meta):
        fields = [*FolderSerializer.Meta.fields, "sub_module_id"]


class TestIdSerializer(PortalSerializer):
    """A test id."""

    __test__ = False

    test_id = serializers.CharField()
