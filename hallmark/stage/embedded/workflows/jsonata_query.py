"""States in JSONata: their data is the variable `$states`, and texts like `{% ... %}` are computed.

An expression that fails or gives nothing is States.QueryEvaluationError.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import hashlib
import json
import random
import uuid
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata

from hallmark.stage.embedded.workflows.failures import Failed

Json = dict[str, Any]
LANGUAGE, ERROR = "JSONata", "States.QueryEvaluationError"
_BEGIN, _END = "{%", "%}"
# Types of states that can be in JSONata here.
TYPES = frozenset({"Pass", "Choice", "Succeed", "Fail", "Wait"})


_ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_MOST = 1000


def _hash(data: Any, algorithm: str) -> str:
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"{algorithm} is none of {', '.join(_ALGORITHMS)}")
    return hashlib.new(algorithm.replace("-", "").lower(), str(data).encode()).hexdigest()


def _partition(items: list[Any], size: float) -> list[list[Any]]:
    if int(size) < 1:
        raise ValueError("a part has at least one member")
    return [list(items[start : start + int(size)]) for start in range(0, len(items), int(size))]


def _range(first: float, last: float, step: float) -> list[int]:
    """Return the numbers from the first to the last, both included; at most 1,000."""
    found = range(int(first), int(last) + (1 if step > 0 else -1), int(step))
    if len(found) > _MOST:
        raise ValueError(f"a range has at most {_MOST} numbers")
    return list(found)


def _random(seed: Any = None) -> float:
    return random.random() if seed is None else random.Random(seed).random()


def _refuse_eval(*_: Any) -> Any:
    raise ValueError("Step Functions has no $eval: use $parse")


# What Step Functions adds to the language.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "hash": _hash,
    "eval": _refuse_eval,
    "parse": json.loads,
    "partition": _partition,
    "random": _random,
    "range": _range,
    "uuid": lambda: str(uuid.uuid4()),
}


def is_queried(state: Json, machine: Json) -> bool:
    """Return whether a state is in JSONata: by itself, or as all of its machine."""
    return bool(state.get("QueryLanguage", machine.get("QueryLanguage")) == LANGUAGE)


def expression(text: Any) -> str | None:
    """Return the expression in a text; None for any other value."""
    is_one = isinstance(text, str) and text.startswith(_BEGIN) and text.endswith(_END)
    return text[len(_BEGIN) : -len(_END)].strip() if is_one else None


def problems(template: Any) -> Iterator[str]:
    """Yield the expressions of a template that cannot be read, at any depth, each with the reason."""
    if isinstance(template, (dict, list)):
        for one in template.values() if isinstance(template, dict) else template:
            yield from problems(one)
    elif (found := expression(template)) is not None:
        try:
            _read(found)
        except Exception as error:
            yield f"The expression '{found[:80]}' cannot be read: {error}"


@lru_cache(maxsize=256)
def _read(text: str) -> Jsonata:
    # An object tells nothing from null.
    found = Jsonata(f"{{'value': ({text}\n)}}")
    for name, function in _FUNCTIONS.items():
        found.register_lambda(name, function)
    return found


def computed(template: Any, data: Any, context: Json) -> Any:
    """Return a template with the values of its expressions, over a state's input and the context object; Failed."""
    if isinstance(template, dict):
        return {name: computed(one, data, context) for name, one in template.items()}
    if isinstance(template, list):
        return [computed(one, data, context) for one in template]
    text = expression(template)
    if text is None:
        return template
    try:
        found = _read(text).evaluate(None, {"states": {"input": data, "context": context}})
        # Sequences and functions of the language are no JSON.
        return json.loads(json.dumps(found))["value"]
    except KeyError:
        raise Failed(ERROR, f"The expression '{text}' returned nothing (undefined)") from None
    except (JException, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise Failed(ERROR, f"The expression '{text}' cannot be evaluated: {error}") from error
