"""One plan in several configurations: runs of the same cases, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.models import new_uuid

from ..combinations import MOST_COMBINATIONS
from ..models import Configuration, TestRun
from .configurations import create_configuration
from .manual_runs import MOST_TESTS, Assignment, Chosen, create_manual_run


@transaction.atomic
def create_sibling_runs(
    *,
    actor: User,
    project: Project,
    name: str,
    chosen: Chosen,
    configurations: Sequence[Configuration] = (),
    combinations: Sequence[Mapping[str, str]] = (),
    assignment: Assignment | None = None,
    **fields: Any,
) -> list[TestRun]:
    """Plan one run by hand for each configuration; without any, one run.

    A combination names the values of a configuration, which is added when the project has none with just these. Raises
    what `create_manual_run` raises, Denied for somebody who may add no configuration, and InvalidInput for too many.
    """
    wanted = list({each.pk: each for each in configurations}.values())
    known = {_values_of(each.pairs): each for each in Configuration.objects.living().in_project(project).order_by("pk")}
    for values in combinations:
        same = known.get(_values_of(values.items()))
        if same is None:
            same = known[_values_of(values.items())] = _added(actor, project, values)
        if same.pk not in {each.pk for each in wanted}:
            wanted.append(same)
    _require_usable(project, wanted)
    facts = {**fields, "name": name, "chosen": chosen, "assignment": assignment}
    facts["group"] = new_uuid() if len(wanted) > 1 else None
    runs, tests = [], 0
    for each in wanted or [None]:
        runs.append(create_manual_run(actor=actor, project=project, configuration=each, **facts))
        tests += runs[-1].total
        if tests > MOST_TESTS:
            raise RuleViolation(
                _("Runs that are planned together have at most %d tests.") % MOST_TESTS, "too_many_tests"
            )
    return runs


def _values_of(pairs: Any) -> frozenset[tuple[str, str]]:
    """What tells configurations apart, whatever the order and the capitals of their values."""
    return frozenset((name.lower(), value.lower()) for name, value in pairs)


def _require_usable(project: Project, wanted: Sequence[Configuration]) -> None:
    words = ""
    if len(wanted) > MOST_COMBINATIONS:
        words = _("At most %d configurations.") % MOST_COMBINATIONS
    elif any(each.project_id != project.pk or each.deleted_at is not None for each in wanted):
        words = _("There is no such configuration in the project.")
    if words:
        raise InvalidInput(words, fields={"configurations": [words]})


def _added(actor: User, project: Project, values: Mapping[str, str]) -> Configuration:
    """A new configuration of these values, under a name that is free."""
    longest = Configuration._meta.get_field("name").max_length
    name = ", ".join(values.values())[: longest - 4]
    taken = Configuration.objects.living().in_project(project).filter(name__istartswith=name)
    names = {each.lower() for each in taken.values_list("name", flat=True)}
    number, free = 1, name
    while free.lower() in names:
        number, free = number + 1, f"{name} {number + 1}"
    rows = [{"name": each, "value": value} for each, value in values.items()]
    return create_configuration(actor=actor, project=project, name=free, values=rows)
