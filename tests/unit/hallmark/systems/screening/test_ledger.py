"""A ledger names whatever is not as the plain reading says: each end, each place, each value, each alert."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from hallmark.ledger.subscription import Heard
from hallmark.systems.screening import lines
from hallmark.systems.screening.alerts import alert_id
from hallmark.systems.screening.expectation import Sent, expect
from hallmark.systems.screening.findings import Findings
from hallmark.systems.screening.plain.tables import tables
from hallmark.systems.screening.table import Under
from tests.unit.hallmark.systems.screening.drawn import at, sent, valid
from tests.unit.hallmark.systems.screening.stored import VERSION, claim, failed, record, unfinished

ANSWER = {
    "transactionId": "txn-plain",
    "decision": "approved",
    "risk": record()["risk"],
    "compliance": record()["compliance"],
}
REFUSED = {"decision": "rejected", "field": "transaction", "rule": "not-an-object"}
REVIEWED = {
    "kyc": None,
    "compliance": {
        "verdict": "REVIEW",
        "rules": [
            {
                **{"rule": "kyc", "verdict": "REVIEW", "list": "customer-identification"},
                **{"version": VERSION, "effective": VERSION},
            }
        ],
        "version": VERSION,
    },
}


def findings(run: Sequence[Sent], *items: Any, covered: Sequence[str] = (), **more: Any) -> Findings:
    """Return the findings of a run with what is stored under its ids."""
    under: dict[str, list[Any]] = {one.identity.id: [] for one in run if one.identity}
    for item in items:
        under[item["transaction_id"]].append(item)
    asked: dict[str, Any] = {"due": frozenset(), "told": {}, **more}
    return Findings(
        expected=tuple(expect(run, tables(), {}, {})),
        under={name: Under(tuple(found)) for name, found in under.items()},
        covered=frozenset(covered),
        stage="dev",
        tables=tables(),
        began=at(-1),
        **asked,
    )


def ends(found: Findings) -> list[str]:
    """Return what became of each execution."""
    return [end for _, end in found.ends()]


def differences(found: Findings) -> list[str]:
    """Return the names of all lines that differ, and all mismatches."""
    tables_of = (lines.places, lines.decisions, lines.reasons, lines.rules, lines.rejections, lines.alerts)
    named = [line.place for table in tables_of for line in table(found) if line.differences]
    return [*named, *lines.mismatches(found)]


PLAIN = [sent(1, valid())]


@pytest.mark.parametrize(
    ("items", "covered", "end"),
    [
        ([claim(), record()], (), "decided"),
        ([claim(), unfinished()], (), "stuck"),
        ([claim(), failed()], ("execution-1",), "failed"),
        ([claim(), failed()], (), "lost"),
        ([claim(), failed(execution="another")], (), "failed"),
        ([claim(), unfinished()], ("execution-1",), "failed"),
        ([], ("execution-1",), "failed"),
        ([], (), "lost"),
        ([claim(), record(content_hash="other")], (), "lost"),
        ([claim(), record(open="open#0")], (), "stuck"),
    ],
)
def test_the_end_of_an_execution(items: Any, covered: Any, end: str) -> None:
    assert ends(findings(PLAIN, *items, covered=covered)) == [end]


@pytest.mark.parametrize(
    ("status", "output", "end"),
    [("SUCCEEDED", REFUSED, "rejected"), ("FAILED", None, "lost"), ("TIMED_OUT", None, "lost")],
)
def test_the_end_of_what_is_ill_formed(status: str, output: Any, end: str) -> None:
    found = findings([sent(1, [], status, output)])
    assert ends(found) == [end]
    assert bool(differences(found)) is (end == "lost")


def test_what_is_as_it_must_be_has_no_difference() -> None:
    assert differences(findings([sent(1, valid(), "SUCCEEDED", ANSWER)], claim(), record())) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"decision": "review"}, "another decision review, expected approved"),
        ({"risk": {**record()["risk"], "score": 10}}, "another score 10, expected 0"),
        ({"risk": {**record()["risk"], "level": "HIGH"}}, "another level"),
        ({"risk": {**record()["risk"], "reasons": ["velocity"]}}, "another reasons"),
        ({"compliance": {**record()["compliance"], "verdict": "REPORT"}}, "another verdict"),
        ({"compliance": {**record()["compliance"], "rules": REVIEWED["compliance"]["rules"]}}, "another rules"),
        ({"usd": Decimal("12.51")}, "another usd"),
        ({"customer_id": "other"}, "another customer_id"),
        ({"channel": "cash"}, "another channel"),
        ({"transaction": {**record()["transaction"], "amount": Decimal(13)}}, "keeps another transaction"),
        ({"alerts": {"fraud": {}}}, "keeps other alerts"),
        ({"states": {"validated": at(0), "decided": at(0)}}, "no time of scored"),
        ({"decided_by": None}, "without decided_by"),
        ({"execution": None}, "without execution"),
        ({"open": "open#0"}, "decided, but open"),
        ({"risk": {**record()["risk"], "version": "2020-01-01"}}, "another version"),
    ],
)
def test_a_value_that_differs_is_named(changed: Any, named: str) -> None:
    found = list(lines.mismatches(findings(PLAIN, claim(), record(**changed))))
    assert any(named in one for one in found), found
    assert not [one for one in found if "customer" in one.replace("customer_id", "")]


def test_an_answer_that_differs_is_named() -> None:
    run = [sent(1, valid(), "SUCCEEDED", {**ANSWER, "decision": "blocked"})]
    assert list(lines.mismatches(findings(run, claim(), record()))) == [
        "txn-plain#1: answered another decision blocked, expected approved"
    ]


def test_a_refusal_that_keeps_values_is_named() -> None:
    value = valid(currency="ZZZ")
    run = [sent(1, value)]
    refused = {
        **{name: one for name, one in record().items() if name not in ("risk", "compliance", "usd", "transaction")},
        **{"content_hash": run[0].content_hash, "decision": "rejected", "field": "currency", "rule": "currency"},
    }
    found = list(lines.mismatches(findings(run, claim(content_hash=run[0].content_hash), refused)))
    assert found == ["txn-plain#1: rejected, but keeps customer_id", "txn-plain#1: rejected, but keeps merchant_id"]


def alert(**more: Any) -> Heard:
    """Return the alert that is due on a transaction without proof of identity."""
    message = {
        **{"alertId": alert_id("txn-plain", "compliance"), "kind": "compliance", "stage": "dev"},
        **{"transactionId": "txn-plain", "customerId": "customer", "merchantId": "merchant"},
        **{"decision": "review", "verdict": "REVIEW", "rules": ["kyc"]},
    }
    attributes = {name: message[name] for name in ("alertId", "kind", "decision")}
    return Heard(more.pop("id", "1"), message | more, attributes)


KEY = ("txn-plain", "compliance")


@pytest.mark.parametrize(
    ("told", "differs"),
    [
        ([alert()], False),
        ([alert(), alert()], False),
        ([alert(), alert(id="2")], True),
        ([alert(decision="blocked")], True),
        ([alert(alertId="other")], True),
        ([alert(amount=12.5)], True),
        ([], True),
    ],
)
def test_alerts_are_told_once_and_say_no_more_than_they_must(told: Any, differs: bool) -> None:
    run = [sent(1, valid(kyc=None))]
    stored = record(
        content_hash=run[0].content_hash,
        transaction={**run[0].item.value, "amount": Decimal("12.5")},
        compliance=REVIEWED["compliance"],
        decision="review",
        alerts={"compliance": {}},
        states=record()["states"] | {"told": at(1)},
    )
    items = [claim(content_hash=run[0].content_hash), stored]
    found = findings(run, *items, due=frozenset({KEY}), told={KEY: told} if told else {})
    assert bool(differences(found)) is differs, differences(found)


def test_an_alert_that_is_not_due_is_unexpected() -> None:
    assert "compliance alerts" in differences(findings(PLAIN, claim(), record(), told={KEY: [alert()]}))


def test_repeats_of_one_content_are_counted_once_in_each_place() -> None:
    found = findings([*PLAIN, sent(2, valid())], claim(), record())
    assert ends(found) == ["decided", "decided"] and differences(found) == []
    assert [found.is_repeat(one) for one, _ in found.expected] == [False, True]


def test_what_other_rules_decided_before_the_run_is_left_alone() -> None:
    old = {"received_at": at(-99), "risk": {**record()["risk"], "version": "2020-01-01", "score": 77}}
    found = findings(PLAIN, claim(), record(**old))
    assert differences(found) == [] and found.is_by_other_rules(found.expected[0][0])
