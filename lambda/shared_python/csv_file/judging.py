"""Which cells of many records are broken: column by column, so that little is done for a cell that is good."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from shared_python.card_numbers import which_hold
from shared_python.csv_file.schema import Broken, Column, Schema

# A spreadsheet takes a cell that begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = frozenset("=+-@\t\r")
# Of a column with so many times fewer different cells, only these are judged.
_FEW = 4


class Found(NamedTuple):
    """The broken cells of one column: the records they are in, ascending, and their rule, None for their own."""

    column: int
    records: Sequence[int]
    rule: Optional[str]


class Judge:
    """Judges the records of a file, whose columns are in the file's order; it keeps what must be unique."""

    def __init__(self, columns: Sequence[Column], schema: Schema) -> None:
        self._columns, self._schema = columns, schema
        self._places = {column.name: place for place, column in enumerate(columns)}
        self._met: set[str] = set()

    def broken(self, cells: Sequence[Sequence[str]]) -> list[Found]:
        """Return the broken cells, given the cells of each column; each has one problem."""
        own = [_broken(column, of_column) for column, of_column in zip(self._columns, cells)]
        found = [Found(place, records, None) for place, records in enumerate(own)]
        for relation in self._schema.relations:
            place, other = self._places[relation.column], self._places[relation.other]
            kinds = list(zip(relation.kinds(cells[place]), cells[other]))
            out = {*own[place], *own[other]}
            judged = {kind for record, kind in enumerate(kinds) if record not in out} if out else set(kinds)
            wrong = {kind for kind in judged if not relation.holds(*kind)}
            if wrong:
                records = [record for record, kind in enumerate(kinds) if kind in wrong and record not in out]
                found.append(Found(place, records, relation.rule))
        if self._schema.unique:
            place = self._places[self._schema.unique]
            found.append(Found(place, self._repeated(cells[place], own[place]), "duplicate-in-file"))
        return [one for one in found if one.records]

    def _repeated(self, cells: Sequence[str], broken: Sequence[int]) -> list[int]:
        met, size = self._met, len(self._met)
        if not broken:
            fresh = set(cells)
            if len(fresh) == len(cells) and met.isdisjoint(fresh):
                met |= fresh
                return []
        out = set(broken)
        repeated = []
        for record, cell in enumerate(cells):
            if record not in out:
                met.add(cell)
                if len(met) == size:
                    repeated.append(record)
                size = len(met)
        return repeated


def value_of(column: Column, cell: str) -> Any:
    """Return the value of a cell, None if it is absent; Broken with the first rule that it breaks."""
    if cell == "":
        if column.required:
            raise Broken("required")
        return None
    if len(cell) > column.most_characters:
        raise Broken("too-long")
    if column.free and cell[:1] in _FORMULA:
        raise Broken("formula")
    if column.card_rule and column.card_rule(cell):
        raise Broken("card-number")
    return column.check(cell)


def rule_of(column: Column, cell: str) -> str:
    """Return the first rule that a broken cell breaks."""
    try:
        value_of(column, cell)
    except Broken as error:
        return str(error.args[0])
    raise AssertionError("the cell is not broken")


def _broken(column: Column, cells: Sequence[str]) -> list[int]:
    """Return the places of the cells that are broken by themselves: those for which `value_of` raises."""
    distinct = tuple(set(cells))
    if len(distinct) * _FEW > len(cells):
        return _broken_of_many(column, cells)
    wrong = {distinct[place] for place in _broken_of_many(column, distinct)}
    return [place for place, cell in enumerate(cells) if cell in wrong] if wrong else []


def _broken_of_many(column: Column, cells: Sequence[str]) -> list[int]:
    broken: set[int] = set()
    if not all(column.check.fits(cells)):
        broken = {place for place, fit in enumerate(column.check.fits(cells)) if not fit}
    if "" in cells:
        empty = {place for place, cell in enumerate(cells) if cell == ""}
        broken = broken | empty if column.required else broken - empty
    if max(map(len, cells), default=0) > column.most_characters:
        broken.update(place for place, cell in enumerate(cells) if len(cell) > column.most_characters)
    if column.free and not _FORMULA.isdisjoint([cell[:1] for cell in cells]):
        broken.update(place for place, cell in enumerate(cells) if cell[:1] in _FORMULA)
    if column.card_rule:
        if broken:
            left = [place for place in range(len(cells)) if place not in broken]
            broken.update(left[at] for at in which_hold([cells[place] for place in left], column.card_rule))
        else:
            broken.update(which_hold(cells, column.card_rule))
    return sorted(broken)


def values_of(columns: Sequence[Column], cells: Sequence[str]) -> Mapping[str, Any]:
    """Return the values of a record that has no problem, by column."""
    return {column.name: column.check.known(cell) if cell else None for column, cell in zip(columns, cells)}
