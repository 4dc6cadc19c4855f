"""The page of bank_upload says what schema, parameters, outputs and stacks are."""

import json
import re
from pathlib import Path

from infra.bank_upload.parameters import Parameters
from infra.parameters import keys

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs/bank_upload.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "lambda/bank_upload/schema.json").read_text(encoding="utf-8"))


def section(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_columns_are_those_of_the_schema_with_their_rules():
    rows = dict(re.findall(r"^\| `(\w+)`(?: \(optional\))? \| (.+) \|$", section("The file"), re.MULTILINE))
    for column in SCHEMA["columns"]:
        assert rows[column["name"]] == column["rule"]
        optional = f"| `{column['name']}` (optional) |" in PAGE
        assert optional is not column["required"]


def test_the_limits_are_those_of_the_schema():
    limits = SCHEMA["limits"]
    assert f"1 to {limits['rows']:,} rows and at most {limits['bytes']:,} bytes" in PAGE
    assert f"at most {limits['oldestReportDays']} days old" in PAGE
    assert f"ranges of {limits['rowsOfRange']:,} rows" in PAGE


def test_every_parameter_is_explained():
    assert set(re.findall(r"`(\w+)`", section("Parameters"))) - {"bank_upload", "bank_id"} == set(keys(Parameters))


def test_every_resource_of_the_stacks_is_listed(template, images):
    listed = section("Resources")
    for found in (template, images):
        for resource in found.raw["Resources"].values():
            role = resource.get("Metadata", {}).get("Hallmark", {}).get("Role", "api")
            assert role == "api" or f"`{role}`" in listed, role


def test_every_state_that_does_something_is_explained(definition):
    for name in ("Validate", "Outcome", "Process", "Notify", "Done"):
        assert name in definition["States"]
        assert f"| {name} |" in section("The workflow")
