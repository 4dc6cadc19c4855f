"""Metric math: what an expression gives for values of its metrics; None where there is no data point.

The part of the language that a rate needs. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import re
from collections.abc import Callable, Mapping

Value = float | None
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/^(),<>\[\]]))")
_LONGEST = 1024
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||", "OR"),
    ("&&", "AND"),
    ("==", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/"),
    ("^",),
)
_DEEPEST = 50


class UnknownMathError(ValueError):
    """An expression cannot be read; the message is one line."""


def value_of(expression: str, values: Mapping[str, Value]) -> Value:
    """Return what an expression gives; raise UnknownMathError."""
    if len(expression) > _LONGEST:
        raise UnknownMathError("it is too long")
    reader = _Reader(_tokens(expression), values)
    found = reader.level(0)
    reader.end()
    return found


def _tokens(expression: str) -> list[str]:
    tokens: list[str] = []
    place, text = 0, expression.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise UnknownMathError(f"{text[place:][:20]} is not understood")
        tokens.append(next(one for one in match.groups() if one is not None))
        place = match.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[str], values: Mapping[str, Value]) -> None:
        self._tokens, self._values, self._place, self._depth = tokens, values, 0, 0

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        if not token or (wanted and token != wanted):
            raise UnknownMathError(f"{token or 'its end'} where {wanted or 'more'} should be")
        self._place += 1
        return token

    def end(self) -> None:
        """Raise UnknownMathError unless everything is read."""
        if self._peek():
            raise UnknownMathError(f"{self._peek()} after its end")

    def level(self, index: int) -> Value:
        """Read operators of a level and of those that bind more tightly."""
        if index == len(_LEVELS):
            return self._single()
        left = self.level(index + 1)
        while self._peek().upper() in _LEVELS[index]:
            operator = self._take().upper()
            left = _applied(operator, left, self.level(index + 1))
        return left

    def _single(self) -> Value:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnknownMathError("it is nested too deeply")
        try:
            return self._read()
        finally:
            self._depth -= 1

    def _read(self) -> Value:
        token = self._take()
        if token == "(":
            inner = self.level(0)
            self._take(")")
            return inner
        if token in "+-":
            own = self._single()
            return None if own is None else own * (-1 if token == "-" else 1)
        if token[0].isdigit() or token[0] == ".":
            return float(token)
        if self._peek() == "(":
            return self._function(token.upper())
        if token not in self._values:
            raise UnknownMathError(f"{token} is no id of this alarm")
        return self._values[token]

    def _function(self, name: str) -> Value:
        self._take("(")
        given: list[Value] = []
        words: list[str] = []
        while self._peek() != ")":
            if given:
                self._take(",")
            if self._peek().upper() in ("REPEAT", "LINEAR"):
                words.append(self._take())
                given.append(None)
            elif self._peek() == "[":
                given.extend(self._listed())
            else:
                given.append(self.level(0))
        self._take(")")
        if name == "IF" and len(given) in (2, 3):
            condition, then, *other = given
            if condition is None:
                return None
            return then if condition else (other[0] if other else None)
        if name == "FILL" and len(given) == 2 and not words:
            return given[1] if given[0] is None else given[0]
        known = _FUNCTIONS.get(name)
        if known is None or words or not given:
            raise UnknownMathError(f"{name} is not understood")
        certain = [one for one in given if one is not None]
        return known(certain) if len(certain) == len(given) else None

    def _listed(self) -> list[Value]:
        """Read several series, such as `[a, b]`."""
        found: list[Value] = []
        self._take("[")
        while self._peek() != "]":
            if found:
                self._take(",")
            found.append(self.level(0))
        self._take("]")
        return found


def _absolute(values: list[float]) -> float:
    return abs(values[0])


_FUNCTIONS: Mapping[str, Callable[[list[float]], float]] = {
    "ABS": _absolute,
    "CEIL": lambda values: float(math.ceil(values[0])),
    "FLOOR": lambda values: float(math.floor(values[0])),
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}


def _applied(operator: str, left: Value, right: Value) -> Value:
    """Return the result of an operator; where a metric has no data, or a division no result, there is none."""
    if left is None or right is None:
        return None
    match operator:
        case "||" | "OR":
            return float(bool(left) or bool(right))
        case "&&" | "AND":
            return float(bool(left) and bool(right))
        case "+" | "-":
            return left + right if operator == "+" else left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case "^":
            return left**right if 0 <= right <= 10 else None
    return float(compared(operator, left, right))


def compared(operator: str, left: float, right: float) -> bool:
    """Return whether a comparison holds."""
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right
