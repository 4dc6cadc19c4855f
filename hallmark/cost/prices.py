"""AWS's list prices: a file for each region."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hallmark import yaml_lines
from infra.errors import UserError

FILE = Path(__file__).with_name("prices.yaml")
FILES = (FILE, Path(__file__).with_name("prices.us-east-1.yaml"))
_SHORT = {1_000_000: "M", 1_000: "1,000"}
Positive = Annotated[float, Field(gt=0)]


class Price(BaseModel):
    """So many US dollars for so many units, with its source; `found` says how it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str
    usd: Positive
    per: Positive
    source: Annotated[str, Field(pattern=r"^https://aws\.amazon\.com/")]
    offer: str
    found: str

    def of(self, quantity: float) -> float:
        """Return what a quantity costs, in US dollars."""
        return quantity * self.usd / self.per

    def __str__(self) -> str:
        return f"{self.usd:.10f}".rstrip("0").rstrip(".") + "/" + _SHORT.get(round(self.per), self.unit)


class Prices(BaseModel):
    """The table, the day on which it was looked up, and the region of the prices."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    looked_at: date
    region: str
    prices: Mapping[str, Price]

    def __getitem__(self, name: str) -> Price:
        return self.prices[name]


@cache
def load(path: Path = FILE) -> Prices:
    """Read the table; pydantic's ValidationError when it is invalid."""
    return Prices(**yaml_lines.read(path))


def of_region(region: str) -> Prices:
    """Return the table of a region; UserError when there is none."""
    tables = [load(path) for path in FILES]
    if found := [table for table in tables if table.region == region]:
        return found[0]
    known = ", ".join(table.region for table in tables)
    raise UserError(f"hallmark/cost has prices of {known}, not of {region}: add a table of that region")
