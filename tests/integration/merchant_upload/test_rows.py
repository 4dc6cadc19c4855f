"""Files on the stage: each row judged alone, once, by what stands; files that are none are refused whole."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.contract import (
    BAD_CELLS,
    CARD_NUMBER,
    COLUMNS,
    ENCRYPTION,
    ERRORS_SHOWN,
    MERCHANTS,
    MOST_BYTES,
    MOST_ROWS,
    counts,
    file,
    new_id,
    row,
)
from tests.support.waiting import wait_for


@pytest.mark.control("MU_ROWS", "MU_BAD_INPUT", "MU_NO_PAN")
def test_each_row_is_judged_alone_and_a_bad_one_is_told_by_line_column_and_rule(merchant):
    good = [new_id() for _ in range(2)]
    rows, wanted = [row(good[0])], []
    for column, cell, rule in BAD_CELLS:
        rows.append(row(**{"transaction_id": new_id(), column: cell}))
        wanted.append({"line": len(rows) + 1, "column": column, "rule": rule})
    rows += [row(new_id())[:-2], [*row(new_id()), "more"], row(good[1])]
    wanted += [{"line": line, "column": None, "rule": "columns"} for line in (len(rows) - 1, len(rows))]
    status = merchant(MERCHANTS[0]).through(file(rows))
    assert status["errors"] == wanted
    assert counts(status) == (len(rows), 2, 0, len(rows) - 2, 0)
    assert [merchant(MERCHANTS[0]).status(name).status for name in good] == [200, 200]


@pytest.mark.control("MU_ROWS")
def test_of_many_problems_the_status_shows_the_first_and_the_table_keeps_all(merchant, items):
    client = merchant(MERCHANTS[0])
    many = 1100
    status = client.through(file([row(new_id(), amount="x") for _ in range(many)]))
    assert [error["line"] for error in status["errors"]] == list(range(2, 2 + ERRORS_SHOWN))
    kept = [
        int(problem["M"]["line"]["N"])
        for chunk in ("0000", "0001")
        for item in items(f"{client.name}#{status['uploadId']}#rejected#{chunk}")
        for problem in item["problems"]["L"]
    ]
    assert kept == list(range(2, 2 + many))


@pytest.mark.control("MU_ROWS")
def test_what_rfc_4180_allows_is_read(merchant):
    names = [new_id() for _ in range(3)]
    header = " , ".join(reversed(COLUMNS))
    lines = [",".join(f'"{cell}"' for cell in reversed(row(name))) for name in names]
    content = b"\xef\xbb\xbf" + "\r\n\r\n".join(["", header, *lines]).encode()
    status = merchant(MERCHANTS[0]).through(content)
    assert (counts(status), status["errors"]) == ((3, 3, 0, 0, 0), [])


GOOD_ROW = ",".join(row("order-never"))
HEADER = ",".join(COLUMNS)
REFUSED = {
    "empty": (b"", (1, "no-rows")),
    "a header alone": (HEADER.encode(), (1, "no-rows")),
    "a missing column": (HEADER.replace("amount,", "").encode() + b"\nx", (1, "header")),
    "an unknown column": (f"{HEADER},note\n{GOOD_ROW},x".encode(), (1, "header")),
    "a repeated column": (f"{HEADER},amount\n{GOOD_ROW},1".encode(), (1, "header")),
    "capitals": (HEADER.upper().encode() + b"\nx", (1, "header")),
    "no UTF-8": (f"{HEADER}\n".encode() + b"\xff\n", (2, "encoding")),
    "UTF-16": (f"{HEADER}\n{GOOD_ROW}\n".encode("utf-16"), (1, "encoding")),
    "a NUL": (f"{HEADER}\n{GOOD_ROW}\n\0\n".encode(), (3, "encoding")),
    "a lone CR": (f"{HEADER}\r{GOOD_ROW}\r".encode(), (1, "encoding")),
    "an open quote": (f'{HEADER}\n"{GOOD_ROW}\n'.encode(), (2, "quotes")),
    "text after a quote": (f'{HEADER}\n"a"b,{GOOD_ROW}\n'.encode(), (2, "quotes")),
    "a security code's column": (f"{HEADER},cvv\n{GOOD_ROW},123\n".encode(), (1, "card-number")),
    "no text": (bytes(range(256)), (1, "encoding")),
}


@pytest.mark.control("MU_ROWS", "MU_BAD_INPUT", "MU_NO_PAN")
@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_none_is_refused_whole_with_the_reason(merchant, what):
    content, (line, rule) = REFUSED[what]
    status = merchant(MERCHANTS[0]).through(content)
    assert (status["status"], counts(status)) == ("refused", (0, 0, 0, 0, 0))
    assert [(error["column"], error["rule"]) for error in status["errors"]] == [(None, rule)]
    assert what == "no text" or status["errors"][0]["line"] == line
    assert merchant(MERCHANTS[0]).status("order-never").status == 404


@pytest.mark.control("MU_ROWS")
def test_a_file_with_one_row_too_many_is_refused_whole(merchant):
    cells = ",".join(row("order-never"))
    content = "\n".join([HEADER, *([cells] * (MOST_ROWS + 1))]).encode()
    status = merchant(MERCHANTS[0]).through(content)
    assert status["errors"] == [{"line": MOST_ROWS + 2, "column": None, "rule": "too-many-rows"}]
    assert counts(status) == (0, 0, 0, 0, 0)


@pytest.mark.control("MU_ROWS")
def test_an_object_with_one_byte_too_many_is_refused_even_if_no_form_let_it_in(stage, merchant):
    client = merchant(MERCHANTS[0])
    form = client.form()
    bucket = stage.outputs[Output.FILES_BUCKET]
    stage.client("s3").put_object(
        Bucket=bucket, Key=form["key"], Body=b"x" * (MOST_BYTES + 1), ServerSideEncryption=ENCRYPTION
    )
    assert client.ended(form["uploadId"])["errors"] == [{"line": 1, "column": None, "rule": "too-large"}]


@pytest.mark.control("MU_IDEMPOTENT")
def test_a_row_that_comes_again_is_a_duplicate_and_other_content_is_a_conflict(merchant, items):
    client = merchant(MERCHANTS[0])
    first, second, third = (row(new_id(), amount="12.50") for _ in range(3))
    assert counts(client.through(file([first, second]))) == (2, 2, 0, 0, 0)
    before = [items(f"{client.name}#{cells[0]}") for cells in (first, second)]
    assert counts(client.through(file([first, second]))) == (2, 0, 2, 0, 0)
    equal = [*first[:3], "12.5", *first[4:]]
    later = [second[0], "2026-11-03T10:15:00.001Z", *second[2:]]
    status = client.through(file([equal, later, third, third, [*third[:3], "1", *third[4:]]]))
    assert counts(status) == (5, 1, 2, 0, 2)
    assert [(error["line"], error["column"], error["rule"]) for error in status["errors"]] == [
        (3, "transaction_id", "conflict"),
        (6, "transaction_id", "conflict"),
    ]
    assert [items(f"{client.name}#{cells[0]}") for cells in (first, second)] == before


@pytest.mark.control("MU_IDEMPOTENT")
def test_a_form_used_twice_has_the_effects_of_its_first_file(merchant, items):
    client = merchant(MERCHANTS[0])
    first, second = new_id(), new_id()
    form = client.send(file([row(first)]))
    before = client.ended(form["uploadId"])
    assert client.post(form, file([row(second)])).status == 204

    def noted():
        (upload,) = items(f"{client.name}#{form['uploadId']}")
        return upload.get("laterVersions")

    assert len(wait_for(noted, "the later version's note")["SS"]) == 1
    assert client.status(form["uploadId"]).json() == before
    assert (client.status(first).status, client.status(second).status) == (200, 404)


@pytest.mark.control("MU_IDEMPOTENT")
def test_a_notification_twice_changes_nothing(stage, merchant, items):
    client = merchant(MERCHANTS[0])
    names = [new_id() for _ in range(3)]
    form = client.send(file([row(names[0]), row(names[1]), row(names[1], amount="7"), row(names[2], amount="x")]))
    client.ended(form["uploadId"])
    kept = [f"{client.name}#{name}" for name in (*names, form["uploadId"], f"{form['uploadId']}#rejected#0000")]
    before = [items(key) for key in kept]
    version = before[3][0]["versionId"]["S"]
    assert _deliver(stage, form["key"], version) is None
    assert [items(key) for key in kept] == before


@pytest.mark.control("MU_BAD_INPUT")
@pytest.mark.parametrize("key", ["uploads/x.csv", "uploads/%C3%A9+%25.csv", "uploads/corner-shop/2026/11/03/up_0.csv"])
def test_an_object_that_no_form_asked_for_is_logged_and_left_alone(stage, key):
    assert _deliver(stage, key, "any") is None


def _deliver(stage, key, version):
    """Say once more that an object is there; return the function's error, if it has one."""
    event = {"Records": [{"s3": {"object": {"key": key.replace("/", "%2F"), "versionId": version}}}]}
    arn = stage.outputs[Output.VALIDATION_ARN]
    return stage.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(event)).get("FunctionError")


