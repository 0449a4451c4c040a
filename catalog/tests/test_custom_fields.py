"""Adding, changing and archiving custom fields and templates."""

import pytest

from accounts.models import AuditEntry
from catalog.models import CustomField, Template, TemplateField
from catalog.services.cases import create_case
from catalog.services.custom_fields import create_field, move_field, update_field
from catalog.services.templates import create_template, update_template
from catalog.tests.factories import CustomFieldFactory, TemplateFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation, VersionConflict

LEVELS = [{"code": "", "name": "Low"}, {"code": "", "name": " High  risk "}, {"code": "", "name": ""}]


def names_of(options):
    return [(each["code"], each["name"], each["is_archived"]) for each in options]


def test_a_field_gets_a_key_of_its_name_and_codes_for_its_options(project, lead):
    made = create_field(actor=lead, project=project, name=" Größe des  Risikos", kind="dropdown", options=LEVELS)
    assert (made.name, made.key, made.position) == ("Größe des Risikos", "groe_des_risikos", 1)
    assert names_of(made.options) == [("low", "Low", False), ("high_risk", "High risk", False)]
    assert create_field(actor=lead, project=project, name="Größe des Risikös", kind="string").key.endswith("_2")
    assert create_field(actor=lead, project=project, name="リスク", kind="string").key == "field"
    entry = AuditEntry.objects.filter(action="field.created").first()
    assert entry.changes["kind"] == [None, "dropdown"]


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "nul \x00"}, "name"),
        ({"name": "taken"}, "name"),
        ({"kind": "colour"}, "kind"),
        ({"target": "person"}, "target"),
        ({"key": "9lives"}, "key"),
        ({"key": "taken"}, "key"),
        ({"help_text": "x" * 301}, "help_text"),
        ({"kind": "dropdown"}, "options"),
        ({"kind": "dropdown", "options": [{"name": "a"}, {"name": "A"}]}, "options"),
        ({"kind": "dropdown", "options": [{"name": "x" * 201}]}, "options"),
        ({"kind": "dropdown", "options": [{"name": str(n)} for n in range(201)]}, "options"),
        ({"kind": "dropdown", "options": [{"name": "a"}], "default": "b"}, "default"),
        ({"kind": "integer", "minimum": "few"}, "minimum"),
        ({"kind": "string", "minimum": "-1"}, "minimum"),
        ({"kind": "integer", "minimum": "5", "maximum": "4"}, "maximum"),
        ({"kind": "integer", "maximum": "4", "default": "5"}, "default"),
        ({"kind": "date", "minimum": "2026-13-01"}, "minimum"),
        ({"kind": "link", "default": "javascript:alert(1)"}, "default"),
    ],
)
def test_what_no_field_can_be_is_refused_by_name(project, lead, facts, name):
    CustomFieldFactory(project=project, name="Taken")
    with pytest.raises(InvalidInput) as refusal:
        create_field(actor=lead, project=project, **{"name": "Risk", "kind": "string", **facts})
    assert list(refusal.value.fields) == [name]
    assert CustomField.objects.count() == 1


def test_only_those_who_may_change_fields_and_templates(project, tester):
    field = CustomFieldFactory(project=project)
    for change in (
        lambda: create_field(actor=tester, project=project, name="Risk", kind="string"),
        lambda: update_field(actor=tester, field=field, name="Risk"),
        lambda: move_field(actor=tester, field=field, by=1),
        lambda: create_template(actor=tester, project=project, name="API"),
        lambda: update_template(actor=tester, template=TemplateFactory(project=project), name="API"),
    ):
        with pytest.raises(Denied):
            change()


def test_the_kind_changes_until_the_first_value_and_never_after(project, lead):
    field = create_field(actor=lead, project=project, name="Risk", kind="dropdown", options=LEVELS)
    field = update_field(actor=lead, field=field, kind="integer", minimum="1")
    assert (field.kind, field.options, field.minimum) == ("integer", [], 1)
    case = create_case(actor=lead, project=project, title="Pay", custom_values={"risk": "3"})
    assert case.custom_values == {"risk": 3}
    with pytest.raises(RuleViolation) as refusal:
        update_field(actor=lead, field=field, kind="string")
    assert list(refusal.value.fields) == ["kind"]
    assert update_field(actor=lead, field=field, name="Danger").key == "risk"


