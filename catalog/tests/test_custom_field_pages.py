"""The pages about custom fields and templates, and custom fields in the form and on the page of a case."""

import pytest

from catalog.models import CustomField, Template, TestCase
from catalog.services.cases import create_case, update_case
from catalog.services.duplicating import duplicate_cases
from catalog.tests.factories import CustomFieldFactory, TemplateFactory
from catalog.tests.pages import HTMX, text, url

FIELD = {"name": "Risk", "target": "case", "kind": "dropdown", "option_code": ["", ""], "option_name": ["Low", "High"]}
FORM = {"title": "Pay twice", "priority": "high", "test_type": "manual", "tag": "ui", "state": "active"}
PARTIAL = {**HTMX, "HX-Target": "own-fields"}


@pytest.fixture
def risk(project):
    return CustomFieldFactory(project=project, name="Risk", kind="dropdown", options=["Low", "High"])


@pytest.fixture
def docs(project):
    return CustomFieldFactory(project=project, name="Docs", kind="link")


# -- the settings
def test_a_field_is_added_with_its_options_and_joins_the_template(project, signed_in, lead):
    template = TemplateFactory(project=project, is_default=True)
    client = signed_in(lead)
    page = client.get(url("field_create", project))
    assert page.context["form"].initial["templates"] == [template.pk]
    response = client.post(url("field_create", project), {**FIELD, "templates": [template.pk], "default": "high"})
    assert response.url == url("field_list", project)
    field = CustomField.objects.get()
    assert (field.key, field.default, [each["code"] for each in field.options]) == ("risk", "high", ["low", "high"])
    assert list(template.fields.all()) == [field]
    assert "Risk" in text(client.get(url("field_list", project)))


def test_choosing_another_kind_shows_what_it_has_and_saves_nothing(project, signed_in, lead):
    client = signed_in(lead)
    part = text(client.post(url("field_create", project), {**FIELD, "kind": "date", "show": "1"}, headers=HTMX))
    assert "First day" in part
    assert "<title>" not in part
    part = text(client.post(url("field_create", project), {**FIELD, "show": "1"}, headers=HTMX))
    assert 'value="High"' in part
    page = text(client.post(url("field_create", project), {**FIELD, "kind": "steps", "show": "1"}))
    assert ('value="Risk"' in page, "Fewest steps" in page) == (True, True)
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"option_name": ["", ""]}, "A list needs at least one option."),
        ({"option_name": ["Low", "low"]}, "“Low” stands there twice."),
        ({"default": "Huge"}, "“Huge” is not one of: Low, High."),
        ({"key": "No Key"}, "A small letter first"),
        ({"kind": "integer", "minimum": "few"}, "Give a whole number."),
    ],
)
def test_a_refused_field_says_why_beside_what_is_wrong(project, signed_in, lead, given, words):
    response = signed_in(lead).post(url("field_create", project), {**FIELD, **given})
    assert response.status_code == 422
    assert words in text(response)
    assert not CustomField.objects.exists()


def test_a_field_is_changed_and_an_option_taken_away_stays_named(project, risk, signed_in, lead):
    create_case(actor=lead, project=project, title="Pay", custom_values={"risk": "low"})
    client = signed_in(lead)
    page = client.get(url("field_update", project, risk.pk))
    assert "Its kind stands" in text(page)
    data = {**FIELD, "name": "Danger", "option_code": ["high"], "option_name": ["Severe"]}
    seen = page.context["form"].initial["if_match"]
    assert client.post(url("field_update", project, risk.pk), {**data, "if_match": seen}).status_code == 302
    risk.refresh_from_db()
    assert [(each["code"], each["name"], each["is_archived"]) for each in risk.options] == [
        ("high", "Severe", False),
        ("low", "Low", True),
    ]
    assert "Not offered any more: Low" in text(client.get(url("field_update", project, risk.pk)))
    assert client.post(url("field_update", project, risk.pk), {**data, "if_match": seen}).status_code == 422


def test_fields_move_and_are_put_away_in_the_list(project, risk, docs, signed_in, lead):
    client = signed_in(lead)
    part = client.post(url("field_move", project, docs.pk), {"to": "up"}, headers=HTMX)
    assert text(part).index("Docs") < text(part).index("Risk")
    assert client.post(url("field_archive", project, docs.pk)).url == url("field_list", project)
    docs.refresh_from_db()
    assert docs.is_archived
    CustomFieldFactory(project=project, name="docs", key="docs_2")
    response = client.post(url("field_archive", project, docs.pk), {"restore": "1"}, headers=HTMX)
    assert (response.status_code, "Another field has this name." in text(response)) == (422, True)


