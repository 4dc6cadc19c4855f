"""Generated files: the same for the same numbers; every rule and combination occurs; the plain reading agrees."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from hallmark.csv_files.layout import BOM, Layout, decimal, letters
from hallmark.csv_files.problems import Problem
from hallmark.systems.merchant_upload import verdicts
from hallmark.systems.merchant_upload.expectation import Sent, expect, rejections
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.mix.cards import COMBINATIONS, anomalous, everyday
from hallmark.systems.merchant_upload.mix.draft import COLUMNS, Drawer
from hallmark.systems.merchant_upload.mix.generate import KINDS, Wanted, generate
from hallmark.systems.merchant_upload.mix.rejected import RULES, rejected, with_card_number
from hallmark.systems.merchant_upload.reading import read

BEGIN, NOW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
MERCHANTS = ("one", "two", "three")


def drawer():
    return Drawer(Random(1), "mark", BEGIN)


def sent(files):
    return [Sent(file, f"up_{file.number}", f"key {file.number}", read(file.content, NOW)) for file in files]


def claimed(uploads):
    """Claims as the first file of all has them."""
    claims = {}
    for one in uploads:
        for line, content in one.valid:
            claim = {"uploadId": one.upload_id, "line": line, "rowTimestamp": content.timestamp}
            claims.setdefault(one.stored_id(content), claim)
    return claims


@pytest.fixture(scope="module")
def expected():
    uploads = sent(generate(Wanted(12, 400, 7, BEGIN), MERCHANTS))
    return uploads, expect(uploads, claimed(uploads), {})


def test_the_same_numbers_give_the_same_files_and_others_others() -> None:
    first, again, other, longer = (
        list(generate(wanted, MERCHANTS))
        for wanted in (Wanted(4, 9, 7, BEGIN), Wanted(4, 9, 7, BEGIN), Wanted(4, 9, 8, BEGIN), Wanted(4, 10, 7, BEGIN))
    )
    assert first == again
    assert not {file.content for file in first if file.content} & {file.content for file in (*other, *longer)}
    assert [file.merchant for file in first] == ["one", "two", "three", "one"]


def test_every_combination_of_anomalies_occurs(expected) -> None:
    _, found = expected
    combinations = set(verdicts.expected(found.winners, ()).values())
    assert frozenset(verdicts.RULES) - {"high-amount"} in combinations
    assert len(combinations) > len(COMBINATIONS) * 0.85


def test_every_rule_of_rows_and_each_kind_of_repeat_occurs(expected) -> None:
    _, found = expected
    assert {*RULES, "conflict", "card-number"} <= set(rejections(found))
    assert all(found.total(count) for count in ("stored", "duplicates", "rejected", "conflicts"))


def test_the_same_ids_are_other_rows_at_other_merchants(expected) -> None:
    _, found = expected
    bare = Counter(name.split("#")[1] for name in found.winners)
    assert max(bare.values()) == len(MERCHANTS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_refused_for_its_rule(kind: str) -> None:
    rule, make = KINDS[kind]
    found = read(make([row for _ in range(3) for row in everyday(drawer())]), NOW)
    assert isinstance(found, Problem)
    assert (found.rule, found.column) == (rule, None)


@pytest.mark.parametrize("rule", RULES)
def test_a_rejected_row_breaks_its_rule_and_no_other(rule: str) -> None:
    draws = drawer()
    for _ in range(40):
        (record,) = read(Layout(COLUMNS).bytes([rejected(everyday(draws)[0], rule, draws)]), NOW)
        assert {problem.rule for problem in record.problems} == {rule}


def test_a_card_number_is_found_in_each_disguise() -> None:
    draws = drawer()
    for _ in range(20):
        (record,) = read(Layout(COLUMNS).bytes([with_card_number(everyday(draws)[0], draws)]), NOW)
        assert [problem.rule for problem in record.problems] == ["card-number"]


@pytest.mark.parametrize("combination", COMBINATIONS[::7], ids=str)
def test_a_card_has_one_row_with_exactly_its_anomalies(combination) -> None:
    size, *flags = combination
    names = ("velocity", "geography", "duplicate", "risky-category", "night-hours")
    wanted = {name for name, flag in zip(names, flags, strict=True) if flag}
    wanted |= {{"high": "high-amount", "testing": "card-testing"}[size]} if size != "everyday" else set()
    (one,) = sent([MerchantFile("one", "a.csv", Layout(COLUMNS).bytes(anomalous(drawer(), combination)), 0)])
    found = verdicts.expected(expect([one], claimed([one]), {}).winners, ())
    assert found["one#txn-mark-b"] == wanted


@pytest.mark.parametrize(
    "layout",
    [
        Layout(COLUMNS),
        Layout(COLUMNS, ending="\n", bom=True),
        Layout(COLUMNS, quoted=True, spaced=True, empty_lines=True),
    ],
    ids=str,
)
def test_a_layout_changes_no_content(layout: Layout) -> None:
    rows = everyday(drawer())
    found = read(layout.bytes(rows), NOW)
    assert [record.content for record in found] == [record.content for record in read(Layout(COLUMNS).bytes(rows), NOW)]
    assert layout.bytes(rows).startswith(BOM) is layout.bom


def test_numbers_are_written_in_letters_and_decimals() -> None:
    assert [letters(number) for number in (0, 25, 26)] == ["a", "z", "ba"]
    assert [decimal(*one) for one in ((5, 2), (-150, 2), (7, 0))] == ["0.05", "-1.50", "7"]