def test_an_option_that_is_taken_away_is_archived_and_comes_back_by_its_name(project, lead):
    field = create_field(actor=lead, project=project, name="Risk", kind="dropdown", options=LEVELS)
    create_case(actor=lead, project=project, title="Pay", custom_values={"risk": "Low"})
    renamed = [{"code": "high_risk", "name": "Severe"}]
    field = update_field(actor=lead, field=field, options=renamed)
    assert names_of(field.options) == [("high_risk", "Severe", False), ("low", "Low", True)]
    field = update_field(actor=lead, field=field, options=[*renamed, {"code": "", "name": "LOW"}])
    assert names_of(field.options) == [("high_risk", "Severe", False), ("low", "LOW", False)]


def test_two_who_change_one_field_do_not_overwrite_each_other(project, lead):
    field = CustomFieldFactory(project=project)
    seen = etag(field)
    update_field(actor=lead, field=field, name="Risk", if_match=seen)
    with pytest.raises(VersionConflict):
        update_field(actor=lead, field=field, name="Danger", if_match=seen)


def test_fields_change_places_and_archived_ones_leave_them(project, lead):
    first, _second, third = (create_field(actor=lead, project=project, name=each, kind="string") for each in "abc")
    result = create_field(actor=lead, project=project, name="r", kind="string", target="result")
    move_field(actor=lead, field=third, by=-1)
    move_field(actor=lead, field=third, by=-5)
    assert [each.name for each in CustomField.objects.of("case").in_use()] == ["c", "a", "b"]
    update_field(actor=lead, field=first, is_archived=True)
    assert [each.name for each in CustomField.objects.in_use()] == ["c", "r", "b"]
    assert AuditEntry.objects.filter(action="field.archived", target_id=first.pk).exists()
    create_field(actor=lead, project=project, name="A", kind="string")
    with pytest.raises(InvalidInput, match="Another field has this name"):
        update_field(actor=lead, field=first, is_archived=False)
    assert result.position == 1


def test_the_first_template_is_the_default_one_and_there_is_always_exactly_one(project, lead):
    risk, browser = (CustomFieldFactory(project=project, name=each) for each in ("Risk", "Browser"))
    first = create_template(actor=lead, project=project, name="Plain", fields=[browser, risk])
    second = create_template(actor=lead, project=project, name="API", fields=[risk])
    assert (first.is_default, second.is_default) == (True, False)
    with pytest.raises(RuleViolation, match="one default template"):
        update_template(actor=lead, template=first, is_default=False)
    with pytest.raises(RuleViolation, match="Make another one the default first"):
        update_template(actor=lead, template=first, is_archived=True)
    update_template(actor=lead, template=second, is_default=True)
    update_template(actor=lead, template=first, is_archived=True)
    assert [each.name for each in Template.objects.filter(is_default=True)] == ["API"]


def test_fields_of_a_template_stand_in_the_given_order_and_archived_ones_keep_their_place(project, lead):
    a, b, c = (CustomFieldFactory(project=project, name=each) for each in "abc")
    template = create_template(actor=lead, project=project, name="Plain", fields=[a, b, c])
    update_field(actor=lead, field=b, is_archived=True)
    template = update_template(actor=lead, template=template, fields=[c, a])
    assert list(template.places.order_by("position").values_list("field__name", flat=True)) == ["c", "a", "b"]
    entry = AuditEntry.objects.get(action="template.updated")
    assert entry.changes == {"fields": [["a", "b", "c"], ["c", "a", "b"]]}


def test_a_new_field_joins_the_default_template_or_those_that_are_named(project, lead):
    plain = create_template(actor=lead, project=project, name="Plain")
    api = create_template(actor=lead, project=project, name="API")
    risk = create_field(actor=lead, project=project, name="Risk", kind="string")
    browser = create_field(actor=lead, project=project, name="Browser", kind="string", templates=[api])
    places = set(TemplateField.objects.values_list("template", "field"))
    assert places == {(plain.pk, risk.pk), (api.pk, browser.pk)}


def test_a_template_takes_no_field_of_another_project(project, other_project, lead):
    with pytest.raises(InvalidInput) as refusal:
        create_template(actor=lead, project=project, name="API", fields=[CustomFieldFactory(project=other_project)])
    assert list(refusal.value.fields) == ["fields"]


@pytest.mark.parametrize("facts", [{"name": ""}, {"name": "plain"}, {"name": "A", "description": "x" * 501}])
def test_what_no_template_can_be_is_refused(project, lead, facts):
    TemplateFactory(project=project, name="Plain")
    with pytest.raises(InvalidInput):
        create_template(actor=lead, project=project, **facts)
