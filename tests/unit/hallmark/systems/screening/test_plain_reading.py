"""The function's judgement of an input and the plain one agree on whatever Hypothesis makes of a transaction."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from screening.rules import rates
from screening.transaction import content_hash
from screening.validation.fields import Refused, judge

from hallmark.systems.screening.plain import content, reading
from tests.integration.screening.borders import BROKEN, TAKEN, placed
from tests.integration.screening.contract import WHOLE
from tests.integration.screening.drawn_transactions import inputs
from tests.support.fuzzing import check_drawn

STARTED = datetime(2026, 11, 30, 12, tzinfo=UTC)
RATES = rates()


def compare(value: Any) -> str:
    """Compare both judgements of an input; return the rule that it breaks, or none."""
    found = judge(value, int(STARTED.timestamp()) * 1000, RATES)
    by_function = found.problem if isinstance(found, Refused) else None
    plain = reading.refusal(value, STARTED, RATES.dollars)
    assert by_function == (plain and (plain.field, plain.rule)), value
    known = content.identity_of(value, STARTED)
    is_known = found.transaction_id is not None and found.time is not None
    assert (known and (known.id, known.time)) == ((found.transaction_id, found.time) if is_known else None), value
    hashed = content.hash_of(value)
    assert hashed is None or hashed == content_hash(value), value
    return plain.rule if plain else "none"


@pytest.mark.parametrize(("field", "value"), [*TAKEN, *(one[:2] for one in BROKEN)])
def test_they_agree_at_every_border(field: str, value: Any) -> None:
    compare(placed(WHOLE, field, value))


@pytest.mark.control("SC_VALIDATE")
def test_they_agree_on_drawn_inputs(request: pytest.FixtureRequest) -> None:
    rules = Counter[str]()
    check_drawn(request, "requests", inputs, lambda value: rules.update([compare(json.loads(json.dumps(value)))]))
    assert {"none", "not-an-object", "card-number", "unknown-field", "type", "format", "required"} <= rules.keys()
