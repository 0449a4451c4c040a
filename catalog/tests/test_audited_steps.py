"""A case whose steps alone were changed stands in the audit log like any other."""

from accounts.audit.reading import changes_of
from accounts.models import AuditEntry
from catalog.services.cases import create_case, update_case


def test_a_change_of_steps_is_read_in_the_audit_log(project, admin, signed_in):
    case = create_case(actor=admin, project=project, title="Pay", steps=[{"action": "Pay"}])
    update_case(actor=admin, case=case, steps=[{"action": "Pay twice"}])
    [change] = changes_of(AuditEntry.objects.get(action="case.updated"))
    assert change.name == "Steps"
    assert "Pay twice" in change.after
    assert signed_in(admin).get("/administration/audit/").status_code == 200
