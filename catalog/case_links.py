"""The linked cases of a case as its page shows them."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .choices import CaseLinkType
from .models import CaseActivity, TestCase, TestCaseLink

DEPENDS_ON, NEEDED_BY, SAME_TEST = CaseLinkType.DEPENDS_ON.value, "needed_by", CaseLinkType.SAME_TEST.value
KINDS: dict[str, Promise] = {
    DEPENDS_ON: _("Depends on"),
    NEEDED_BY: _("Is needed by"),
    SAME_TEST: _("Same test, other source"),
}
"""How a link reads from the side of one case."""


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """Another case, and how it belongs to this one."""

    link: TestCaseLink
    case: TestCase
    kind: str

    @property
    def label(self) -> Promise:
        """The kind in words."""
        return KINDS[self.kind]

    @property
    def activity(self) -> CaseActivity | None:
        """What happened to the other case lately; None when it never ran."""
        return getattr(self.case, "activity", None)


def linked_cases(case: TestCase, reader: User) -> list[LinkedCase]:
    """The cases that belong to this one, in the order of the kinds; one query."""
    links: QuerySet[TestCaseLink] = TestCaseLink.objects.visible_to(reader).of_case(case)
    found = [_seen_from(case, link) for link in links]
    return sorted(found, key=lambda each: (list(KINDS).index(each.kind), each.case.test_id))


def _seen_from(case: TestCase, link: TestCaseLink) -> LinkedCase:
    is_first = link.case_a_id == case.pk
    kind = link.type if is_first or link.type == SAME_TEST else NEEDED_BY
    return LinkedCase(link, link.case_b if is_first else link.case_a, kind)
