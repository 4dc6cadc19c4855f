"""Generated files: the same for the same numbers; every kind occurs; the plain reading agrees with what each is."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from email.parser import BytesParser
from random import Random
from typing import Any

import pytest

from hallmark.csv_files.cells import minor_units
from hallmark.csv_files.layout import BOM
from hallmark.systems.bank_upload.content import Content
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import DATE_HEADER, FORMS, REFUSED, TAKEN, request_of
from hallmark.systems.bank_upload.mix.generate import Wanted, generate
from hallmark.systems.bank_upload.mix.rows import CURRENCIES, DESCRIPTIONS, Drawer
from hallmark.systems.bank_upload.mix.wrong import CELLS, KINDS
from hallmark.systems.bank_upload.reading import NAMES, read

BEGIN, NOW = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
BANKS = ("fjord-bank", "delta-credit", "city-mutual")
DAY = "2026-11-19"


def drawer() -> Drawer:
    return Drawer(Random(1), "mark", BANKS[0])


def reading(file: BankFile) -> Any:
    return read(file.content, file.bank, file.report_date, NOW)


@pytest.fixture(scope="module")
def made() -> list[BankFile]:
    return list(generate(Wanted(len(KINDS) * 7, 40, 7, BEGIN), BANKS))


@pytest.fixture(scope="module")
def valid(made: list[BankFile]) -> list[tuple[BankFile, Mapping[int, Content]]]:
    found = [(file, reading(file)) for file in made if file.form in TAKEN]
    return [(file, rows) for file, rows in found if isinstance(rows, Mapping)]


def test_the_same_numbers_give_the_same_files_and_others_others() -> None:
    first, again, other, longer = (
        list(generate(wanted, BANKS))
        for wanted in (Wanted(6, 9, 7, BEGIN), Wanted(6, 9, 7, BEGIN), Wanted(6, 9, 8, BEGIN), Wanted(6, 10, 7, BEGIN))
    )
    assert first == again
    assert not {file.content for file in first} & {file.content for file in (*other, *longer)}
    assert [file.bank for file in first] == [*BANKS, *BANKS]


def test_every_kind_of_refused_file_and_of_form_occurs(made: list[BankFile]) -> None:
    rules = Counter(
        one.rule
        for file in made
        if file.form in TAKEN and not isinstance(found := reading(file), Mapping)
        for one in {one.rule: one for one in found}.values()
    )
    assert rules.keys() == {rule for rule, _ in KINDS.values() if rule}
    assert {file.form for file in made} == set(FORMS)


def test_every_kind_of_valid_row_occurs(valid: list[tuple[BankFile, Mapping[int, Content]]]) -> None:
    rows = [row for _, found in valid for row in found.values()]
    pairs = {(row.currency, row.type) for row in rows}
    assert pairs == {(currency, kind) for currency in CURRENCIES for kind in ("debit", "credit")}
    # No currency of today has one decimal.
    assert set(CURRENCIES.values()) == set(minor_units().values())
    assert {row.description or "" for row in rows} >= set(DESCRIPTIONS)
    assert all((row.amount < 0) is (row.type == "debit") for row in rows)


def test_every_layout_and_several_days_occur(valid: list[tuple[BankFile, Mapping[int, Content]]]) -> None:
    contents = [file.content for file, _ in valid]
    for mark in (BOM, b"\r\n", b"\n\n", b'""', b" transaction_id "):
        assert any(mark in content for content in contents)
    firsts = {content.removeprefix(BOM).split(b"\n")[0].strip().replace(b" ", b"") for content in contents}
    assert ",".join(NAMES).encode() in firsts
    assert any(b"description" not in first for first in firsts)
    assert len(firsts) > 10
    assert len({file.report_date for file, _ in valid}) == 3


def test_repeats_duplicates_and_conflicts_occur(valid: list[tuple[BankFile, Mapping[int, Content]]]) -> None:
    assert any(count > 1 for count in Counter((file.bank, file.sha256) for file, _ in valid).values())
    by_id: dict[str, set[Content]] = {}
    files: dict[str, set[str]] = {}
    for file, rows in valid:
        for row in rows.values():
            by_id.setdefault(f"{file.bank}#{row.transaction_id}", set()).add(row)
            files.setdefault(f"{file.bank}#{row.transaction_id}", set()).add(file.sha256)
    assert any(len(contents) > 1 for contents in by_id.values())
    assert any(len(by_id[name]) == 1 and len(among) > 1 for name, among in files.items())


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_file_breaks_its_rule_and_no_other(kind: str) -> None:
    rule, make = KINDS[kind]
    content = make([row.having(description="monthly") for row in drawer().rows(DAY, 5)])
    found = read(content, BANKS[0], DAY, NOW)
    assert not isinstance(found, Mapping)
    rules = {one.rule for one in found}
    assert rules == ({rule} if rule else set(CELLS))
    if not rule:
        assert len(found) > 100


@pytest.mark.parametrize("form", TAKEN)
def test_a_form_that_must_be_taken_holds_the_file(form: str) -> None:
    content = b'a,b\r\n"1\n2",3\r\n\x00\xff'
    request = request_of(BankFile(BANKS[0], "a.csv", content, 0, DAY, form))
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    (part,) = BytesParser().parsebytes(head + request.body).get_payload()
    assert (part.get_param("name", header="content-disposition"), part.get_filename()) == ("file", "a.csv")
    assert content in request.body
    assert request.headers[DATE_HEADER] == DAY


@pytest.mark.parametrize("form", REFUSED)
def test_a_form_that_must_be_refused_says_with_which_status(form: str) -> None:
    assert FORMS[form].refused in (400, 415)
    assert request_of(BankFile(BANKS[0], "a.csv", b"a,b\r\n", 0, DAY, form)).headers["content-type"]
