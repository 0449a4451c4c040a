"""The formats that are recognised: one small module a tool, in the order in which they are asked."""

from . import own, qase, testlink, testmo, testrail, xray, zephyr
from .base import DocumentFormat, TableFormat

TABLES: tuple[TableFormat, ...] = (testrail.TABLE, zephyr.TABLE, qase.TABLE, xray.TABLE, testmo.TABLE)
DOCUMENTS: tuple[DocumentFormat, ...] = (
    testrail.DOCUMENT,
    testlink.DOCUMENT,
    qase.DOCUMENT,
    xray.DOCUMENT,
    own.DOCUMENT,
)
ALL = {each.code: each for each in (own.TABLE, *TABLES, *DOCUMENTS)}

__all__ = ["ALL", "DOCUMENTS", "TABLES", "DocumentFormat", "TableFormat", "own"]
