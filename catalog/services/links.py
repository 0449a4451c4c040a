"""How cases depend on and repeat one another: linking two, and removing a link."""

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import CaseLinkType
from ..models import TestCase, TestCaseLink

_REACHES = """
WITH RECURSIVE needed AS (
    SELECT %(start)s::bigint AS id
    UNION
    SELECT link.case_b_id FROM needed
    JOIN catalog_testcaselink link ON link.case_a_id = needed.id
        AND link.type = %(type)s AND link.deleted_at IS NULL
    JOIN catalog_testcase other ON other.id = link.case_b_id AND other.deleted_at IS NULL
)
SELECT EXISTS (SELECT 1 FROM needed WHERE id = %(goal)s)
"""
"""Whether a case depends on another one, directly or through others."""


@transaction.atomic
def link_two_cases(*, actor: User | None, case: TestCase, other: TestCase, type: str) -> TestCaseLink:
    """Say that the case depends on the other one, or that both are the same test from different sources.

    Raises Denied, InvalidInput for a case that is not of the project or for the case itself, and RuleViolation for
    a link that is there already and for one that lets a case depend on itself through others.
    """
    policies.can_edit_cases(actor, case.project).require()
    if type not in CaseLinkType.values:
        words = _("Use one of: %s.") % ", ".join(CaseLinkType.values)
        raise InvalidInput(words, fields={"type": [words]})
    if case.pk == other.pk:
        words = _("A case cannot be linked to itself.")
        raise InvalidInput(words, "same_case", fields={"other": [words]})
    project = (
        Project.objects.select_for_update(of=("self",), no_key=True).select_related("tenant").get(pk=case.project_id)
    )
    living = TestCase.objects.living().in_project(project).filter(pk__in=[case.pk, other.pk])
    if living.count() != 2:
        raise NotVisible
    _require_free(case, other, type)
    link = TestCaseLink(project=project, case_a=case, case_b=other, type=type, created_by=actor, updated_by=actor)
    link.save(force_insert=True)
    changes = {type.lower(): [None, other.test_id]}
    audit.record("case.linked", actor=actor, target=case, changes=changes)
    events.publish("case.linked", link=link, case=case, other=other, actor=actor)
    return link


@transaction.atomic
def remove_link(*, actor: User | None, link: TestCaseLink) -> TestCaseLink:
    """Take the link back; the row stays. One that is removed already stays as it is. Raises Denied."""
    policies.can_edit_cases(actor, link.project).require()
    stored = TestCaseLink.objects.select_for_update(of=("self",)).select_related("case_a__project", "case_b")
    link = stored.get(pk=link.pk)
    if link.deleted_at is not None:
        return link
    link.deleted_at = timezone.now()
    link.updated_by = actor
    link.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    changes = {link.type.lower(): [link.case_b.test_id, None]}
    audit.record("case.unlinked", actor=actor, target=link.case_a, changes=changes)
    events.publish("case.unlinked", link=link, case=link.case_a, other=link.case_b, actor=actor)
    return link


def _require_free(case: TestCase, other: TestCase, type: str) -> None:
    """Refuse a second link of the kind, and a circle. The project's row is locked: nobody else links meanwhile."""
    facts = {"case": case.test_id, "other": other.test_id}
    there = Q(case_a=case, case_b=other)
    if type == CaseLinkType.SAME_TEST:
        there |= Q(case_a=other, case_b=case)
    if TestCaseLink.objects.living().filter(there, type=type).exists():
        raise RuleViolation(_("%(case)s and %(other)s are linked like that already.") % facts, "link_taken")
    if type != CaseLinkType.DEPENDS_ON:
        return
    with connection.cursor() as cursor:
        cursor.execute(_REACHES, {"start": other.pk, "goal": case.pk, "type": type})
        if cursor.fetchone()[0]:
            words = _("%(other)s depends on %(case)s already, directly or through other cases.") % facts
            raise RuleViolation(words, "circular_link")
