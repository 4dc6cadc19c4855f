"""A file's second, plain reading, in the ledger's words."""

from datetime import datetime

from hallmark.systems.merchant_upload import plain_reading
from hallmark.systems.merchant_upload.content import Content, Problem, Reading, Record


def read(content: bytes, created: datetime) -> Reading:
    """Return what is to be expected of a file whose object was created then, an aware time."""
    found = plain_reading.read(content, created)
    if found.refusal is not None:
        line, rule = found.refusal
        return Problem(line, None, rule)
    return tuple(
        Record(
            row.line,
            Content(**row.values) if row.values is not None else None,
            tuple(Problem(*problem) for problem in row.problems),
        )
        for row in found.rows
    )
