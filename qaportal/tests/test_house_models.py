"""The models keep the layers, and everything of a project says so and knows who may see it."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from accounts.models import Authored, ProjectOwned

LAYERS = ["kit", "accounts", "files", "catalog", "releases", "runs", "issues", "reporting", "operations"]
PROJECT_APPS = {"files", "catalog", "releases", "runs", "issues"}
WITHOUT_PROJECT: dict[str, str] = {}
WITHOUT_VISIBILITY = {
    "catalog.TestIdCounter": "a number that only a service reads",
    "runs.RunNumberCounter": "a number that only a service reads",
}
"""Models that are exempt, each with its reason."""
WITHOUT_TIMES = {
    "catalog.FolderCount": "a number",
    "catalog.TitleWord": "a word",
    "catalog.CaseActivity": "stands beside its case and lives as long",
    "catalog.CaseFingerprint": "stands beside its case and lives as long",
    "catalog.TestIdCounter": "a number",
    "runs.RunNumberCounter": "a number",
}

OURS = [model for model in apps.get_models() if model._meta.app_label in LAYERS]
OF_PROJECTS = [
    model
    for model in OURS
    if model._meta.app_label in PROJECT_APPS or any(field.name == "project" for field in model._meta.fields)
]


def label(model) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", OURS, ids=label)
def test_relations_point_downwards(model):
    own = LAYERS.index(model._meta.app_label)
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignKey | models.ManyToManyField | models.OneToOneField):
            target = relation.related_model._meta.app_label
            assert target in LAYERS, f"{relation} points into {target}, which is no app of the portal"
            assert LAYERS.index(target) <= own, f"{relation} points upwards"


@pytest.mark.parametrize("model", [model for model in OURS if model._meta.app_label == "kit"], ids=label)
def test_tables_of_the_kit_know_others_by_plain_ids_only(model):
    assert not [field for field in model._meta.fields if field.is_relation]


@pytest.mark.parametrize("model", OF_PROJECTS, ids=label)
def test_whatever_belongs_to_a_project_names_it(model):
    if label(model) not in WITHOUT_PROJECT:
        assert "project" in {field.name for field in model._meta.fields}, "add the field, or a reason to the list"


@pytest.mark.parametrize("model", OF_PROJECTS, ids=label)
def test_whatever_belongs_to_a_project_knows_who_may_see_it(model):
    if label(model) in WITHOUT_VISIBILITY:
        return
    for name in ("visible_to", "in_project"):
        assert hasattr(model._default_manager.all(), name), f"its queryset needs {name}()"


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in OURS if hasattr(model._default_manager, "visible_to")], ids=label)
def test_the_anonymous_see_nothing(model):
    from django.contrib.auth.models import AnonymousUser

    assert list(model._default_manager.visible_to(AnonymousUser())) == []


@pytest.mark.parametrize("model", OF_PROJECTS, ids=label)
def test_whatever_belongs_to_a_project_knows_when_it_was_made(model):
    if label(model) in WITHOUT_TIMES:
        return
    names = {field.name for field in model._meta.fields}
    assert "created_at" in names


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_model_says_what_it_is(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}("), "a docstring of its own"
    assert model.__str__ is not models.Model.__str__


def test_the_lists_of_exceptions_hold_no_others():
    known = {label(model) for model in OURS}
    assert {*WITHOUT_PROJECT, *WITHOUT_VISIBILITY, *WITHOUT_TIMES} <= known


def test_the_bases_of_models_are_used():
    assert any(issubclass(model, ProjectOwned) for model in OURS)
    assert any(issubclass(model, Authored) for model in OURS)


@pytest.mark.parametrize("model", OURS, ids=label)
def test_no_signals_make_the_product_happen(model):
    from django.db.models import signals

    for signal in (signals.pre_save, signals.post_save, signals.pre_delete, signals.post_delete):
        ours = [
            receiver
            for receiver in signal._live_receivers(model)[0]
            if getattr(receiver, "__module__", "").split(".")[0] in {*LAYERS, "qaportal"}
        ]
        assert ours == []


def test_every_migration_can_be_taken_back():
    loader = MigrationLoader(connection, load=False)
    loader.load_disk()
    ours = [each for (app, _name), each in loader.disk_migrations.items() if app in LAYERS]
    lasting = [f"{each}: {step}" for each in ours for step in each.operations if not step.reversible]
    assert len(ours) >= len(PROJECT_APPS)
    assert not lasting, "\n".join(lasting)


REPEATED = """
WITH known AS (
    SELECT index.indexrelid, index.indrelid, class.relname AS name, index.indisunique, index.indkey::text AS columns,
           index.indclass::text AS classes, index.indexprs IS NOT NULL AS computed,
           pg_get_expr(index.indpred, index.indrelid) AS condition, key.attname AS first
    FROM pg_index AS index
    JOIN pg_class AS class ON class.oid = index.indexrelid AND NOT class.relispartition
    JOIN pg_am AS method ON method.oid = class.relam AND method.amname = 'btree'
    JOIN pg_attribute AS key ON key.attrelid = index.indrelid AND key.attnum = index.indkey[0]
    WHERE index.indrelid = ANY (%s::regclass[])
)
SELECT DISTINCT one.name || ' is the beginning of ' || other.name
FROM known AS one JOIN known AS other ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
WHERE NOT one.indisunique AND NOT one.computed AND NOT other.computed AND one.condition IS NULL
  AND (other.condition IS NULL OR other.condition = '(' || one.first || ' IS NOT NULL)')
  AND other.columns || ' ' LIKE one.columns || ' %%' AND other.classes || ' ' LIKE one.classes || ' %%'
ORDER BY 1
"""


def test_no_index_repeats_the_beginning_of_another(db):
    """Whoever stores rows pays for each; a key whose column begins another index takes `db_index=False`."""
    with connection.cursor() as cursor:
        cursor.execute(REPEATED, [[model._meta.db_table for model in OURS if model._meta.managed]])
        repeated = [text for (text,) in cursor.fetchall()]
    assert not repeated, "\n".join(repeated)
