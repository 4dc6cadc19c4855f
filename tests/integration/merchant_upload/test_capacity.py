"""The largest file: every cell of 50,000 rows is broken, the most that is kept of any file; one row more is refused."""

import pytest

from hallmark.systems.merchant_upload.load.platform import VALIDATION, means_of
from tests.integration.merchant_upload.contract import COLUMNS, MERCHANTS, MOST_ROWS, counts

SECONDS, MEMORY_MB = 300, 512
# One problem a cell, but for the time zone, which is optional and empty.
BROKEN = ",".join(("?",) * (len(COLUMNS) - 1) + ("",))


def _file(rows: int) -> bytes:
    return "\n".join([",".join(COLUMNS), *[BROKEN] * rows]).encode()


@pytest.mark.control("MU_ROWS")
def test_the_largest_file_fits_into_memory_with_all_that_can_be_wrong(merchant, stage, items):
    client = merchant(MERCHANTS[0])
    status = client.through(_file(MOST_ROWS))
    assert (status["status"], *counts(status)) == ("done", MOST_ROWS, 0, 0, MOST_ROWS, 0)
    problems = MOST_ROWS * (len(COLUMNS) - 1)
    last = f"{client.name}#{status['uploadId']}#rejected#{problems // 1000 - 1:04d}"
    assert len(items(last)[0]["problems"]["L"]) == 1000
    means = means_of(stage)[VALIDATION]
    assert means.memory == MEMORY_MB
    assert 0 < means.held <= MEMORY_MB, f"{means.held} MB"


@pytest.mark.control("MU_ROWS")
def test_one_row_more_is_refused_in_its_status(merchant):
    status = merchant(MERCHANTS[0]).through(_file(MOST_ROWS + 1))
    assert status["status"] == "refused"
    assert status["errors"] == [{"line": MOST_ROWS + 2, "column": None, "rule": "too-many-rows"}]