WITH_CARD = {
    "a cell": file([row("order-good-1"), row(new_id(), card_token=CARD_NUMBER)]),
    "spelled with spaces": file([row(new_id(), merchant_category="4111 1111 1111 1111")]),
    "one cell too many": file([[*row(new_id()), CARD_NUMBER]]),
    "no csv at all": f"whatever\n{CARD_NUMBER}\n".encode(),
}


@pytest.mark.control("MU_NO_PAN")
@pytest.mark.parametrize("what", WITH_CARD)
def test_a_card_number_is_found_nowhere_afterwards(stage, merchant, what):
    client = merchant(MERCHANTS[0])
    form = client.send(WITH_CARD[what])
    client.ended(form["uploadId"])
    s3, bucket = stage.client("s3"), stage.outputs[Output.FILES_BUCKET]

    def gone():
        found = s3.list_object_versions(Bucket=bucket, Prefix=form["key"])
        return not found.get("Versions") and not found.get("DeleteMarkers")

    wait_for(gone, "the removal of the version")
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=bucket, Key=form["key"])
    pages = stage.client("dynamodb").get_paginator("scan").paginate(TableName=stage.outputs[Output.TRANSACTIONS_TABLE])
    assert not [page for page in pages if _shows(CARD_NUMBER, str(page["Items"]))]
    for output in (Output.API_HANDLER_ARN, Output.VALIDATION_ARN, Output.ANOMALY_DETECTION_ARN):
        group = f"/aws/lambda/{stage.outputs[output].rpartition(':')[2]}"
        events = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        assert not [page for page in events if _shows(CARD_NUMBER, str(page["events"]))]


