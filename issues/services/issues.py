"""Writing, changing, linking and deleting issues."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from catalog.choices import Priority
from catalog.services.drafts import LONGEST_TEXT
from catalog.services.named_files import claim_named
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible

from .. import policies
from ..choices import IssueStatus, Severity
from ..models import Issue, IssueLink
from ..targets import Target

EDITABLE = (
    *("title", "description", "status", "priority", "severity", "assignee", "reporter_name", "tracker_assignee_id"),
    *("tracker_assignee_name", "external_key", "external_url", "story_key", "module", "release", "case", "video_url"),
    "screenshots",
)
OF_PROJECT = ("module", "release", "case")
WORDS = {"status": IssueStatus, "severity": Severity, "priority": Priority}
MOST_SCREENSHOTS = 100


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in {"http", "https"} and bool(urlsplit(text).netloc)
    except ValueError:
        return False


def _problems(project: Project, fields: dict[str, Any]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if "title" in fields and not fields["title"]:
        problems["title"] = [_("An issue needs a title.")]
    for name, value in fields.items():
        longest = Issue._meta.get_field(name).max_length or LONGEST_TEXT
        if isinstance(value, str) and len(value) > longest:
            problems[name] = [_("At most %d characters.") % longest]
    wrong = [name for name, choices in WORDS.items() if name in fields and fields[name] not in choices.values]
    problems |= {name: [_("This is none of the choices.")] for name in wrong}
    if fields.get("external_url") and not _is_address(fields["external_url"]):
        problems["external_url"] = [_("Give an address that starts with https:// or http://.")]
    if len(fields.get("screenshots") or ()) > MOST_SCREENSHOTS:
        problems["screenshots"] = [_("At most %d screenshots.") % MOST_SCREENSHOTS]
    foreign = [name for name in OF_PROJECT if fields.get(name) and fields[name].project_id != project.pk]
    problems |= {name: [_("There is no such object in the project.")] for name in foreign}
    person = fields.get("assignee")
    if person is not None and not User.objects.who_reach(project).filter(pk=person.pk).exists():
        problems["assignee"] = [_("This person does not work in the project.")]
    return problems


def _checked(project: Project, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are stored; raises InvalidInput naming the one that cannot be used."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"An issue has no field {sorted(unknown)[0]!r} that can be changed.")
    checked = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if problems := _problems(project, checked):
        raise InvalidInput(_("The issue cannot be saved."), fields=problems)
    return checked


@transaction.atomic
def create_issue(
    *, actor: User | None, project: Project, title: str, targets: Iterable[Target] = (), **fields: Any
) -> Issue:
    """Write an issue and say where it was seen; `fields` are those of `EDITABLE`. Raises Denied and InvalidInput."""
    policies.can_edit_issues(actor, project).require()
    checked = _checked(project, {"title": title, **fields})
    issue = Issue(project=project, reporter=actor, created_by=actor, updated_by=actor, **checked)
    if issue.status == IssueStatus.CLOSED:
        issue.closed_at = timezone.now()
    issue.save()
    for target in targets:
        _link(issue, target, actor)
    claim_named(actor=actor, project=project, texts=[issue.description])
    audit.record("issue.created", actor=actor, target=issue)
    events.publish("issue.created", issue=issue, actor=actor)
    return issue


@transaction.atomic
def update_issue(*, actor: User | None, issue: Issue, if_match: str | None = None, **fields: Any) -> Issue:
    """Change fields of `EDITABLE`; when it was closed follows its status.

    Raises Denied, InvalidInput and VersionConflict.
    """
    policies.can_edit_issues(actor, issue.project).require()
    issue = locked_issue(issue)
    require_match(issue, if_match)
    before = audit.snapshot(issue, EDITABLE)
    for name, value in _checked(issue.project, fields).items():
        setattr(issue, name, value)
    changes = audit.changes_between(before, audit.snapshot(issue, EDITABLE))
    if not changes:
        return issue
    if "status" in changes:
        issue.closed_at = timezone.now() if issue.status == IssueStatus.CLOSED else None
    issue.updated_by = actor
    issue.save()
    claim_named(actor=actor, project=issue.project, texts=[issue.description])
    audit.record("issue.updated", actor=actor, target=issue, changes=changes)
    events.publish("issue.updated", issue=issue, actor=actor, changes=changes)
    return issue


@transaction.atomic
def delete_issue(*, actor: User | None, issue: Issue, if_match: str | None = None) -> None:
    """Hide the issue; a ticket in a tracker stays. Raises Denied and VersionConflict."""
    policies.can_delete_issues(actor, issue.project).require()
    issue = locked_issue(issue)
    require_match(issue, if_match)
    issue.deleted_at = timezone.now()
    issue.updated_by = actor
    issue.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    audit.record("issue.deleted", actor=actor, target=issue)
    events.publish("issue.deleted", issue=issue, actor=actor)


@transaction.atomic
def link_issue(*, actor: User | None, issue: Issue, target: Target) -> bool:
    """Say that the issue was seen there; answers whether that is news. Raises Denied and InvalidInput."""
    policies.can_edit_issues(actor, issue.project).require()
    issue = locked_issue(issue)
    is_new = _link(issue, target, actor)
    if is_new:
        audit.record("issue.linked", actor=actor, target=issue, kind=str(target.kind))
        events.publish("issue.linked", issue=issue, actor=actor)
    return is_new


@transaction.atomic
def unlink_issue(*, actor: User | None, issue: Issue, target: Target) -> bool:
    """Say that the issue was not seen there; answers whether it was linked. Raises Denied."""
    policies.can_edit_issues(actor, issue.project).require()
    issue = locked_issue(issue)
    removed, _rows = IssueLink.objects.filter(issue=issue, **target.lookup()).delete()
    if removed:
        audit.record("issue.unlinked", actor=actor, target=issue, kind=str(target.kind))
        events.publish("issue.unlinked", issue=issue, actor=actor)
    return bool(removed)


def _link(issue: Issue, target: Target, actor: User | None) -> bool:
    """Store the link of the (locked or new) issue unless it is there; the first case becomes the issue's own."""
    for named in (target.case, target.run, target.session):
        if named is not None and named.project_id != issue.project_id:
            words = _("There is no such object in the project.")
            raise InvalidInput(words, fields={"entity_id": [words]})
    columns = {**target.columns(), "project": issue.project, "created_by": actor, "updated_by": actor}
    _link_row, is_new = IssueLink.objects.get_or_create(issue=issue, **target.lookup(), defaults=columns)
    if is_new and target.case is not None and issue.case_id is None:
        issue.case = target.case
        issue.save(update_fields=["case", "updated_at"])
    return is_new


def locked_issue(issue: Issue) -> Issue:
    """The issue as it is stored now, locked; raises NotVisible when it was deleted meanwhile."""
    found = Issue.objects.living().select_for_update(of=("self",)).filter(pk=issue.pk)
    stored = found.select_related("project__tenant", "assignee", "case__project", "release", "module").first()
    if stored is None:
        raise NotVisible
    return stored
