"""Whatever the portal writes into the audit trail, its audit log can say in words and lead to."""

import ast
import re

import pytest
from django.apps import apps

from accounts.audit import words
from accounts.models import AuditEntry

from . import tenant_matrix
from .test_house_code import APPS, CODE, text_of

CODES = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded_in(path) -> set[str]:
    """The codes that a file hands to `audit.record` and `audit.record_each`, where they are written out."""
    found = set()
    for node in ast.walk(ast.parse(text_of(path))):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and bool(node.args)
        if not is_call or node.func.attr not in {"record", "record_each"}:
            continue
        texts = [each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
        found |= {text for text in texts if isinstance(text, str) and CODES.fullmatch(text)}
    return found


ACTIONS = sorted(
    {code for path in CODE if path.parts[0] in APPS and "tests" not in path.parts for code in recorded_in(path)}
)


def test_the_actions_are_found():
    assert {"project.created", "user.signed_in", "case.created", "member.updated", "run.deleted"} <= set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_words(action):
    assert words.words_of(action) != action, "register them in the audit.py of its app"


def test_every_kind_of_object_has_words():
    for kind in words.kinds():
        assert apps.get_model(kind.code) is kind.model
        assert str(kind.label)
    labels = [str(subject.label) for subject in words.subjects()]
    assert labels == sorted(labels)


@pytest.mark.django_db
def test_every_object_with_a_page_is_led_to(signed_in):
    home = tenant_matrix.make_world("Okapi", "HOME")
    away = tenant_matrix.make_world("Quagga", "AWAY")
    objects = {each._meta.label_lower: each for each in home.objects.values() if hasattr(each, "_meta")}
    client = signed_in(home.admin)
    for kind in words.kinds():
        if kind.visible is None:
            continue
        entry = AuditEntry(target_type=kind.code, target_id=str(objects[kind.code].pk), tenant=home.project.tenant)
        address = words.address_of(entry, home.admin)
        assert client.get(address).status_code == 200, f"{kind.code}: {address}"
        assert words.address_of(entry, away.admin) == "", kind.code
