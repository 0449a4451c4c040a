"""What a file of cases may be at most, and how one is refused."""

from qaportal.kit.errors import InvalidInput

MEGABYTE = 1024 * 1024
MOST_BYTES = 128 * MEGABYTE
"""Of a table; larger ones are split by whoever sends them."""
MOST_DOCUMENT_BYTES = 64 * MEGABYTE
"""Of XML and JSON."""
MOST_UNPACKED_BYTES = 512 * MEGABYTE
MOST_SHARED_TEXT = 64 * MEGABYTE
"""Of a workbook: the texts that its cells share are read at once."""
MOST_PACKING = 200
"""How many times larger than itself a part of a workbook may unpack, once it is larger than a megabyte."""
MOST_PARTS = 2_000
MOST_COLUMNS = 300
MOST_ROWS = 250_000
LONGEST_LINE = 4 * MEGABYTE
LONGEST_CELL = 2 * MEGABYTE
DEEPEST = 100
SMALL_BYTES = 256 * 1024
"""Files up to this size are looked at while their sender waits."""


def refusal(words: str, code: str = "file_refused") -> InvalidInput:
    """The refusal of a whole file, naming `file`."""
    return InvalidInput(words, code, fields={"file": [words]})
