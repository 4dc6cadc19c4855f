"""States in JSONata that call nothing; each gives its output, the next state, and the seconds to wait before.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hallmark.stage.embedded.workflows.failures import Failed, broken
from hallmark.stage.embedded.workflows.jsonata_query import ERROR, computed

Json = dict[str, Any]
Step = tuple[Any, str | None, float]


def _output(state: Json, data: Any, context: Json) -> Any:
    return computed(state["Output"], data, context) if "Output" in state else data


def _next(state: Json) -> str | None:
    return None if state.get("End") or state["Type"] == "Succeed" else state["Next"]


def _pass(state: Json, data: Any, context: Json) -> Step:
    return _output(state, data, context), _next(state), 0.0


def _choice(state: Json, data: Any, context: Json) -> Step:
    for rule in state["Choices"]:
        holds = computed(rule["Condition"], data, context)
        if not isinstance(holds, bool):
            raise Failed(ERROR, f"The condition '{rule['Condition']}' returned no boolean")
        if holds:
            return _output(rule, data, context), rule["Next"], 0.0
    if "Default" not in state:
        raise broken("Failed to transition out of the state. The state does not point to a next state.")
    return _output(state, data, context), state["Default"], 0.0


def _fail(state: Json, data: Any, context: Json) -> Step:
    error, cause = (computed(state.get(name, ""), data, context) for name in ("Error", "Cause"))
    if not (isinstance(error, str) and isinstance(cause, str)):
        raise Failed(ERROR, "Error and Cause must be texts")
    raise Failed(error, cause)


def _wait(state: Json, data: Any, context: Json) -> Step:
    value = computed(state.get("Seconds", state.get("Timestamp")), data, context)
    try:
        seconds = float(value) if "Seconds" in state else datetime.fromisoformat(value).timestamp() - time.time()
    except (TypeError, ValueError) as error:
        raise Failed(ERROR, f"The Wait state has no time: {error}") from error
    return _output(state, data, context), _next(state), max(0.0, seconds)


STATES: dict[str, Callable[[Json, Any, Json], Step]] = {
    "Pass": _pass,
    "Choice": _choice,
    "Succeed": _pass,
    "Fail": _fail,
    "Wait": _wait,
}
