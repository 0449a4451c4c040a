"""What the page of an issue shows beside its own columns."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from runs.models import Result

from .choices import IssueStatus, LinkKind
from .models import Issue, IssueLink

MOVES = {
    IssueStatus.OPEN: (IssueStatus.IN_PROGRESS, IssueStatus.CLOSED),
    IssueStatus.IN_PROGRESS: (IssueStatus.RESOLVED, IssueStatus.CLOSED),
    IssueStatus.RESOLVED: (IssueStatus.CLOSED, IssueStatus.OPEN),
    IssueStatus.CLOSED: (IssueStatus.OPEN,),
}
"""What one button does with an issue of a status; the form offers all of them."""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A line about where the issue was seen."""

    pk: int
    kind: str
    id: str
    title: str
    url: str
    at: datetime


def moves_of(issue: Issue) -> list[tuple[str, str]]:
    """The statuses that one button sets, with the words on it."""
    words = {
        IssueStatus.OPEN: _("Open again"),
        IssueStatus.IN_PROGRESS: _("Start work"),
        IssueStatus.RESOLVED: _("Resolve"),
        IssueStatus.CLOSED: _("Close"),
    }
    return [(status.value, words[status]) for status in MOVES[IssueStatus(issue.status)]]


def links_of(issue: Issue, user: User) -> list[ShownLink]:
    """Where it was seen; what is gone says so."""
    links = list(IssueLink.objects.visible_to(user).filter(issue=issue).for_list())
    results = [link.result_id for link in links if link.kind == LinkKind.RESULT]
    kept = dict(Result.objects.filter(pk__in=results).values_list("pk", "attempt")) if results else {}
    return [_shown(link, kept) for link in links]


def _shown(link: IssueLink, kept: dict[object, int]) -> ShownLink:
    label, key, title, url = LinkKind(link.kind).label, "", "", ""
    if link.kind == LinkKind.CASE:
        key, title, target = link.case.test_id, link.case.title, link.case
    elif link.kind == LinkKind.SESSION:
        title, target = (link.finding.title if link.finding else link.session.name), link.session
    else:
        target, title = link.run, _("Run %(number)d %(name)s") % {"number": link.run.number, "name": link.run.name}
    is_there = target.deleted_at is None
    url = target.get_absolute_url() if is_there else ""
    if link.kind == LinkKind.RESULT:
        key = _("run %d") % link.run.number
        title = link.run_case.name
        attempt = kept.get(link.result_id)
        title = title if attempt else _("%s, no longer kept") % title
        url = f"{url}?tab=all&test={link.run_case_id}&attempt={attempt}" if url and attempt else ""
    return ShownLink(link.pk, str(label), key, title if is_there else _("%s, deleted") % title, url, link.created_at)
