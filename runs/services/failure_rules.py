"""Rules that say who mends which failures: kept by people, applied to new failures by the write path."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import policies
from ..choices import FailureCause, RuleState
from ..models import FailureRule

WRITABLE = ("name", "cause", "pattern", "fingerprint", "path_pattern", "owner", "expires_on", "ticket")
MOST_RULES = 200
MOST_STARS = 10
FEWEST_LETTERS = 3


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are stored; raises InvalidInput for a rule that would match everything or nothing."""
    problems: dict[str, list[str]] = {}
    for name in ("name", "pattern", "path_pattern", "ticket"):
        fields[name] = str(fields.get(name) or "").strip()
    if not fields["name"]:
        problems["name"] = [_("Give the rule a name.")]
    if fields.get("cause") not in FailureCause.values:
        problems["cause"] = [_("Choose who has to mend it.")]
    for name in ("pattern", "path_pattern"):
        text = fields[name]
        if text and len(text.replace("*", "").strip()) < FEWEST_LETTERS:
            problems[name] = [_("Write at least %d letters beside the stars.") % FEWEST_LETTERS]
        elif text.count("*") > MOST_STARS:
            problems[name] = [_("At most %d stars.") % MOST_STARS]
    if not (fields["pattern"] or fields["path_pattern"] or fields.get("fingerprint")):
        problems["pattern"] = [_("Say by what the failures are recognised: words, a fingerprint or a path.")]
    if problems:
        raise InvalidInput(_("The rule cannot be saved like this."), fields=problems)
    return {name: fields.get(name) for name in WRITABLE}


def _owner_works_here(project: Project, owner: User | None) -> None:
    if owner is not None and owner.tenant_id != project.tenant_id:
        raise InvalidInput(
            _("Choose somebody of the project."), fields={"owner": [_("Choose somebody of the project.")]}
        )


def _told(rule: FailureRule, verb: str, actor: User) -> None:
    """Tell those who listen, and let the stored failures be looked at again."""
    from ..jobs import apply_rules

    events.publish("failure_rule.changed", rule=rule, verb=verb, actor=actor)
    apply_rules.configure(queueing_lock=None, lock=f"rules:{rule.project_id}").defer(project_id=rule.project_id)


@transaction.atomic
def create_rule(*, actor: User, project: Project, **fields: Any) -> FailureRule:
    """Add a rule; raises Denied, InvalidInput, and RuleViolation when the project has too many."""
    policies.can_sort_failures(actor, project).require()
    values = _checked(fields)
    _owner_works_here(project, values["owner"])
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if FailureRule.objects.filter(project=project).count() >= MOST_RULES:
        raise RuleViolation(
            _("A project has at most %d rules. Delete one that is not needed.") % MOST_RULES, "too_many"
        )
    rule = FailureRule.objects.create(project=project, created_by=actor, updated_by=actor, **values)
    audit.record("failure_rule.created", actor=actor, target=rule, cause=rule.cause)
    _told(rule, "created", actor)
    return rule


@transaction.atomic
def update_rule(*, actor: User, rule: FailureRule, if_match: str | None = None, **fields: Any) -> FailureRule:
    """Change what the rule says; raises Denied, VersionConflict and InvalidInput."""
    policies.can_sort_failures(actor, rule.project).require()
    rule = FailureRule.objects.select_for_update(of=("self",)).select_related("project").get(pk=rule.pk)
    require_match(rule, if_match)
    before = audit.snapshot(rule, WRITABLE)
    values = _checked({name: getattr(rule, name) for name in WRITABLE} | fields)
    _owner_works_here(rule.project, values["owner"])
    for name, value in values.items():
        setattr(rule, name, value)
    rule.updated_by = actor
    rule.save()
    audit.record(
        "failure_rule.updated",
        actor=actor,
        target=rule,
        changes=_readable(audit.changes_between(before, audit.snapshot(rule, WRITABLE))),
    )
    _told(rule, "updated", actor)
    return rule


def _readable(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        name: [str(value) if isinstance(value, UUID | date) else value for value in pair]
        for name, pair in changes.items()
    }


@transaction.atomic
def set_rule_state(*, actor: User, rule: FailureRule, state: str, if_match: str | None = None) -> FailureRule:
    """Say that the cause is gone, or that it is not; a failure that comes back later opens the rule again."""
    policies.can_sort_failures(actor, rule.project).require()
    if state not in RuleState.values:
        raise InvalidInput(_("A rule is active or fixed."), fields={"state": [_("A rule is active or fixed.")]})
    rule = FailureRule.objects.select_for_update(of=("self",)).select_related("project").get(pk=rule.pk)
    require_match(rule, if_match)
    if rule.state != state:
        changes = {"state": [rule.state, state]}
        rule.state, rule.updated_by = state, actor
        rule.fixed_at = timezone.now() if state == RuleState.FIXED else None
        rule.reopened_at, rule.reopened_run = None, None
        rule.save()
        audit.record("failure_rule.updated", actor=actor, target=rule, changes=changes)
        events.publish("failure_rule.changed", rule=rule, verb="updated", actor=actor)
    return rule


@transaction.atomic
def delete_rule(*, actor: User, rule: FailureRule, if_match: str | None = None) -> None:
    """Remove the rule; its failures are to be sorted again."""
    policies.can_sort_failures(actor, rule.project).require()
    rule = FailureRule.objects.select_for_update(of=("self",)).select_related("project").get(pk=rule.pk)
    require_match(rule, if_match)
    audit.record("failure_rule.deleted", actor=actor, target=rule, name=rule.name)
    _told(rule, "deleted", actor)
    rule.delete()