def test_a_template_is_made_of_ticked_fields_in_the_order_of_the_rows(project, risk, docs, signed_in, lead):
    client = signed_in(lead)
    data = {"name": "API", "description": "For services", "ids": [docs.pk, risk.pk]}
    assert client.post(url("template_create", project), data).url == url("template_list", project)
    template = Template.objects.get()
    assert template.is_default
    assert list(template.places.values_list("field", flat=True)) == [docs.pk, risk.pk]
    page = client.get(url("template_update", project, template.pk))
    assert [row["field"].name for row in page.context["rows"]] == ["Docs", "Risk"]
    client.post(url("template_update", project, template.pk), {"name": "Web", "ids": [risk.pk]})
    assert list(template.places.values_list("field", flat=True)) == [risk.pk]
    refused = client.post(url("template_update", project, template.pk), {"name": ""})
    assert (refused.status_code, "This field is required." in text(refused)) == (422, True)


def test_a_template_becomes_the_default_one_or_is_put_away(project, signed_in, lead):
    first, second = TemplateFactory(project=project, is_default=True), TemplateFactory(project=project)
    client = signed_in(lead)
    refused = client.post(url("template_change", project, first.pk), {"act": "archive"}, headers=HTMX)
    assert (refused.status_code, "Make another one the default first" in text(refused)) == (422, True)
    client.post(url("template_change", project, second.pk), {"act": "default"})
    client.post(url("template_change", project, first.pk), {"act": "archive"})
    first.refresh_from_db()
    assert first.is_archived
    client.post(url("template_change", project, first.pk), {"act": "restore"})
    assert Template.objects.filter(is_archived=False).count() == 2


@pytest.mark.parametrize("name", ["field", "template"])
def test_a_tester_reads_the_lists_and_is_told_why_he_changes_nothing(project, signed_in, tester, risk, name):
    template = TemplateFactory(project=project)
    client, pk = signed_in(tester), {"field": risk, "template": template}[name].pk
    assert "Your role, Tester, may not change custom fields and templates." in text(
        client.get(url(f"{name}_list", project))
    )
    assert client.get(url(f"{name}_create", project)).status_code == 403
    assert client.post(url(f"{name}_update", project, pk), {"name": "Mine"}).status_code == 403


def test_what_belongs_to_another_company_is_not_there(project, other_project, signed_in, lead):
    field, template = CustomFieldFactory(project=other_project), TemplateFactory(project=other_project)
    client = signed_in(lead)
    for name, pk in (("field_update", field.pk), ("template_update", template.pk)):
        assert client.get(url(name, project, pk)).status_code == 404
        assert client.get(url(name, other_project, pk)).status_code == 404
    assert client.post(url("field_move", project, field.pk)).status_code == 404
    assert client.post(url("template_change", project, template.pk)).status_code == 404


@pytest.mark.parametrize("name", ["field_list", "template_list"])
def test_the_lists_take_the_same_number_of_queries_for_more_of_both(project, signed_in, lead, same_queries, name):
    client = signed_in(lead)
    TemplateFactory(project=project, has=[CustomFieldFactory(project=project)])

    def grow():
        for _number in range(5):
            TemplateFactory(project=project, has=[CustomFieldFactory(project=project)])

    same_queries(lambda: client.get(url(name, project)), grow)


# -- the form and the page of a case
def drawn(*keys):
    return {"own_fields": list(keys)}


def test_the_form_draws_the_fields_of_the_template_and_says_beside_them_what_is_wrong(
    project, risk, docs, signed_in, tester
):
    runs = CustomFieldFactory(project=project, name="Runs", kind="integer", maximum=9, default=3)
    TemplateFactory(project=project, is_default=True, has=[docs, runs])
    client = signed_in(tester)
    page = text(client.get(url("case_create", project)))
    assert page.index('name="custom_fields.docs"') < page.index('name="custom_fields.runs" value="3"')
    assert "custom_fields.risk" not in page
    data = {**FORM, **drawn("docs", "runs"), "custom_fields.docs": "ftp://here", "custom_fields.runs": "12"}
    response = client.post(url("case_create", project), data)
    assert response.status_code == 422
    assert "Give an address that starts with http:// or https://." in text(response)
    assert "At most 9." in text(response)
    assert 'value="ftp://here"' in text(response)
    client.post(
        url("case_create", project), {**data, "custom_fields.docs": "https://a.example/", "custom_fields.runs": ""}
    )
    assert TestCase.objects.get().custom_values == {"docs": "https://a.example/"}


