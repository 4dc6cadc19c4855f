"""CSV files (RFC 4180, strict UTF-8) read by a schema, row by row: `parse` returns a refusal or the rows."""

from shared_python.csv_file.parsing import Parsed, Row, parse, refused_holds_card_number
from shared_python.csv_file.records import Refusal
from shared_python.csv_file.schema import MOST_CHARACTERS, Broken, Column, Problem, Relation, Schema

__all__ = [
    "MOST_CHARACTERS",
    "Broken",
    "Column",
    "Parsed",
    "Problem",
    "Refusal",
    "Relation",
    "Row",
    "Schema",
    "parse",
    "refused_holds_card_number",
]
