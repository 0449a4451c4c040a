"""Custom values of cases: who may give which, what new cases get, and what many cases cost."""

import pytest

from accounts.choices import RoleCode
from accounts.tests.factories import UserFactory
from catalog.models import CustomField, TestCase
from catalog.own_fields import OwnFields, StoredValues
from catalog.services.bulk import take_back, update_cases
from catalog.services.cases import CaseDraft, create_case, create_cases, update_case
from catalog.services.versions import restore_version
from catalog.tests.factories import CustomFieldFactory, TemplateFactory
from qaportal.kit.errors import InvalidInput


@pytest.fixture
def fields(project):
    return {
        "risk": CustomFieldFactory(project=project, name="Risk", kind="dropdown", options=["Low", "High"]),
        "runs": CustomFieldFactory(project=project, name="Runs", kind="integer", default=1, maximum=9),
        "note": CustomFieldFactory(project=project, name="Note", kind="long_text"),
        "cost": CustomFieldFactory(project=project, name="Cost", kind="number", is_restricted=True, default=2),
    }


def problems(change):
    with pytest.raises(InvalidInput) as refusal:
        change()
    return refusal.value.fields


def test_a_new_case_has_the_default_template_and_its_defaults(project, fields, tester):
    template = TemplateFactory(project=project, is_default=True, has=[fields["runs"], fields["risk"]])
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "high"})
    assert (case.template, case.custom_values) == (template, {"runs": 1, "risk": "high"})
    emptied = create_case(actor=tester, project=project, title="Refund", custom_values={"runs": ""})
    assert emptied.custom_values == {}


def test_without_a_template_a_case_has_every_field(project, fields, tester):
    case = create_case(actor=tester, project=project, title="Pay")
    assert (case.template, case.custom_values) == (None, {"runs": 1, "cost": 2})


def test_a_case_from_before_the_first_template_has_the_fields_of_the_default_one(project, fields, tester):
    case = create_case(actor=tester, project=project, title="Pay")
    TemplateFactory(project=project, is_default=True, has=[fields["risk"]])
    assert problems(lambda: update_case(actor=tester, case=case, custom_values={"note": "Slow"})) == {
        "custom_fields.note": ["The case's template does not have this field."]
    }


def test_every_value_that_cannot_be_used_is_named(project, fields, tester):
    given = {"risk": "Huge", "runs": "ten", "colour": "red", "note": ""}
    assert problems(lambda: create_case(actor=tester, project=project, title="Pay", custom_values=given)) == {
        "custom_fields.risk": ["“Huge” is not one of: Low, High."],
        "custom_fields.runs": ["Give a whole number."],
        "custom_fields.colour": ["There is no such field."],
    }
    assert not TestCase.objects.exists()


def test_what_is_not_given_stays_and_nothing_takes_a_value_away(project, fields, tester):
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low", "note": "Slow"})
    case = update_case(actor=tester, case=case, custom_values={"note": None, "runs": 3})
    assert (case.custom_values, case.version) == ({"risk": "low", "runs": 3, "cost": 2}, 2)
    assert update_case(actor=tester, case=case, custom_values={"runs": "3"}).version == 2


def test_a_required_field_is_asked_of_new_cases_and_cannot_be_emptied(project, fields, tester):
    empty = create_case(actor=tester, project=project, title="From before")
    old = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low"})
    CustomField.objects.filter(key="risk").update(is_required=True)
    assert update_case(actor=tester, case=empty, custom_values={"risk": None}).version == 1
    wanted = {"custom_fields.risk": ["Risk is needed."]}
    assert problems(lambda: create_case(actor=tester, project=project, title="Refund")) == wanted
    assert problems(lambda: update_case(actor=tester, case=old, custom_values={"risk": ""})) == wanted
    assert update_case(actor=tester, case=old, title="Pay twice", custom_values={"runs": 2}).version == 2
    reported = [CaseDraft(title="From a report")]
    assert create_cases(actor=tester, project=project, drafts=reported, asks_required=False)
    TemplateFactory(project=project, is_default=True, has=[fields["runs"]])
    assert create_case(actor=tester, project=project, title="Refund").custom_values == {"runs": 1}


def test_a_restricted_field_is_changed_by_those_who_may(project, fields, tester, lead):
    case = create_case(actor=tester, project=project, title="Pay")
    refused = problems(lambda: update_case(actor=tester, case=case, custom_values={"cost": 5}))
    assert refused == {"custom_fields.cost": ["Your role, Tester, may not change what restricted fields say."]}
    assert problems(lambda: create_case(actor=tester, project=project, title="A", custom_values={"cost": 7}))
    assert update_case(actor=tester, case=case, custom_values={"cost": 2}).version == 1
    assert update_case(actor=lead, case=case, custom_values={"cost": 5}).custom_values["cost"] == 5
    CustomField.objects.filter(key="cost").update(is_required=True, default=None)
    assert create_case(actor=tester, project=project, title="Nobody asks him for it").pk


