"""The audit trail: how it is written, masked, sealed, proved, filtered, put in words and exported."""

from .masking import MASK, masked
from .recording import changes_between, dated, observed, record, record_each, snapshot

__all__ = ["MASK", "changes_between", "dated", "masked", "observed", "record", "record_each", "snapshot"]