def test_another_template_swaps_the_fields_and_keeps_what_was_typed(project, risk, docs, signed_in, tester):
    first = TemplateFactory(project=project, name="Web", is_default=True, has=[docs, risk])
    second = TemplateFactory(project=project, name="API", has=[risk])
    client = signed_in(tester)
    typed = {**FORM, **drawn("docs", "risk"), "custom_fields.docs": "https://a.example/", "custom_fields.risk": "high"}
    part = text(
        client.post(url("case_create", project), {**typed, "template": second.pk, "show": "1"}, headers=PARTIAL)
    )
    assert '<option value="high" selected>High</option>' in part
    assert '<input type="hidden" name="custom_fields.docs" value="https://a.example/">' in part
    assert "<title>" not in part
    part = text(client.post(url("case_create", project), {**typed, "template": first.pk, "show": "1"}, headers=PARTIAL))
    assert 'type="url" name="custom_fields.docs" value="https://a.example/"' in part
    page = text(client.post(url("case_create", project), {**typed, "template": second.pk, "show": "1"}))
    assert 'value="Pay twice"' in page
    assert not TestCase.objects.exists()
    client.post(url("case_create", project), {**typed, "template": second.pk})
    case = TestCase.objects.get()
    assert (case.template, case.custom_values) == (second, {"risk": "high"})


def test_a_form_with_custom_fields_that_was_not_touched_changes_nothing(project, signed_in, tester):
    kinds = [
        "string",
        "long_text",
        "integer",
        "number",
        "checkbox",
        "date",
        "dropdown",
        "multi_select",
        "link",
        "steps",
    ]
    fields = [CustomFieldFactory(project=project, name=kind, kind=kind, options=["Low"]) for kind in kinds]
    TemplateFactory(project=project, is_default=True, has=fields)
    values = {
        "string": "a",
        "long_text": "a\n b",
        "integer": 0,
        "number": 0.5,
        "date": "2026-05-04",
        "dropdown": "low",
        "multi_select": ["low"],
        "link": "https://a.example/",
        "steps": ["Open"],
    }
    for given in (values, {}):
        case = create_case(actor=tester, project=project, title="Pay", custom_values=given)
        client = signed_in(tester)
        page = client.get(url("case_update", project, case.test_id))
        sent = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
        steps = sent.pop("custom_fields.steps") or [{"action": "", "expected": "", "data": ""}]
        sent |= {f"custom_fields.steps.{name}": [step[name] for step in steps] for name in steps[0]}
        sent = {name: value for name, value in sent.items() if value is not False}
        if not sent["custom_fields.multi_select"]:
            del sent["custom_fields.multi_select"]
        sent["custom_fields.long_text"] = sent["custom_fields.long_text"].replace("\n", "\r\n")
        response = client.post(
            url("case_update", project, case.test_id), {**sent, **drawn(*kinds), "etag": page.context["etag"]}
        )
        assert response.status_code == 302
        assert TestCase.objects.get(pk=case.pk).version == 1


def test_a_restricted_field_is_shown_to_a_tester_and_not_taken_from_him(project, signed_in, tester, lead):
    CustomFieldFactory(project=project, name="Cost", kind="integer", is_restricted=True)
    case = create_case(actor=lead, project=project, title="Pay", custom_values={"cost": 4})
    client = signed_in(tester)
    page = client.get(url("case_update", project, case.test_id))
    assert "Your role does not change restricted fields." in text(page)
    data = {**FORM, "etag": page.context["etag"], **drawn("cost"), "custom_fields.cost": "9"}
    assert client.post(url("case_update", project, case.test_id), data).status_code == 302
    assert TestCase.objects.get(pk=case.pk).custom_values == {"cost": 4}


def test_the_page_of_a_case_shows_what_its_fields_say_and_runs_nothing(project, risk, docs, signed_in, tester):
    fields = [CustomFieldFactory(project=project, name=kind, kind=kind) for kind in ("date", "steps", "long_text")]
    given = {"risk": "high", "docs": "https://a.example/?q=<b>", "date": "2026-05-04", "steps": ["Look <i>up</i>"]}
    given |= {"long_text": "<script>alert(1)</script>"}
    case = create_case(actor=tester, project=project, title="Pay", custom_values=given)
    CustomField.objects.filter(pk=fields[0].pk).update(is_archived=True)
    page = text(signed_in(tester).get(url("case_detail", project, case.test_id)))
    assert 'href="https://a.example/?q=&lt;b&gt;" rel="noopener nofollow"' in page
    assert "4 May 2026" in page
    assert "Look &lt;i&gt;up&lt;/i&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<span class="q-break">High</span>' in page


