"""The versions of cases: every save leaves one, and any of them can come back as a new one."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit.errors import InvalidInput

from ..models import Template, TestCase, TestCaseVersion
from ..models.versions import LONGEST_REASON
from .drafts import EDITABLE

_INSERT = """
INSERT INTO catalog_testcaseversion (project_id, case_id, number, document, changed, reason, saved_by_id, created_at)
SELECT kept.project_id, kept.id, kept.version,
    jsonb_build_object('folder', kept.folder_id, 'title', kept.title, 'description', kept.description,
        'test_type', kept.test_type, 'tag', kept.tag, 'automation_status', kept.automation_status,
        'automation_key', kept.automation_key, 'automated_script_path', kept.automated_script_path,
        'priority', kept.priority, 'estimate', kept.estimate, 'preconditions', kept.preconditions,
        'expected_result', kept.expected_result, 'test_data', kept.test_data,
        'scenario_examples', kept.scenario_examples, 'epic_key', kept.epic_key, 'labels', kept.labels,
        'tags', kept.tags, 'owner', kept.owner_id, 'state', kept.state, 'is_archived', kept.is_archived,
        'template', kept.template_id, 'custom_values', kept.custom_values)
    || jsonb_build_object(
        'steps', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('action', step.action, 'expected', step.expected, 'data', step.data)
                || CASE WHEN step.attachments = '{}' THEN '{}' ELSE
                    jsonb_build_object('attachments', to_jsonb(step.attachments)) END
                || CASE WHEN step.shared_steps_id IS NULL THEN '{}' ELSE
                    jsonb_build_object('shared', step.shared_steps_id, 'place', step.shared_place) END
                ORDER BY step.position)
            FROM catalog_teststep step WHERE step.case_id = kept.id
        ), '[]'),
        'story', COALESCE((
            SELECT story.story_id FROM catalog_testcasestory link
            JOIN catalog_story story ON story.id = link.story_id
            WHERE link.case_id = kept.id AND link.is_primary
        ), '')
    ), %s::varchar[], %s, %s, kept.updated_at
FROM catalog_testcase kept WHERE kept.id = ANY(%s)
ON CONFLICT (case_id, number) DO NOTHING
"""
"""Each field of `EDITABLE` as its column holds it, the texts of the steps in their order, and the primary story."""
PLACED = ("folder", "owner", "state", "is_archived")
"""What says where a case stands, not what it says; bringing back a version leaves it as it is."""


LATER: dict[str, Any] = {"template": None, "custom_values": {}}
"""What versions lack that were kept before cases had these fields."""


def usable_reason(given: object) -> str:
    """Why a case was changed, trimmed; raises InvalidInput naming `reason` for one that is too long."""
    text = " ".join(str(given or "").split())
    if len(text) > LONGEST_REASON:
        words = _("A reason has at most %d characters.") % LONGEST_REASON
        raise InvalidInput(words, fields={"reason": [words]})
    return text


def keep_versions(
    *, actor: User | None, case_ids: Iterable[int], changed: Sequence[str] = (), reason: str = ""
) -> None:
    """Write down the (locked) cases as they are stored now, in one statement whatever their number.

    `changed` names what the save changed. A version that is written down already stays as it is.
    """
    values = [list(changed), reason, actor.pk if actor else None, sorted(case_ids)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


@transaction.atomic
def restore_version(
    *, actor: User | None, case: TestCase, version: TestCaseVersion, if_match: str | None = None, reason: str = ""
) -> TestCase:
    """Make the case say again what it said in one of its versions; that is a new version.

    Where it stands, who owns it and whether it is archived stay as they are. Steps that it shared are shared again and
    say what the shared steps say now; where those are gone, what they said then is the case's own. Raises what
    `update_case` raises.
    """
    from ..own_fields import StoredValues
    from .cases import update_case

    document = version.document
    fields = {name: document[name] for name in EDITABLE if name in document and name not in PLACED}
    if "custom_values" in fields:
        fields["custom_values"] = StoredValues(fields["custom_values"])
    if "template" in fields:
        living = Template.objects.in_project(case.project).in_use()
        fields["template"] = living.filter(pk=fields["template"]).first() if fields["template"] else None
    return update_case(
        actor=actor,
        case=case,
        if_match=if_match,
        steps=document["steps"],
        story_id=document["story"],
        reason=reason or _("Version %d again") % version.number,
        **fields,
    )
