"""The export of another tool that a person of the demo looked through and has not brought in yet."""

from io import BytesIO

from accounts.models import Project, User
from catalog.importing import Options
from catalog.models import CaseImport
from catalog.services.case_imports import begin_check, upload_cases
from catalog.services.import_running import run_check

from .days import Days

_FILE = "testrail-gift-cards.csv"
_CASES = """ID,Title,Section,Section Hierarchy,Type,Priority,Estimate,References,Preconditions,Steps (Step),Steps (Expected Result)
C2101,Gift card pays the whole basket,Gift cards,Checkout > Gift cards,Functional,High,3m,PAY-391,A gift card of 50.00 EUR,Pay a basket of 30.00 with it,The order is paid; the card holds 20.00
C2102,Gift card pays a part of the basket,Gift cards,Checkout > Gift cards,Functional,High,4m,PAY-391,A gift card of 10.00 EUR,Pay a basket of 30.00 with it,20.00 are left to pay by card
C2103,Expired gift card is refused with its date,Gift cards,Checkout > Gift cards,Functional,Medium,2m,PAY-391,,Enter an expired card,The page says when it expired
C2104,,Gift cards,Checkout > Gift cards,Functional,Low,2m,,,Enter letters only,The field says what a number looks like
"""


def look_through_import(project: Project, people: dict[str, User], days: Days) -> None:
    """Upload the export and check its rows: one has no title. Nothing of it is stored."""
    actor = people["quality"]
    stream = BytesIO(_CASES.encode())
    options = Options(skips_bad=True)
    kept = upload_cases(actor=actor, project=project, stream=stream, file_name=_FILE, options=options)
    begin_check(actor=actor, case_import=kept, defers=False)
    run_check(import_id=kept.pk)
    moment = days.at(1, "16:40")
    CaseImport.objects.filter(pk=kept.pk).update(created_at=moment, updated_at=moment)