def _shows(number, text):
    return number in re.sub("[ -]", "", text)


@pytest.mark.control("MU_ISOLATED", "MU_TABLE_KEYS")
def test_merchants_that_use_one_id_have_a_row_each(merchant, items):
    name = new_id()
    for owner, amount in zip(MERCHANTS, ("1.50", "2.50"), strict=True):
        assert counts(merchant(owner).through(file([row(name, amount=amount)]))) == (1, 1, 0, 0, 0)
    amounts = [items(f"{owner}#{name}")[1]["amount"]["N"] for owner in MERCHANTS]
    assert amounts == ["1.5", "2.5"]


@pytest.mark.control("MU_AUDIT")
def test_the_table_tells_of_a_row_from_where_and_when_it_came_and_how_it_was_judged(stage, merchant, items, stored):
    client = merchant(MERCHANTS[0])
    name = new_id()
    form = client.send(file([row(new_id()), row(name, merchant_category="gambling")]))
    client.ended(form["uploadId"])
    claim, kept = items(f"{client.name}#{name}")
    version = stored(form["key"])["VersionId"]
    for item in (claim, kept):
        assert (item["uploadId"]["S"], item["versionId"]["S"], item["line"]["N"]) == (form["uploadId"], version, "3")
    assert kept["objectKey"]["S"] == form["key"]
    assert claim["claimedAt"] == kept["storedAt"]
    assert kept["storedAt"]["S"] <= kept["judgedAt"]["S"]
    verdict = kept["anomalies"]["M"]["risky-category"]["M"]
    assert (verdict["version"], verdict["by"]["S"]) == (kept["rulesVersion"], f"{client.name}#{name}")
