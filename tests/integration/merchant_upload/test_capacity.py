"""The largest file: every cell of 50,000 rows is broken, the most that is kept of any file; one row more is refused."""

import pytest

from hallmark.systems.merchant_upload.load.platform import VALIDATION, means_of
from infra.merchant_upload.outputs import Output
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
    _delete(stage, f"{client.name}#{status['uploadId']}#")


def _delete(stage, prefix):
    """Delete what is kept of a file: tests that read all that a stage keeps would read it again and again."""
    table, tables = stage.outputs[Output.TRANSACTIONS_TABLE], stage.client("dynamodb")
    keys = {
        "ProjectionExpression": "transaction_id, #time",
        "ExpressionAttributeNames": {"#time": "timestamp"},
        "FilterExpression": "begins_with(transaction_id, :prefix)",
        "ExpressionAttributeValues": {":prefix": {"S": prefix}},
    }
    found = [key for page in tables.get_paginator("scan").paginate(TableName=table, **keys) for key in page["Items"]]
    for begin in range(0, len(found), 25):
        requests = [{"DeleteRequest": {"Key": key}} for key in found[begin : begin + 25]]
        assert not tables.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]


@pytest.mark.control("MU_ROWS")
def test_one_row_more_is_refused_in_its_status(merchant):
    status = merchant(MERCHANTS[0]).through(_file(MOST_ROWS + 1))
    assert status["status"] == "refused"
    assert status["errors"] == [{"line": MOST_ROWS + 2, "column": None, "rule": "too-many-rows"}]
