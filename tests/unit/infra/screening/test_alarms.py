"""Alarms, each with its metric and its runbook."""

import re

import pytest

from tests.support.runbooks import Runbooks
from tests.support.templates import ROOT

RUNBOOKS = Runbooks("screening")
PREFIX, TOPIC = "alarm-screening-", "sns-screening-alarms"
FUNCTIONS = ("validation", "fraud-detection", "compliance-checking")
WORKFLOW = {"failed": "ExecutionsFailed", "timed-out": "ExecutionsTimedOut", "throttled": "ExecutionThrottled"}
# Alarm -> its page.
PAGES = {
    "failures-visible": "failures",
    **{f"{function}-{kind}": f"function-{kind}" for function in FUNCTIONS for kind in ("errors", "throttles")},
    **{f"workflow-{kind}": f"workflow-{kind}" for kind in WORKFLOW},
}


def check(template, thing, dimensions, **properties):
    RUNBOOKS.check_alarm(template, template.name(f"{PREFIX}{thing}"), PAGES[thing], dimensions, TOPIC, **properties)


def test_the_alarms_are_exactly_these_and_each_is_on_its_page(template):
    found = {one["AlarmName"]: RUNBOOKS.page_of(one) for one in template.properties("AWS::CloudWatch::Alarm")}
    assert found == {template.name(f"{PREFIX}{thing}"): f"{page}.md" for thing, page in PAGES.items()}
    for thing, page in PAGES.items():
        assert f"`{thing}`" in (ROOT / RUNBOOKS.folder / f"{page}.md").read_text(encoding="utf-8")


def test_every_page_has_its_alarm():
    assert set(PAGES.values()) == {page.stem for page in RUNBOOKS.pages} - {"README"}


@pytest.mark.parametrize("page", RUNBOOKS.pages, ids=lambda page: page.stem)
def test_a_page_names_outputs_queues_and_pages_that_exist(template, network, page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\(output (\w+)\)", text)) <= set(template.body["Outputs"])
    assert set(re.findall(r"\(network (\w+)\)", text)) <= set(network.body["Outputs"])
    assert set(re.findall(r"hallmark redrive ([a-z-]+)", text)) <= {"failures", "stuck"}
    assert RUNBOOKS.broken_links(page) == []


def test_one_message_in_the_queue_rings(template):
    settings = {"MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Threshold": 0}
    dimensions = {"QueueName": template.name("sqs-screening-failures")}
    check(template, "failures-visible", dimensions, Namespace="AWS/SQS", **settings, Period=60)


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_fails_or_is_throttled_rings(template, function, metric):
    dimensions = {"FunctionName": template.name(f"lambda-screening-{function}")}
    settings = {"MetricName": metric, "Statistic": "Sum", "Threshold": 0, "Period": 60}
    check(template, f"{function}-{metric.lower()}", dimensions, Namespace="AWS/Lambda", **settings)


@pytest.mark.parametrize("kind", WORKFLOW)
def test_an_execution_that_does_not_end_well_rings(template, kind):
    machine = template.arn("states", f"stateMachine:{template.name('sfn-screening-transactions')}")
    settings = {"MetricName": WORKFLOW[kind], "Statistic": "Sum", "Threshold": 0, "Period": 60}
    check(template, f"workflow-{kind}", {"StateMachineArn": machine}, Namespace="AWS/States", **settings)
