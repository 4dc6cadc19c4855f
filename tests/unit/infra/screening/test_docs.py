"""The page of screening says what stacks, workflow, table and alerts are; functions' tests hold the rest."""

import json
import re

import yaml
from screening import items
from screening.compliance_checking.logic import decide
from screening.compliance_checking.rules import ComplianceRules
from screening.rules import VERDICTS, read

from infra.constructs.states import EXPRESS_SECONDS, longest_seconds
from infra.parameters import keys
from infra.screening.parameters import Parameters
from tests.support.pages import Page
from tests.support.runbooks import Runbooks
from tests.support.templates import ROOT

PAGE = Page("docs/screening.md")
RULES = ComplianceRules.of(read("compliance"))
# What forms the data of the next state, or is drawn as a question.
FORMS = {"Begin", "Repeated", "FraudAlert", "ComplianceAlert", "IdKnown", "UnknownOutcome", "CheckUnknown"}


def test_every_parameter_is_explained():
    assert {name for row in PAGE.rows("Parameters", 3) for name in PAGE.quoted(row[0])} == set(keys(Parameters))


def test_every_resource_of_the_stacks_is_listed(every):
    listed = PAGE.section("Resources") + PAGE.section("The network")
    for template in every:
        for resource in template.raw["Resources"].values():
            role = resource.get("Metadata", {}).get("Hallmark", {}).get("Role", "transactions")
            assert f"`{role}`" in listed or f"`{role}-1`" in listed, role


def test_the_functions_are_as_large_as_they_are(template):
    said = {row[0].strip("`"): row[2] for row in PAGE.rows("Resources", 3)}
    for own in template.properties("AWS::Lambda::Function"):
        name = own["FunctionName"].removeprefix("lambda-screening-").removesuffix(f"-{template.stage}")
        figures = f"{own['MemorySize']:,} MB, {own['Timeout']} s, {own['ReservedConcurrentExecutions']} at once"
        assert said[name.replace("-", "_")] == figures


def test_the_endpoints_and_the_indexes_are_those_of_the_stacks(template, network):
    services = {one["ServiceName"].rpartition(".")[2] for one in network.properties("AWS::EC2::VPCEndpoint")}
    listed = re.findall(r"`(\w+)` \((?:gateway|interface) endpoint\)", PAGE.section("The network"))
    assert set(listed) == services
    (table,) = template.properties("AWS::DynamoDB::Table")
    indexes = {
        one["IndexName"]: [key["AttributeName"] for key in one["KeySchema"]] for one in table["GlobalSecondaryIndexes"]
    }
    said = {PAGE.quoted(row[0])[0]: PAGE.quoted(row[1]) for row in PAGE.rows("What is stored", 4)}
    assert said == indexes


def test_the_alarms_are_those_of_the_stack_with_their_pages(template):
    pages = Runbooks("screening")
    found = {one["AlarmName"]: pages.page_of(one) for one in template.properties("AWS::CloudWatch::Alarm")}
    listed = {
        template.name(f"alarm-screening-{name}"): page
        for row in PAGE.rows("Alarms and runbooks", 3)
        for name in PAGE.quoted(row[0])
        for page in re.findall(r"screening/([\w-]+\.md)", row[2])
    }
    assert listed == found


def test_every_state_that_does_something_is_explained(definition):
    failing = {
        name for name in definition["States"] if name.endswith("Failed") and name not in ("Failed", "MarkFailed")
    }
    listed = {name for row in PAGE.rows("The workflow", 4) for name in row[0].split(", ")}
    assert listed == set(definition["States"]) - FORMS - failing


def test_the_time_budget_is_computed_from_the_definition(definition):
    text, states = PAGE.section("The workflow"), definition["States"]
    drawn = {name: int(seconds) for name, seconds in re.findall(r'"(\w+)<br>(\d+) s"', text)}
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    assert set(drawn) == set(tasks)
    for name, seconds in drawn.items():
        alone = {key: value for key, value in tasks[name].items() if key not in ("Catch", "Next")}
        assert longest_seconds({"StartAt": name, "States": {name: {**alone, "End": True}}}, 1) == seconds, name
    for row in PAGE.rows("The workflow", 4):
        assert row[3] in ("", f"{sum(drawn.get(name, 0) for name in row[0].split(', '))} s")
    assert f"at most {longest_seconds(definition, 1):.0f} s: after {EXPRESS_SECONDS} s" in text


def test_the_decisions_are_in_the_order_of_the_function():
    listed = [PAGE.quoted(row[0])[0] for row in PAGE.rows("The answer", 2)]
    assert tuple(listed) == items.DECISIONS
    assert f"the score is {RULES.review_from} or more" in PAGE.section("The answer")
    assert f"due from a score of {RULES.alert_from}" in PAGE.section("Alerts")


def test_the_example_of_an_answer_is_one_that_the_rules_give():
    (answer,) = PAGE.examples("The answer")
    risk, compliance = answer["risk"], answer["compliance"]
    assert answer["decision"] == decide(compliance["verdict"], risk["score"], RULES)
    assert compliance["version"] == RULES.version
    named = {said["rule"]: said for said, _ in RULES.rules}
    assert [{**named[one["rule"]], "verdict": one["verdict"]} for one in compliance["rules"]] == compliance["rules"]
    record = {"transaction_id": answer["transactionId"], **answer}
    assert items.answer_of(record) == answer


def test_the_examples_of_alerts_are_as_the_functions_make_them():
    for alert in PAGE.examples("Alerts"):
        assert alert["alertId"] == items.alert_id(alert["transactionId"], alert["kind"])
        own = ["verdict", "rules"] if alert["kind"] == items.COMPLIANCE else ["score", "level", "reasons"]
        shared = ["alertId", "kind", "stage", "transactionId", "customerId", "merchantId", "decision"]
        assert list(alert) == shared + own
    assert all(verdict in VERDICTS for verdict in re.findall(r"verdict ([A-Z]+)\b", PAGE.section("The answer")))


def test_the_statuses_and_the_states_are_those_of_the_functions():
    stored = [PAGE.quoted(row[0])[0] for row in PAGE.rows("What is stored", 2)]
    assert stored == [items.SCREENING, items.DECIDED, items.FAILED]
    (row,) = (row for row in PAGE.rows("What is added to a record", 2) if row[0] == "each")
    assert tuple(PAGE.quoted(row[1])[1:]) == items.STATES


def test_the_table_of_what_differs_names_rows_of_fidelity():
    known = yaml.safe_load((ROOT / "hallmark/stage/embedded/fidelity.yaml").read_text(encoding="utf-8"))
    ids = {row["id"] for row in (known if isinstance(known, list) else known["behaviours"])}
    named = {one for row in PAGE.rows("What only an account proves", 3) for one in PAGE.quoted(row[2])}
    assert named
    assert named <= ids


def test_what_a_message_holds_is_what_the_workflow_keeps(definition):
    text, states = PAGE.section("The workflow"), definition["States"]
    kept = re.findall(r"`\{(.+?)\}` goes to `failures`", text)
    sent = [name.removesuffix(".$") for name in states["ScoreFailed"]["Parameters"]]
    unchecked = re.findall(r"'(\w+)': ", json.dumps(states["UncheckedId"]["Output"]))
    assert [one.split(", ") for one in kept] == [sent, unchecked]
