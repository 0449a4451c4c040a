"""What the documents of the API promise, endpoint by endpoint, written from the documents alone."""

from .cases import PLAIN
from .contract import Contract
from .executions import EXECUTIONS
from .planning import PLANNING, SHARED
from .report_sync import REPORT_SYNC
from .reports import REPORTS
from .repository import REPOSITORY

CONTRACTS: dict[tuple[str, str], Contract] = {
    (contract.method, contract.path): contract
    for contract in (*PLAIN, *REPOSITORY, *REPORT_SYNC, *PLANNING, *EXECUTIONS, *REPORTS)
}
ALL = (*CONTRACTS.values(), *SHARED)