def test_an_option_or_field_that_is_put_away_stays_where_it_is(project, fields, tester):
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low", "note": "Slow"})
    options = [{**each, "is_archived": each["code"] == "low"} for each in fields["risk"].options]
    CustomField.objects.filter(key="risk").update(options=options)
    CustomField.objects.filter(key="note").update(is_archived=True)
    again = {"risk": "low", "note": "Slow", "runs": 2}
    assert update_case(actor=tester, case=case, custom_values=again).custom_values == {**again, "cost": 2}
    assert problems(lambda: create_case(actor=tester, project=project, title="B", custom_values=again)) == {
        "custom_fields.risk": ["“Low” is not offered any more."],
        "custom_fields.note": ["This field is archived."],
    }
    assert problems(lambda: update_case(actor=tester, case=case, custom_values={"note": "Fast"}))


def test_another_template_leaves_values_that_it_does_not_show(project, fields, tester, other_project):
    TemplateFactory(project=project, is_default=True, has=[fields["risk"]])
    second = TemplateFactory(project=project, has=[fields["note"]])
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low"})
    case = update_case(actor=tester, case=case, template=second, custom_values={"note": "Slow"})
    assert (case.template, case.custom_values) == (second, {"risk": "low", "note": "Slow"})
    foreign = TemplateFactory(project=other_project)
    assert list(problems(lambda: update_case(actor=tester, case=case, template=foreign))) == ["template"]
    archived = TemplateFactory(project=project, is_archived=True)
    assert list(problems(lambda: update_case(actor=tester, case=case, template=archived))) == ["template"]


def test_a_restored_version_says_again_what_it_said(project, fields, tester, lead):
    case = create_case(actor=lead, project=project, title="Pay", custom_values={"risk": "low", "cost": 3})
    case = update_case(actor=lead, case=case, custom_values={"risk": None, "cost": 4, "note": "Slow"})
    CustomField.objects.filter(key="risk").update(options=[])
    case = restore_version(actor=tester, case=case, version=case.versions.get(number=1))
    assert case.custom_values == {"runs": 1, "risk": "low", "cost": 4}
    assert restore_version(actor=lead, case=case, version=case.versions.get(number=1)).custom_values["cost"] == 3


def test_many_cases_get_a_value_at_once_and_lose_it_again(project, fields, tester):
    cases = create_cases(actor=tester, project=project, drafts=[CaseDraft(title=f"Case {n}") for n in range(3)])
    ids = [case.pk for case in cases]
    changed = update_cases(actor=tester, project=project, case_ids=ids, custom_values={"note": "Regression"})
    assert TestCase.objects.matching("regression").count() == 3
    take_back(actor=tester, project=project, versions_by_case=changed)
    assert {tuple(case.custom_values) for case in TestCase.objects.all()} == {("cost", "runs")}
    assert TestCase.objects.matching("regression").count() == 0
    refused = problems(lambda: update_cases(actor=tester, project=project, case_ids=ids, custom_values={"runs": 99}))
    assert refused == {"custom_fields.runs": ["At most 9."]}


def test_a_case_is_found_by_the_words_of_its_fields(project, fields, tester):
    CustomFieldFactory(project=project, name="Check", kind="steps")
    given = {"note": "A turquoise banner", "check": [{"action": "Unplug", "expected": "The beacon blinks"}]}
    case = create_case(actor=tester, project=project, title="Pay", steps=[{"action": "Open"}], custom_values=given)
    text = TestCase.objects.get(pk=case.pk).steps_text
    for word in ("turquoise", "beacon", "unplug", "open"):
        assert list(TestCase.objects.matching(word)) == [case], word
    case = update_case(actor=tester, case=case, custom_values={"note": "A crimson banner"})
    assert not TestCase.objects.matching("turquoise").exists()
    assert list(TestCase.objects.matching("crimson")) == [case]
    assert TestCase.objects.get(pk=case.pk).steps_text == text.replace("turquoise", "crimson")


def test_fields_are_read_once_however_many_cases_are_written(project, fields, tester, django_assert_max_num_queries):
    TemplateFactory(project=project, is_default=True, has=list(fields.values()))
    drafts = [CaseDraft(title=f"Case {n}", custom_values={"risk": "low", "note": "x"}) for n in range(40)]
    create_cases(actor=tester, project=project, drafts=drafts[:1])
    with django_assert_max_num_queries(30) as few:
        create_cases(actor=tester, project=project, drafts=drafts[:2])
    with django_assert_max_num_queries(len(few)):
        create_cases(actor=tester, project=project, drafts=drafts)


def test_values_out_of_another_case_are_taken_as_they_are(project, fields, tester):
    case = TestCase(project=project)
    OwnFields(project, actor=tester).put(case, StoredValues({"risk": "gone", "cost": 7, "colour": "red"}))
    assert case.custom_values == {"risk": "gone", "cost": 7}


def test_a_role_without_the_permission_for_restricted_fields_is_any_custom_one(project, fields):
    role_of = UserFactory(tenant=project.tenant, role_code=RoleCode.QUALITY_MANAGER)
    assert OwnFields(project, actor=role_of).may_change_restricted
