"""The rules files: versioned lists, each with its date and source; whatever a function cannot read is refused at once.

Pure but for the read: the files are part of the function's image.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "rules"
# Verdicts, the worst first; a rule that fires never passes.
PASS = "PASS"
VERDICTS = ("BLOCK", "REVIEW", "REPORT")
# An amount has up to 16 digits; with 12 of a rate, the product stays exact within decimal's 28.
_MOST_DIGITS = 12


class RulesInvalid(Exception):
    """A rules file does not say what a function needs: the file, the place in it, and what is wanted."""


@dataclass(frozen=True)
class Section:
    """A list, or a table in one; its place is for messages."""

    place: str
    values: Mapping[str, Any]

    def value(self, name: str, kind: type, wants: str) -> Any:
        """Return a value of a type; RulesInvalid for any other, or for none."""
        found = self.values.get(name)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise RulesInvalid(f"{self.place}.{name}: wants {wants}")
        return found

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        found: str = self.value(name, str, "a text")
        if not found.strip():
            raise RulesInvalid(f"{self.place}.{name}: wants a text")
        return found

    def whole(self, name: str, least: int = 0) -> int:
        """Return a whole number of at least so much."""
        found: int = self.value(name, int, "a whole number")
        if found < least:
            raise RulesInvalid(f"{self.place}.{name}: wants at least {least}")
        return found

    def amount(self, name: str) -> Decimal:
        """Return an exact amount above 0, which is written as a text."""
        try:
            found = Decimal(self.text(name))
        except InvalidOperation:
            found = Decimal(0)
        if not found.is_finite() or found <= 0 or len(found.as_tuple().digits) > _MOST_DIGITS:
            raise RulesInvalid(f"{self.place}.{name}: wants an amount above 0, of {_MOST_DIGITS} digits, as a text")
        return found

    def texts(self, name: str) -> Sequence[str]:
        """Return texts, at least one, none of them empty."""
        found: list[Any] = self.value(name, list, "a list of texts")
        if not found or not all(isinstance(one, str) and one for one in found):
            raise RulesInvalid(f"{self.place}.{name}: wants a list of texts")
        return tuple(found)

    def day(self, name: str) -> date:
        """Return a date, which is not one with a time."""
        found: date = self.value(name, date, "a date")
        if isinstance(found, datetime):
            raise RulesInvalid(f"{self.place}.{name}: wants a date without a time")
        return found

    def verdict(self, name: str = "verdict") -> str:
        """Return a verdict."""
        found = self.text(name)
        if found not in VERDICTS:
            raise RulesInvalid(f"{self.place}.{name}: wants one of {', '.join(VERDICTS)}")
        return found

    def section(self, name: str) -> "Section":
        """Return a table in this one."""
        return Section(f"{self.place}.{name}", self.value(name, dict, "a table"))

    def sections(self) -> Iterator[tuple[str, "Section"]]:
        """Yield the tables in this one, in the file's order."""
        for name in self.values:
            yield name, self.section(name)


@dataclass(frozen=True)
class RulesFile:
    """A rules file: its version, its lists by their ids, and the SHA-256 of its bytes in hex.

    The digest tells files apart whose version nobody raised.
    """

    version: str
    lists: Mapping[str, Section]
    digest: str = ""

    def named(self, id: str) -> Section:
        """Return a list by its id."""
        if id not in self.lists:
            raise RulesInvalid(f"there is no list {id}")
        return self.lists[id]


def read(name: str, folder: Path = FOLDER) -> RulesFile:
    """Return a rules file by its name, such as `fraud`; RulesInvalid if a list has no id, version or effective date."""
    path = folder / f"{name}.toml"
    content = path.read_bytes()
    whole = Section(path.name, tomllib.loads(content.decode()))
    lists: dict[str, Section] = {}
    for values in whole.value("list", list, "lists"):
        one = Section(f"{path.name}: list", values)
        id = one.text("id")
        if id in lists:
            raise RulesInvalid(f"{path.name}: {id}: is there twice")
        lists[id] = Section(f"{path.name}: {id}", values)
        lists[id].text("version")
        lists[id].day("effective")
    return RulesFile(whole.text("version"), lists, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class Rates:
    """US dollars per unit of each currency that has a rate, the version of the table, the digest of its file."""

    version: str
    dollars: Mapping[str, Decimal]
    digest: str = ""

    def usd(self, amount: Decimal, currency: str) -> Decimal:
        """Return an amount in US dollars, exact; KeyError for a currency without a rate."""
        return amount * self.dollars[currency]


def rates(folder: Path = FOLDER) -> Rates:
    """Return the table of rates."""
    file = read("rates", folder)
    found = file.named("usd-rates")
    table = found.section("rates")
    return Rates(found.text("version"), {code: table.amount(code) for code in table.values}, file.digest)
