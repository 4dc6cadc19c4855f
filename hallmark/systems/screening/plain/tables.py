"""The rules files as data: lists by the rule that they are of, weights and rates."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hallmark.project import ROOT

_FOLDER = ROOT / "lambda" / "screening" / "rules"


@dataclass(frozen=True)
class Tables:
    """The three files: `fraud` is the list of weights, `compliance` has the lists by rule, `bounds` those of decisions.

    `versions` and `digests` are the files', by their names; `rates` US dollars per unit, by currency.
    """

    fraud: Mapping[str, Any]
    compliance: Mapping[str, Mapping[str, Any]]
    bounds: Mapping[str, Any]
    rates: Mapping[str, Decimal]
    versions: Mapping[str, str]
    digests: Mapping[str, str]


@cache
def tables() -> Tables:
    """Return the tables of this checkout."""
    contents = {name: (_FOLDER / f"{name}.toml").read_bytes() for name in ("fraud", "compliance", "rates")}
    files = {name: tomllib.loads(content.decode()) for name, content in contents.items()}
    lists = {one["id"]: one for content in files.values() for one in content["list"]}
    return Tables(
        fraud=lists["fraud-score"],
        compliance={one["rule"]: one for one in lists.values() if "rule" in one},
        bounds=lists["decision-bounds"],
        rates={code: Decimal(rate) for code, rate in lists["usd-rates"]["rates"].items()},
        versions={name: content["version"] for name, content in files.items()},
        digests={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )


def effective(one: Mapping[str, Any]) -> str:
    """Return the day from which a list holds."""
    found = one["effective"]
    return found.isoformat() if isinstance(found, date) else str(found)
