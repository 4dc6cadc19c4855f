"""Files of transactions: what cannot be sent is one line, and lanes keep each customer's times."""

import json
from pathlib import Path
from typing import Any

import pytest

from hallmark.systems.screening.files import MOST_BYTES, in_lanes, read
from hallmark.systems.screening.transaction import Transaction
from infra.errors import UserError
from tests.unit.hallmark.systems.screening.drawn import at, valid


def written(folder: Path, *lines: bytes) -> Path:
    """Write a file of some lines."""
    file = folder / "given.jsonl"
    file.write_bytes(b"\n".join(lines))
    return file


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"a": 1', "delimiter"),
        (b"text", "Expecting value"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"1" * 5000 + b"}", "too large"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'"' + b"x" * MOST_BYTES + b'"', f"at most {MOST_BYTES} bytes"),
        (b'{"a": 1} {"b": 2}', "Extra data"),
    ],
)
def test_a_line_that_cannot_be_sent_is_named(tmp_path: Path, line: bytes, why: str) -> None:
    file = written(tmp_path, b'{"a": 1}', b"", line)
    with pytest.raises(UserError, match=rf"given\.jsonl line 3 .*{why}") as raised:
        read([file])
    assert "\n" not in str(raised.value)


def test_marks_and_empty_lines_are_left_out(tmp_path: Path) -> None:
    found = read([written(tmp_path, b"\xef\xbb\xbf[1]\r", b"  ", b"null", b"")])
    assert [(one.number, one.text, one.value) for one in found] == [(1, "[1]", [1]), (2, "null", None)]


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read([tmp_path / "none.jsonl"])


def test_a_customer_s_transactions_go_by_their_times_and_what_shares_an_id_behind_its_first(tmp_path: Path) -> None:
    late, early = valid(transaction_id="txn-late", timestamp=at(0)), valid(transaction_id="txn-early", timestamp=at(-9))
    conflict = {**late, "timestamp": at(-99)}
    found = read([written(tmp_path, *(json.dumps(one).encode() for one in (late, conflict, early)))])
    assert [one.value for one in found] == [early, late, conflict]
    assert len({one.lane for one in found}) == 1


def lanes(*values: Any) -> list[Transaction]:
    """Return transactions with their lanes."""
    return in_lanes([Transaction(number, "", value) for number, value in enumerate(values)])


def test_lanes_are_customers_that_share_no_id() -> None:
    found = lanes(
        valid(transaction_id="txn-one-", customer_id="one"),
        valid(transaction_id="txn-two-", customer_id="two"),
        valid(transaction_id="txn-two-", customer_id="three"),
        valid(transaction_id="txn-four", customer_id="three"),
        {"customer_id": "one"},
        [],
    )
    groups = [one.lane for one in found]
    assert groups[1] == groups[2] == groups[3]
    assert len(set(groups)) == 4


def test_the_next_waits_for_the_record_and_for_the_decision_where_it_is_not_younger() -> None:
    first, same = valid(transaction_id="txn-first"), valid(transaction_id="txn-same-")
    later = valid(transaction_id="txn-later", timestamp=at(0.001))
    assert [one.awaited for one in lanes(first, same, later)] == ["decided", "recorded", ""]


def test_what_is_ill_formed_is_named_by_its_number_alone() -> None:
    assert Transaction(7, "", valid(transaction_id="4111111111111111")).id == "ill-formed#7"
    assert Transaction(7, "", valid()).id == "txn-plain#7"
