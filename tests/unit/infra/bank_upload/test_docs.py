"""The page of bank_upload says what schema, parameters, alarms, stacks, workflow and functions are."""

import json
import re
from pathlib import Path

import yaml
from bank_upload import items

from infra.bank_upload.definition import MOST_RANGES
from infra.bank_upload.parameters import Parameters
from infra.constructs.states import longest_seconds
from infra.parameters import keys
from tests.support.runbooks import Runbooks

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs/bank_upload.md").read_text(encoding="utf-8")
CSV_PAGE = (ROOT / "docs/csv_files.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "lambda/bank_upload/schema.json").read_text(encoding="utf-8"))


# The states of which the page shows the twin: without a bank, without a letter.
TWINS = {"TellObject", "MarkUnkept", "MarkUnkeptObject"}


def section(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def examples(title):
    return [json.loads(text) for text in re.findall(r"```json\n(.+?)```", section(title), re.DOTALL)]


def rows(title, form=r"\| (.+) \|"):
    return [match.split(" | ") for match in re.findall(rf"^{form}$", section(title), re.MULTILINE)]


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


def test_every_rule_of_the_schema_is_explained():
    assert [rule for rule in SCHEMA["rules"] if f"`{rule}`" not in section("The file") + CSV_PAGE] == []


def test_every_parameter_is_explained():
    assert set(re.findall(r"`(\w+)`", section("Parameters"))) - {"bank_upload", "bank_id"} == set(keys(Parameters))


def test_every_resource_of_the_stacks_is_listed(template, images):
    listed = section("Resources")
    for found in (template, images):
        for resource in found.raw["Resources"].values():
            role = resource.get("Metadata", {}).get("Hallmark", {}).get("Role", "api")
            assert role == "api" or f"`{role}`" in listed, role


def test_the_alarms_are_those_of_the_stack_with_their_pages(template):
    pages = Runbooks("bank_upload")
    found = {one["AlarmName"]: pages.page_of(one) for one in template.properties("AWS::CloudWatch::Alarm")}
    listed = {
        template.name(f"alarm-bank-upload-{name}"): page
        for row in rows("Alarms and runbooks", r"\| (`.+`.+\.md\)) \|")
        for name in re.findall(r"`([\w-]+)`", row[0])
        for page in re.findall(r"bank_upload/([\w-]+\.md)", row[2])
    }
    assert listed == found


def test_the_answers_are_those_of_the_api(template):
    (method,) = template.properties("AWS::ApiGateway::Method")
    listed = [row[0][:3] for row in rows("`POST /upload`", r"\| (\d{3}.+) \|")]
    assert sorted(listed) == sorted(one["StatusCode"] for one in method["MethodResponses"])


def test_the_examples_of_answers_are_as_their_rows_say():
    accepted, broken, *invalid = examples("`POST /upload`")
    for code, example in (("202", accepted), ("422", broken), *(("400", one) for one in invalid)):
        (fields,) = re.findall(rf"^\| {code} `\{{(.+?)\}}` \|", PAGE, re.MULTILINE)
        assert list(example) == re.sub(r": \[.+?\]", "", fields).split(", ")
    assert broken["rules"] == {one["rule"]: SCHEMA["rules"][one["rule"]] for one in broken["problems"]}
    assert broken["problemCount"] == len(broken["problems"])


def test_every_state_that_does_something_is_explained(definition):
    listed = {name for row in rows("The workflow", r"\| ([A-Z].+) \|") for name in row[0].split(", ")}
    # What only forms the data of the next.
    forms = {name for name, state in definition["States"].items() if state["Type"] in ("Pass", "Choice")} - {"Outcome"}
    assert listed == set(definition["States"]) - forms - TWINS


def test_the_time_budget_is_computed_from_the_definition(definition):
    text, states = section("The workflow"), definition["States"]
    drawn = {name: int(seconds) for name, seconds in re.findall(r'"(\w+)<br>(\d+) s"', text)}
    tasks = {name: state for name, state in states.items() if state["Type"] in ("Task", "Map")}
    assert set(drawn) == set(tasks) - TWINS
    for name, seconds in drawn.items():
        alone = {"StartAt": name, "States": {name: {**tasks[name], "Catch": [], "End": True}}}
        del alone["States"][name]["Next"]
        assert longest_seconds(alone, MOST_RANGES) == seconds, name
    assert f"at most {longest_seconds(definition, MOST_RANGES):.0f} s" in text


def test_the_statuses_and_the_attributes_are_those_of_the_functions():
    stored = section("What is stored")
    for status in (items.RECEIVING, items.ACCEPTED, items.PROCESSING, items.DONE, items.REFUSED, items.FAILED):
        assert re.search(rf"^\| .*`{status}`.* \|", stored, re.MULTILINE), status
    row = items.Row(2, "txn-0001", "2026-11-29T10:00:00.000Z", "acct_1", -1250, "EUR", "debit", "rent")
    item = items.transaction_item(row, "alpine-savings", "0" * 32, "2026-11-30T10:00:00.000Z")
    assert [name for name in item if f"`{name}`" not in stored] == []


def test_the_example_of_a_message_is_what_the_functions_send():
    (example,) = examples("Messages")
    assert items.result_message("dev", {**example, "messageId": ""}) == example
    assert items.upload_id(*(example[name] for name in ("bank", "reportDate", "contentHash"))) == example["uploadId"]


def test_the_table_of_what_differs_names_rows_of_fidelity():
    known = yaml.safe_load((ROOT / "hallmark/stage/embedded/fidelity.yaml").read_text(encoding="utf-8"))
    named = {
        one for row in rows("What only an account proves", r"\| (.+`) \|") for one in re.findall(r"`(.+?)`", row[2])
    }
    assert named
    assert named <= {row["id"] for row in (known if isinstance(known, list) else known["behaviours"])}