def test_the_page_of_a_case_takes_the_same_number_of_queries_for_more_fields(
    project, risk, signed_in, tester, same_queries
):
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low"})
    client = signed_in(tester)

    def grow():
        for number in range(5):
            CustomFieldFactory(project=project, name=f"More {number}", key=f"more_{number}")
            values = {"risk": "low", **{f"more_{n}": "x" for n in range(number + 1)}}
            TestCase.objects.filter(pk=case.pk).update(custom_values=values)

    same_queries(lambda: client.get(url("case_detail", project, case.test_id)), grow)
    same_queries(lambda: client.get(url("case_update", project, case.test_id)), grow=lambda: None)


def test_a_comparison_names_each_custom_field(project, risk, docs, signed_in, tester):
    CustomFieldFactory(project=project, name="Check", kind="steps")
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low", "check": ["Open"]})
    template = TemplateFactory(project=project, name="API", is_default=True, has=[risk, docs])
    changed = {"risk": "high", "docs": "https://a.example/"}
    update_case(actor=tester, case=case, custom_values=changed, template=template)
    page = text(signed_in(tester).get(url("case_version", project, case.test_id, 2)))
    rows = page[page.index("<tbody>") :]
    for words in (">Risk</th>", ">Docs</th>", ">Template</th>", "<del>Low</del>", "<ins>High</ins>", "API"):
        assert words in rows
    assert ">Check</th>" not in rows
    first = text(signed_in(tester).get(url("case_version", project, case.test_id, 1)))
    assert ">Check</th>" in first


def test_two_who_change_different_custom_fields_keep_both(project, risk, docs, signed_in, tester):
    case = create_case(actor=tester, project=project, title="Pay", custom_values={"risk": "low"})
    client = signed_in(tester)
    seen = client.get(url("case_update", project, case.test_id)).context["etag"]
    update_case(actor=tester, case=case, custom_values={"risk": "high"})
    data = {**FORM, "title": "Pay", "priority": "medium", "etag": seen, **drawn("risk", "docs")}
    data |= {"custom_fields.risk": "low", "custom_fields.docs": "https://a.example/"}
    response = client.post(url("case_update", project, case.test_id), data)
    assert response.status_code == 422
    assert "Taken over from the other one: Risk." in text(response)
    assert '<option value="high" selected>High</option>' in text(response)
    assert 'value="https://a.example/"' in text(response)
    both = client.post(
        url("case_update", project, case.test_id), {**data, "custom_fields.docs": "", "custom_fields.risk": "low"}
    )
    assert both.status_code == 422


def test_what_both_changed_in_a_custom_field_stands_side_by_side(project, risk, signed_in, tester):
    case = create_case(actor=tester, project=project, title="Pay")
    client = signed_in(tester)
    seen = client.get(url("case_update", project, case.test_id)).context["etag"]
    update_case(actor=tester, case=case, custom_values={"risk": "high"})
    data = {**FORM, "title": "Pay", "priority": "medium", "etag": seen, **drawn("risk"), "custom_fields.risk": "low"}
    page = text(client.post(url("case_update", project, case.test_id), data))
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert (">Risk</th>" in rows, "<del>High</del>" in rows, "<ins>Low</ins>" in rows) == (True, True, True)


# -- many cases
def test_many_cases_get_a_custom_value_by_the_bar_and_copies_take_theirs_along(project, risk, docs, signed_in, tester):
    cases = [create_case(actor=tester, project=project, title=f"Case {n}", custom_values={"risk": "low"}) for n in "ab"]
    picked = {"ids": ",".join(str(case.pk) for case in cases), "act": "change"}
    client = signed_in(tester)
    asked = text(client.post(url("case_change", project), picked, headers=HTMX))
    assert 'value="custom_fields.risk"' in asked
    sent = {**picked, "set": ["custom_fields.risk"], "custom_fields.risk": "high"}
    preview = text(client.post(url("case_change", project), {**sent, "step": "preview"}, headers=HTMX))
    assert ("Risk" in preview, "<ins>High</ins>" in preview) == (True, True)
    client.post(url("case_change", project), {**sent, "step": "apply"}, headers=HTMX)
    assert {case.custom_values["risk"] for case in TestCase.objects.all()} == {"high"}
    CustomField.objects.filter(pk=risk.pk).update(options=[{"code": "high", "name": "High", "is_archived": True}])
    copies = duplicate_cases(actor=tester, project=project, case_ids=[cases[0].pk])
    assert copies[0].custom_values == {"risk": "high"}


def test_the_fields_of_a_draft_come_back_with_it(project, risk, docs, signed_in, tester):
    data = {**FORM, **drawn("risk", "docs"), "custom_fields.risk": "high", "custom_fields.docs": "half", "restore": "1"}
    page = text(signed_in(tester).post(url("case_create", project), data))
    assert '<option value="high" selected>High</option>' in page
    assert 'name="custom_fields.docs" value="half"' in page
