"""A bank's file: the rows of a range of it."""

import csv
import io
from collections.abc import Iterator, Sequence

from shared_python.iso_codes import MINOR_UNITS

from bank_upload.items import Row, minor_units


def rows(part: bytes, columns: Sequence[str], line: int) -> Iterator[Row]:
    """Yield the rows of a range of a file that is valid, by its bytes, its columns and its first physical line."""
    found = csv.reader(io.StringIO(part.decode("utf-8"), newline=""))
    before = 0
    for cells in found:
        at, before = line + before, found.line_num
        if not cells:
            continue
        said = dict(zip(columns, cells))
        yield Row(
            at,
            said["transaction_id"],
            said["timestamp"].replace("Z", ".000Z"),
            said["account_token"],
            minor_units(said["amount"], MINOR_UNITS[said["currency"]], said["type"]),
            said["currency"],
            said["type"],
            said.get("description") or None,
        )
