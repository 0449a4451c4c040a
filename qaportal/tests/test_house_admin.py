"""The data administration shows nobody anything foreign, whatever table, page, filter or act it is."""

import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.urls import reverse

from accounts.choices import RoleCode
from accounts.models import User
from accounts.tests.factories import UserFactory
from qaportal.kit.admin import NarrowedFilter, PortalModelAdmin

from . import admin_matrix, tenant_matrix
from .callers import CHANGING, taken_back
from .isolation import MARKER
from .tenant_rows import rows_of

pytestmark = pytest.mark.xdist_group("house_inputs")  # what all tests need is made once

TABLES = list(admin.site._registry.items())
OURS = {"accounts", "files", "catalog", "releases", "runs", "issues"}
each_table = pytest.mark.parametrize(
    ("model", "model_admin"), TABLES, ids=lambda each: each._meta.label if hasattr(each, "_meta") else ""
)


@pytest.fixture
def home(worlds):
    return worlds[0]


@pytest.fixture
def foreign(worlds):
    return worlds[1]


@pytest.fixture
def platform_admin(db) -> User:
    return UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, email="root@example.com")


@pytest.fixture
def reader(home, signed_in):
    return signed_in(home.admin)


def object_of(world, model) -> models.Model:
    return world.objects[admin_matrix.key_of(model)]


def random_id(model) -> object:
    return next(nothing() for _prefix, known, nothing in admin_matrix.tables() if known is model)


def has_page(model_admin, kind: str) -> bool:
    return any(pattern.name.endswith(f"_{kind}") for pattern in model_admin.get_urls())


def narrowed(model_admin, row) -> dict[str, object]:
    """What the address of a list needs to show the row at all."""
    filters = [each for each in model_admin.list_filter if isinstance(each, type) and issubclass(each, NarrowedFilter)]
    return {each.parameter_name: getattr(row, f"{each.lookup}_id") for each in filters}


def normal(answer, *changing) -> bytes:
    """The body without what differs from request to request."""
    body = CHANGING.sub(b"#", answer.content)
    for each in changing:
        body = body.replace(str(each).encode(), b"#")
    return body


# -- the tables themselves -------------------------------------------------------------------------------------------
def test_only_tables_of_the_portal_are_shown():
    assert {model._meta.app_label for model in admin.site._registry} == OURS
    assert all(isinstance(model_admin, PortalModelAdmin) for model_admin in admin.site._registry.values())
    assert {model._meta.label for model in admin.site._registry} == set(admin_matrix.MAKERS)


@each_table
def test_a_table_shows_no_secrets(model, model_admin):
    secret = re.compile(r"(?<!first_)password|secret|hash|nonce|epoch|idempotency")
    shown = [*model_admin.list_display, *(model_admin.fields or ()), *model_admin.search_fields]
    assert not [name for name in shown if secret.search(str(name))]


@each_table
def test_a_table_writes_through_services_alone(model, model_admin):
    assert not model_admin.inlines
    assert not model_admin.list_editable
    for does, method in (("adds", "create"), ("changes", "update"), ("deletes", "delete"), ("restores", "restore")):
        is_there = getattr(type(model_admin), method) is not getattr(PortalModelAdmin, method)
        assert getattr(model_admin, does) == is_there, f"{does} without {method}(), or the other way round"


@pytest.mark.parametrize(
    "name",
    ["AuditEntry", "RequestRecord", "Result", "RunCase", "ReportImport", "StoredFile", "RetentionSweep"],
)
def test_what_happened_is_only_read(name):
    model_admin = next(model_admin for model, model_admin in TABLES if model.__name__ == name)
    assert not any([model_admin.adds, model_admin.changes, model_admin.deletes, model_admin.restores])
    assert not has_page(model_admin, "add")
    assert not has_page(model_admin, "delete")


