"""CSV files (RFC 4180, strict UTF-8) read by a schema: `parse` returns the rows, `judge` what is wrong with them."""

from shared_python.csv_file.parsing import Judged, Parsed, Row, judge, parse, refused_holds_card_number
from shared_python.csv_file.records import Refusal
from shared_python.csv_file.schema import MOST_CHARACTERS, Broken, Check, Column, Problem, Relation, Schema

__all__ = [
    "MOST_CHARACTERS",
    "Broken",
    "Check",
    "Column",
    "Judged",
    "Parsed",
    "Problem",
    "Refusal",
    "Relation",
    "Row",
    "Schema",
    "judge",
    "parse",
    "refused_holds_card_number",
]
