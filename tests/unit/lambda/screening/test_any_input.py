"""Any JSON as input ends as an outcome; of what is refused no value is in an answer, a log or an item."""

import importlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from screening.transaction import FIELDS, OBJECTS
from screening.validation.fields import UNKNOWN, WHOLE

from tests.support.drawn_json import any_json

there = importlib.import_module("tests.unit.lambda.screening.arriving")
borders = importlib.import_module("tests.unit.lambda.screening.borders")
pytestmark = pytest.mark.control("SC_VALIDATE", "SC_BAD_INPUT")
RULES = {
    *{rule for _, _, rule in borders.BROKEN},
    *("card-number", "conflict", "not-an-object", "unknown-field"),
}
# In every text that is drawn, and in nothing else.
SIGN = "qZjXw"
CARDS = ("4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", 4111111111111111, 378282246310005.0)
PATHS = [*FIELDS, *(f"{name}.{inner}" for name, fields in OBJECTS.items() for inner in fields), "note", "kyc.note"]


def signed(value):
    """Put the sign into all texts of a value, and into all names, none of which may be shown then."""
    if isinstance(value, str):
        return f"{value}{SIGN}{value[:2]}"
    if isinstance(value, list):
        return [signed(one) for one in value]
    if isinstance(value, dict):
        return {f"?{signed(name)}": signed(one) for name, one in value.items()}
    return value


VALUES = st.one_of(
    any_json.map(signed),
    st.sampled_from([value for _, value, _ in borders.BROKEN if value is not borders.ABSENT]),
    st.sampled_from(CARDS),
    st.just(borders.ABSENT),
)
CHANGES = st.lists(st.tuples(st.sampled_from(PATHS), VALUES), max_size=4)


def changed(changes):
    transaction = there.WHOLE
    for path, value in changes:
        outer, _, inner = path.partition(".")
        if not inner or isinstance(transaction.get(outer, {}), dict):
            transaction = borders.placed(transaction, path, value)
    return transaction


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
    assert answer["field"].replace(f".{UNKNOWN}", "") in {*PATHS, UNKNOWN, WHOLE}
    said = json.dumps(outcome) + logged + kept
    assert SIGN not in said
    assert not any(str(card) in said for card in CARDS)
    # The same content again has the same answer, and adds nothing.
    assert built.take(value, "e-2") == outcome
    assert json.dumps(built.items(), default=str) == kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(value=any_json.map(signed))
def test_any_json_has_an_outcome(built, capsys, value):
    check(built, capsys, value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(changes=CHANGES)
def test_any_change_of_a_valid_transaction_has_an_outcome(built, capsys, changes):
    check(built, capsys, changed(changes))


@pytest.mark.parametrize("depth", [100, 300, 900])
def test_a_deep_input_has_an_outcome(built, capsys, depth):
    for deep in ("[" * depth + "]" * depth, '{"?":' * depth + "1" + "}" * depth):
        check(built, capsys, json.loads(deep))
        check(built, capsys, {**there.WHOLE, "note": json.loads(deep)})


def test_an_input_as_large_as_the_workflow_takes_has_an_outcome_soon(built, capsys):
    for unit in ("5", "5 ", "\u0665", "1-", "a1"):
        check(built, capsys, {**there.WHOLE, "note": unit * (250_000 // len(unit.encode()))})
        check(built, capsys, {**there.WHOLE, "note": [unit] * 40_000})
    check(built, capsys, {**there.WHOLE, **{f"?{number}": 1 for number in range(20_000)}})
