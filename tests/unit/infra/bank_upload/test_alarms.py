"""Alarms, each with its metric and its runbook."""

import re

import pytest

from tests.support.runbooks import Runbooks
from tests.support.templates import ROOT

RUNBOOKS = Runbooks("bank_upload")
PREFIX, TOPIC = "alarm-bank-upload-", "sns-bank-upload-alarms"
QUEUES = ("event-failure", "upload-failure")
FUNCTIONS = ("validation", "transformation", "notification")
WORKFLOW = {"failed": "ExecutionsFailed", "timed-out": "ExecutionsTimedOut", "throttled": "ExecutionThrottled"}
# Alarm -> its page.
PAGES = {
    **{f"{queue}-visible": queue for queue in QUEUES},
    **{f"{function}-{kind}": f"function-{kind}" for function in FUNCTIONS for kind in ("errors", "throttles")},
    **{f"workflow-{kind}": f"workflow-{kind}" for kind in WORKFLOW},
    "api-5xx": "api-5xx",
    "api-latency": "api-latency",
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
def test_a_page_names_outputs_queues_and_pages_that_exist(template, page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\(output (\w+)\)", text)) <= set(template.body["Outputs"])
    assert set(re.findall(r"hallmark redrive ([a-z-]+)", text)) <= {*QUEUES, "stuck"}
    assert RUNBOOKS.broken_links(page) == []


@pytest.mark.parametrize("queue", QUEUES)
def test_one_message_in_a_failure_queue_rings(template, queue):
    dimensions = {"QueueName": template.name(f"sqs-bank-upload-{queue}")}
    settings = {"MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Threshold": 0}
    check(template, f"{queue}-visible", dimensions, Namespace="AWS/SQS", **settings, Period=60)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_is_throttled_rings(template, function):
    dimensions = {"FunctionName": template.name(f"lambda-bank-upload-{function}")}
    settings = {"MetricName": "Throttles", "Statistic": "Sum", "Threshold": 0, "Period": 60}
    check(template, f"{function}-throttles", dimensions, Namespace="AWS/Lambda", **settings)


def query(name, metric, dimension):
    stat = {
        "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": [dimension]},
        "Period": 300,
        "Stat": "Sum",
    }
    return {"Id": name, "MetricStat": stat, "ReturnData": False}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_rings_when_more_than_five_percent_of_its_calls_fail_and_not_while_it_is_idle(template, function):
    name = template.name(f"{PREFIX}{function}-errors")
    (alarm,) = [one for one in template.properties("AWS::CloudWatch::Alarm") if one["AlarmName"] == name]
    rate, *sums = alarm["Metrics"]
    dimension = {"Name": "FunctionName", "Value": template.name(f"lambda-bank-upload-{function}")}
    assert rate == {
        "Id": "rate",
        "Label": "Errors in percent of Invocations",
        "Expression": "IF(invocations > 0, 100 * errors / invocations, 0)",
        "ReturnData": True,
    }
    assert sums == [query("errors", "Errors", dimension), query("invocations", "Invocations", dimension)]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (5, "GreaterThanThreshold")
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
    assert alarm["AlarmActions"] == [template.arn("sns", template.name(TOPIC))]
    assert not {"MetricName", "Period", "Statistic", "Namespace"} & set(alarm)


@pytest.mark.parametrize("kind", WORKFLOW)
def test_an_execution_that_does_not_end_well_rings(template, kind):
    machine = template.arn("states", f"stateMachine:{template.name('sfn-bank-upload-uploads')}")
    settings = {"MetricName": WORKFLOW[kind], "Statistic": "Sum", "Threshold": 0, "Period": 60}
    check(template, f"workflow-{kind}", {"StateMachineArn": machine}, Namespace="AWS/States", **settings)


@pytest.mark.parametrize(
    ("thing", "properties"),
    [
        ("api-5xx", {"MetricName": "5XXError", "Statistic": "Average", "Threshold": 0.01}),
        ("api-latency", {"MetricName": "Latency", "ExtendedStatistic": "p99", "Threshold": 1000}),
    ],
)
def test_the_api_rings(template, thing, properties):
    dimensions = {"ApiName": template.name("apigw-bank-upload-api"), "Stage": template.stage}
    check(template, thing, dimensions, Namespace="AWS/ApiGateway", Period=300, **properties)
