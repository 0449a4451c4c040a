"""Companies that all tests of a module share: making one costs more than most of what is tested with it."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from . import tenant_matrix
from .isolation import make_worlds


def _kept(make: Callable[[], Any], django_db_blocker: Any) -> Iterator[Any]:
    """What `make` makes, in a transaction that lasts as long as the module; each test rolls its own part back."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            made = make()
        except BaseException:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            raise
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def kept_home(django_db_setup: None, django_db_blocker: Any) -> Iterator[tenant_matrix.World]:
    """A company for a module."""
    yield from _kept(lambda: tenant_matrix.make_world("Okapi", "HOME"), django_db_blocker)


@pytest.fixture(scope="module")
def kept_worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[tenant_matrix.World, ...]]:
    """Two companies for a module."""
    yield from _kept(make_worlds, django_db_blocker)


@pytest.fixture
def home(kept_home: tenant_matrix.World, db: None) -> tenant_matrix.World:
    """The company of the module as it was made, for one test."""
    return copy.deepcopy(kept_home)


@pytest.fixture
def worlds(kept_worlds: tuple[tenant_matrix.World, ...], db: None) -> tuple[tenant_matrix.World, ...]:
    """Both companies of the module as they were made, for one test."""
    return copy.deepcopy(kept_worlds)