# -- reading ---------------------------------------------------------------------------------------------------------
def test_lists_and_searches_show_nothing_foreign(home, foreign, reader):
    for model, model_admin in TABLES:
        own, other = object_of(home, model), object_of(foreign, model)
        address = model_admin.address("changelist")
        usual = reader.get(address, narrowed(model_admin, own))
        assert f"/{own.pk}/change/" in usual.content.decode(), address
        queries = [narrowed(model_admin, other), {"q": MARKER}, {"q": str(other.pk)}, {"all": ""}]
        queries += [{"state": "deleted"}] if model_admin.restores else []
        for query in queries:
            answer = reader.get(address, query)
            page = re.sub(f'value="{MARKER}"|q(=|%3D){MARKER}', "", answer.content.decode())
            assert answer.status_code == 200, f"{address} {query}"
            assert MARKER not in page, f"{address} {query}"
            assert f"/{other.pk}/change/" not in page, f"{address} {query}"


def test_a_filter_by_something_foreign_is_like_one_by_nothing(home, foreign, reader):
    tried = 0
    for model, model_admin in TABLES:
        for name in [each for each in model_admin.list_filter if isinstance(each, str)]:
            if not model._meta.get_field(name).is_relation:
                continue
            target = model._meta.get_field(name).related_model
            ids = (object_of(foreign, target).pk, random_id(target))
            real, random = (reader.get(model_admin.address("changelist"), {f"{name}__id__exact": pk}) for pk in ids)
            assert (real.status_code, random.status_code) == (200, 200), f"{model_admin} {name}"
            assert normal(real, *ids) == normal(random, *ids), f"{model_admin} {name}"
            assert MARKER not in real.content.decode(), f"{model_admin} {name}"
            tried += 1
    assert tried > 10


def test_a_list_answers_no_guesses_about_columns_that_it_does_not_show(reader):
    for model, model_admin in TABLES:
        guesses = [f"{field.name}__startswith" for field in model._meta.concrete_fields if not field.is_relation]
        guesses += [f"{name}__password__startswith" for name in ("user", "created_by", "tenant__users", "role__users")]
        for guess in guesses:
            assert reader.get(model_admin.address("changelist"), {guess: "a"}).status_code == 400, guess


def test_a_foreign_object_is_like_one_that_does_not_exist(home, foreign, reader):
    before = rows_of(foreign.project.tenant_id)
    for model, model_admin in TABLES:
        ids = (object_of(foreign, model).pk, random_id(model))
        for kind in [each for each in ("change", "history", "delete") if has_page(model_admin, each)]:
            for send in (reader.get, reader.post):
                with taken_back():
                    real, random = (send(model_admin.address(kind, pk), {"post": "yes"}) for pk in ids)
                assert (real.status_code, random.status_code) == (404, 404), f"{model_admin} {kind}"
                assert normal(real, *ids) == normal(random, *ids), f"{model_admin} {kind}"
                assert MARKER not in real.content.decode(), f"{model_admin} {kind}"
    assert rows_of(foreign.project.tenant_id) == before


def test_acts_reach_nothing_foreign(home, foreign, reader, rf):
    before = rows_of(foreign.project.tenant_id)
    request = rf.get("/admin/")
    request.user = home.admin
    tried = set()
    for model, model_admin in TABLES:
        other = object_of(foreign, model)
        for name in model_admin.get_actions(request):
            tried.add(name)
            for query in ("", "?state=deleted") if model_admin.restores else ("",):
                for ticked in ([other.pk], [other.pk, "no id"]):
                    form = {"action": name, "_selected_action": ticked, "confirmed": "yes"}
                    with taken_back():
                        answer = reader.post(model_admin.address("changelist") + query, form, follow=True)
                        assert rows_of(foreign.project.tenant_id) == before, f"{model_admin} {name}"
                    assert MARKER not in answer.content.decode(), f"{model_admin} {name}"
    assert {"delete_chosen", "restore_chosen", "suspend_chosen", "revoke_chosen", "resend_chosen"} <= tried


def test_fields_that_are_looked_up_offer_nothing_foreign(home, foreign, reader):
    answered = set()
    keys = [field for model in apps.get_models() for field in model._meta.concrete_fields if field.is_relation]
    for field in [field for field in keys if field.related_model in admin.site._registry]:
        about = {"app_label": field.model._meta.app_label, "model_name": field.model._meta.model_name}
        for term in ("", MARKER, str(object_of(foreign, field.related_model).pk)):
            answer = reader.get(reverse("admin:autocomplete"), about | {"field_name": field.name, "term": term})
            assert answer.status_code in {200, 403, 404}, f"{field} {term}"
            assert MARKER not in answer.content.decode(), f"{field} {term}"
            answered |= {field.related_model._meta.label} if answer.status_code == 200 else set()
    assert len(answered) > 5


