"""Any JSON as input ends as an outcome; of what is refused no value is in an answer, a log or an item."""

import importlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from screening.validation.fields import UNKNOWN
from screening.validation.fields import WHOLE as AS_A_WHOLE

from tests.integration.screening.borders import BROKEN
from tests.integration.screening.contract import WHOLE
from tests.integration.screening.drawn_transactions import CARDS, PATHS, SIGN, inputs

there = importlib.import_module("tests.unit.lambda.screening.arriving")
pytestmark = pytest.mark.control("SC_VALIDATE", "SC_BAD_INPUT")
RULES = {*{rule for _, _, rule in BROKEN}, *("card-number", "conflict", "not-an-object", "unknown-field")}


@pytest.fixture(scope="module")
def built():
    with pytest.MonkeyPatch.context() as patch:
        yield there.build(patch)


def check(built, capsys, value):
    value = json.loads(json.dumps(value))
    built.empty()
    capsys.readouterr()
    outcome = built.take(value)
    kept, logged = json.dumps(built.items(), default=str), capsys.readouterr().out
    assert len(logged.splitlines()) == 1
    json.dumps(outcome, allow_nan=False)
    if outcome["outcome"] == "accepted":
        assert outcome["transaction"] == value
        return
    answer = outcome["answer"]
    assert outcome == {"outcome": "rejected", "answer": answer}
    assert list(answer) in (["transactionId", "decision", "field", "rule"], ["decision", "field", "rule"])
    assert answer["rule"] in RULES
    assert answer["field"].replace(f".{UNKNOWN}", "") in {*PATHS, UNKNOWN, AS_A_WHOLE}
    said = json.dumps(outcome) + logged + kept
    assert SIGN not in said
    assert not any(str(card) in said for card in CARDS)
    # The same content again has the same answer, and adds nothing.
    assert built.take(value, "e-2") == outcome
    assert json.dumps(built.items(), default=str) == kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400)
@given(value=inputs)
def test_any_input_has_an_outcome(built, capsys, value):
    check(built, capsys, value)


@pytest.mark.parametrize("depth", [100, 300, 900])
def test_a_deep_input_has_an_outcome(built, capsys, depth):
    for deep in ("[" * depth + "]" * depth, '{"?":' * depth + "1" + "}" * depth):
        check(built, capsys, json.loads(deep))
        check(built, capsys, {**WHOLE, "note": json.loads(deep)})


def test_an_input_as_large_as_the_workflow_takes_has_an_outcome_soon(built, capsys):
    for unit in ("5", "5 ", "\u0665", "1-", "a1"):
        check(built, capsys, {**WHOLE, "note": unit * (250_000 // len(unit.encode()))})
        check(built, capsys, {**WHOLE, "note": [unit] * 40_000})
    check(built, capsys, {**WHOLE, **{f"?{number}": 1 for number in range(20_000)}})
