"""A small tree and a case in it, and what is announced."""

import pytest

from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit import events


@pytest.fixture
def card_tree(project):
    card = FolderFactory(project=project, name="Card payments")
    capture = FolderFactory(parent=card, name="Capture")
    FolderFactory(parent=capture, name="Partial capture")
    wallets = FolderFactory(project=project, name="Wallets")
    return {"card": card, "capture": capture, "wallets": wallets}


@pytest.fixture
def card_case(project, card_tree, tester):
    return TestCaseFactory(
        folder=card_tree["capture"],
        test_id="TC_UI_114",
        title="Challenge completes",
        steps=["Pay", "Confirm"],
        tags=["sca"],
        owner=tester,
        estimate=360,
        preconditions="A basket",
    )


@pytest.fixture
def published(monkeypatch):
    """The names of the events, in order."""
    names = []
    publish = events.publish

    def keep(name, **payload):
        names.append(name)
        publish(name, **payload)

    monkeypatch.setattr(events, "publish", keep)
    return names