def test_forms_offer_nothing_foreign(home, foreign, reader):
    for model, model_admin in TABLES:
        pages = [model_admin.address("change", object_of(home, model).pk)]
        pages += [model_admin.address("add")] if has_page(model_admin, "add") else []
        for page in pages:
            answer = reader.get(page)
            assert answer.status_code in {200, 403}, page
            assert MARKER not in answer.content.decode(), page


# -- speed and silence -----------------------------------------------------------------------------------------------
def test_a_list_asks_the_database_the_same_however_many_rows_there_are(
    foreign, platform_admin, signed_in, same_queries
):
    reader = signed_in(platform_admin)
    addresses = [
        (model_admin.address("changelist"), narrowed(model_admin, object_of(foreign, model)))
        for model, model_admin in TABLES
    ]

    def read_all():
        for address, query in addresses:
            assert reader.get(address, query).status_code == 200, address

    def grow():
        for number in (11, 12):
            tenant_matrix.make_world(f"Zebra{number}", f"ZEB{number}", run_number=number)

    assert same_queries(read_all, grow) < 13 * len(addresses)


def test_djangos_own_log_stays_empty(home, reader):
    for model, model_admin in TABLES:
        for kind in [each for each in ("change", "delete") if has_page(model_admin, each)]:
            with taken_back():
                reader.post(model_admin.address(kind, object_of(home, model).pk), {"post": "yes"})
                assert not LogEntry.objects.exists()


# -- bad input -------------------------------------------------------------------------------------------------------
JUNK = ("\x00", "\ud800", str(2**70), "9999", "x" * 10_000)


def names_to_spoil(model_admin) -> list[str]:
    """What an address of the list may carry."""
    filters = [each for each in model_admin.list_filter if isinstance(each, str)]
    names = [f"{name}__{tail}" for name in filters for tail in ("exact", "id__exact", "gte")]
    names = [name for name in names if model_admin.lookup_allowed(name, "") and "tenant" not in name]
    names += ["run", "run_case"] if not names or "status__exact" in names else []
    if model_admin.date_hierarchy:
        names += [f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")]
    return names


def test_junk_in_an_address_is_answered_with_words(home, reader):
    tried = [(model_admin, name) for _model, model_admin in TABLES for name in names_to_spoil(model_admin)]
    people = admin.site.get_model_admin(User)
    tried += [(people, name) for name in ("q", "p", "o", "all", "state", "_to_field", "_popup", "e", "nothing")]
    for model_admin, name in tried:
        for junk in JUNK[:4]:
            with taken_back():
                query = urlencode({name: junk}, errors="surrogatepass")
                status = reader.get(f"{model_admin.address('changelist')}?{query}").status_code
            assert status in {200, 302, 400}, f"{model_admin} {name}={junk[:20]!r}"


def test_junk_in_a_form_is_answered_with_words(home, reader):
    for model, model_admin in [(model, each) for model, each in TABLES if each.changes or each.adds]:
        own = object_of(home, model)
        page = model_admin.address("change", own.pk) if model_admin.changes else model_admin.address("add")
        answer = reader.get(page)
        form = answer.context["adminform"].form
        good = {name: form[name].value() for name in form.fields}
        good = {name: value for name, value in good.items() if value is not None and value is not False}
        for name in form.fields:
            for junk in JUNK:
                with taken_back():
                    body = urlencode(good | {name: junk}, doseq=True, errors="surrogatepass")
                    answer = reader.post(page, body, content_type="application/x-www-form-urlencoded")
                assert answer.status_code in {200, 302}, f"{page} {name}={junk[:20]!r}"


def test_junk_among_the_ticked_rows_is_answered_with_words(home, reader, rf):
    request = rf.get("/admin/")
    request.user = home.admin
    for _model, model_admin in TABLES:
        for name in [*model_admin.get_actions(request), "nothing"]:
            for junk in (str(2**70), "null"):
                form = {"action": name, "_selected_action": junk, "confirmed": "yes"}
                with taken_back():
                    answer = reader.post(model_admin.address("changelist"), form)
                assert answer.status_code in {200, 302}, f"{model_admin} {name} {junk[:20]!r}"
