"""Alarms, each with its metric and its runbook."""

import re

import pytest

from tests.support.runbooks import Runbooks
from tests.support.templates import ROOT

RUNBOOKS = Runbooks("realtime")
DEAD_LETTERS = {
    "failure": "failure-queue",
    "parking": "parking-queue",
    "buffer-dead-letter": "dead-letter-queue",
    "high-value-domestic-dead-letter": "dead-letter-queue",
    "high-risk-merchant-dead-letter": "dead-letter-queue",
    "geo-anomaly-dead-letter": "dead-letter-queue",
    "velocity-spike-dead-letter": "dead-letter-queue",
    "night-time-dead-letter": "dead-letter-queue",
    "fraud-suspected-dead-letter": "dead-letter-queue",
    "record-dead-letter": "dead-letter-queue",
}
FUNCTIONS = ("ingest_processor", "fraud_detector", "notifier")
FUNCTION_ALARMS = [(f, metric) for f in FUNCTIONS for metric in ("Errors", "Throttles")]
# Control -> the namespace of its alarms' metrics, and the alarms.
ALARMS = {
    "RT_ALARM_DLQ": ("AWS/SQS", [*(f"{queue}-visible" for queue in DEAD_LETTERS), "buffer-age"]),
    "RT_ALARM_FN": ("AWS/Lambda", [f"{function}-{metric.lower()}" for function, metric in FUNCTION_ALARMS]),
    "RT_ALARM_API": ("AWS/ApiGateway", ["api-5xx", "api-latency"]),
}
BY_CONTROL = pytest.mark.parametrize(
    ("namespace", "things"),
    [pytest.param(*row, id=control, marks=pytest.mark.control(control)) for control, row in ALARMS.items()],
)


def alarms(template, namespace):
    """Name of each alarm on metrics of a namespace -> its page."""
    found = RUNBOOKS.of_alarms(template, namespace)
    return {name.removeprefix("realtime-").removesuffix(f"-{template.stage}"): page for name, page in found.items()}


def check(template, thing, runbook, dimensions, **properties):
    """The whole alarm, except the words of its description."""
    RUNBOOKS.check_alarm(template, template.name(thing), runbook, dimensions, "alarms", **properties)


@BY_CONTROL
def test_the_alarms_are_exactly_these(template, namespace, things):
    names = [a["AlarmName"] for a in template.properties("AWS::CloudWatch::Alarm") if a["Namespace"] == namespace]
    assert sorted(names) == sorted(template.name(thing) for thing in things)


@BY_CONTROL
def test_every_alarm_has_its_page(template, namespace, things):
    found = alarms(template, namespace)
    assert found
    for thing, page in found.items():
        text = (ROOT / RUNBOOKS.folder / page).read_text(encoding="utf-8")
        assert f"`{thing}`" in text or f"`{_of_any_rule(thing)}`" in text, (page, thing)


def test_every_page_has_its_alarm_and_no_alarm_is_of_other_metrics(template):
    namespaces = {alarm["Namespace"] for alarm in template.properties("AWS::CloudWatch::Alarm")}
    assert namespaces == {namespace for namespace, _ in ALARMS.values()}
    pages = {page.name for page in RUNBOOKS.pages} - {"README.md"}
    assert {page for namespace in namespaces for page in alarms(template, namespace).values()} == pages


def _of_any_rule(thing):
    return re.sub(r".+-dead-letter-visible", "<rule>-dead-letter-visible", thing)


@pytest.mark.parametrize("page", RUNBOOKS.pages, ids=lambda page: page.stem)
def test_a_page_names_outputs_queues_and_pages_that_exist(template, page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\(output (\w+)\)", text)) <= set(template.body["Outputs"])
    queues = {props["QueueName"] for props in template.properties("AWS::SQS::Queue")}
    things = [
        thing.replace("$RULE", "geo-anomaly") for thing in re.findall(r"\(queue(?:_arn)? \"?([a-zA-Z$-]+)\"?\)", text)
    ]
    assert {template.name(thing) for thing in things} <= queues
    assert RUNBOOKS.broken_links(page) == []


@pytest.mark.control("RT_ALARM_DLQ")
@pytest.mark.parametrize("queue", DEAD_LETTERS)
def test_one_dead_letter_rings(template, queue):
    check(
        template,
        f"{queue}-visible",
        DEAD_LETTERS[queue],
        {"QueueName": template.name(queue)},
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Statistic="Maximum",
        Threshold=0,
        Period=60,
    )


@pytest.mark.control("RT_ALARM_DLQ")
def test_a_buffered_event_rings_after_a_day(template):
    check(
        template,
        "buffer-age",
        "buffer-queue-age",
        {"QueueName": template.name("buffer")},
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Statistic="Maximum",
        Threshold=86400,
        Period=300,
    )


@pytest.mark.control("RT_ALARM_FN")
@pytest.mark.parametrize(("function", "metric"), FUNCTION_ALARMS)
def test_a_function_rings_by_its_name(template, function, metric):
    check(
        template,
        f"{function}-{metric.lower()}",
        f"function-{metric.lower()}",
        {"FunctionName": template.name(function)},
        Namespace="AWS/Lambda",
        MetricName=metric,
        Statistic="Sum",
        Threshold=0,
        Period=60,
    )


@pytest.mark.control("RT_ALARM_API")
@pytest.mark.parametrize(
    ("thing", "properties"),
    [
        ("api-5xx", {"MetricName": "5XXError", "Statistic": "Average", "Threshold": 0.01}),
        ("api-latency", {"MetricName": "Latency", "ExtendedStatistic": "p99", "Threshold": 1000}),
    ],
)
def test_the_api_rings(template, thing, properties):
    dimensions = {"ApiName": template.name("transactions"), "Stage": template.stage}
    check(template, thing, thing, dimensions, Namespace="AWS/ApiGateway", Period=300, **properties)
