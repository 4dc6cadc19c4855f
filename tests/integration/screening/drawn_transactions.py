"""Transactions that Hypothesis draws: any JSON, and valid ones with some fields changed."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.integration.screening.borders import ABSENT, BROKEN, TAKEN, placed
from tests.integration.screening.contract import WHOLE
from tests.support.drawn_json import any_json

# In every text that is drawn, and in nothing else: what is refused is shown nowhere.
SIGN = "qZjXw"
CARDS = ("4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", 4111111111111111, 378282246310005.0)
PATHS = [*dict.fromkeys(field for field, _ in TAKEN), "note", "kyc.note"]


def signed(value: Any) -> Any:
    """Put the sign into all texts of a value, and into all names, none of which may be shown then."""
    if isinstance(value, str):
        return f"{value}{SIGN}{value[:2]}"
    if isinstance(value, list):
        return [signed(one) for one in value]
    if isinstance(value, dict):
        return {f"?{signed(name)}": signed(one) for name, one in value.items()}
    return value


def _changed(changes: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    transaction = WHOLE
    for path, value in changes:
        outer, _, inner = path.partition(".")
        if not inner or isinstance(transaction.get(outer, {}), dict):
            transaction = placed(transaction, path, value)
    return transaction


_amounts = st.floats(0, 2_000_000).map(lambda amount: round(amount, 2)) | st.integers(-10, 10**14)
_values = st.one_of(
    any_json.map(signed),
    st.sampled_from([value for _, value, _ in BROKEN]),
    st.sampled_from([value for _, value in TAKEN]),
    st.sampled_from(CARDS),
    st.just(ABSENT),
)
_changes = st.sampled_from(BROKEN).map(lambda one: one[:2]) | st.sampled_from(TAKEN)
_changes |= st.tuples(st.sampled_from(PATHS), _values) | st.tuples(st.just("amount"), _amounts)
# Most of them objects with a few changes.
transactions = st.lists(_changes, max_size=4).map(_changed)
inputs = st.one_of(any_json.map(signed), *[transactions] * 9)
