"""Alarms, each with its metric and its runbook."""

import re

import pytest
from merchant_upload.items import FILE_SECONDS, NAMESPACE

from tests.support.runbooks import Runbooks
from tests.support.templates import ROOT

RUNBOOKS = Runbooks("merchant_upload")
PREFIX = "alarm-merchant-upload-"
QUEUES = ("validation-failure", "anomaly-failure")
FUNCTIONS = ("api-handler", "validation", "anomaly-detection")
FUNCTION_ALARMS = [(function, metric) for function in FUNCTIONS for metric in ("Errors", "Throttles")]
# Namespace of the metrics -> alarm -> its page.
ALARMS = {
    "AWS/SQS": {f"{queue}-visible": queue for queue in QUEUES},
    "AWS/Lambda": {
        "iterator-age": "iterator-age",
        **{f"{name}-{metric.lower()}": f"function-{metric.lower()}" for name, metric in FUNCTION_ALARMS},
    },
    "AWS/ApiGateway": {"api-5xx": "api-5xx", "api-latency": "api-latency"},
    "Hallmark/MerchantUpload": {"file-seconds": "file-seconds", "file-seconds-warning": "file-seconds"},
}


def check(template, thing, dimensions, namespace, **properties):
    runbook, topic = ALARMS[namespace][thing], "sns-merchant-upload-alarms"
    name, rest = template.name(f"{PREFIX}{thing}"), {"Namespace": namespace, **properties}
    RUNBOOKS.check_alarm(template, name, runbook, dimensions, topic, **rest)


@pytest.mark.parametrize("namespace", ALARMS)
def test_the_alarms_are_exactly_these_and_each_is_on_its_page(template, namespace):
    found = RUNBOOKS.of_alarms(template, namespace)
    wanted = {template.name(f"{PREFIX}{thing}"): f"{page}.md" for thing, page in ALARMS[namespace].items()}
    assert found == wanted
    for thing, page in ALARMS[namespace].items():
        assert f"`{thing}`" in (ROOT / RUNBOOKS.folder / f"{page}.md").read_text(encoding="utf-8")


def test_every_page_has_its_alarm_and_no_alarm_is_of_other_metrics(template):
    assert {alarm["Namespace"] for alarm in template.properties("AWS::CloudWatch::Alarm")} == set(ALARMS)
    pages = {page for things in ALARMS.values() for page in things.values()}
    assert pages == {page.stem for page in RUNBOOKS.pages} - {"README"}


@pytest.mark.parametrize("page", RUNBOOKS.pages, ids=lambda page: page.stem)
def test_a_page_names_outputs_queues_parameters_and_pages_that_exist(template, page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\(output (\w+)\)", text)) <= set(template.body["Outputs"])
    assert set(re.findall(r"hallmark redrive ([a-z-]+)", text)) <= set(QUEUES)
    assert RUNBOOKS.broken_links(page) == []


@pytest.mark.parametrize("queue", QUEUES)
def test_one_message_in_a_failure_queue_rings(template, queue):
    dimensions = {"QueueName": template.name(f"sqs-merchant-upload-{queue}")}
    settings = {"MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Threshold": 0}
    check(template, f"{queue}-visible", dimensions, "AWS/SQS", **settings, Period=60)


@pytest.mark.parametrize(("function", "metric"), FUNCTION_ALARMS)
def test_a_function_rings_by_its_name(template, function, metric):
    dimensions = {"FunctionName": template.name(f"lambda-merchant-upload-{function}")}
    settings = {"MetricName": metric, "Statistic": "Sum", "Threshold": 0, "Period": 60}
    check(template, f"{function}-{metric.lower()}", dimensions, "AWS/Lambda", **settings)


def test_records_that_wait_for_half_of_their_age_ring(template):
    dimensions = {"FunctionName": template.name("lambda-merchant-upload-anomaly-detection")}
    settings = {"MetricName": "IteratorAge", "Statistic": "Maximum", "Threshold": 120_000, "Period": 60}
    check(template, "iterator-age", dimensions, "AWS/Lambda", **settings)


@pytest.mark.parametrize(
    ("thing", "properties"),
    [
        ("api-5xx", {"MetricName": "5XXError", "Statistic": "Average", "Threshold": 0.01}),
        ("api-latency", {"MetricName": "Latency", "ExtendedStatistic": "p99", "Threshold": 1000}),
    ],
)
def test_the_api_rings(template, thing, properties):
    dimensions = {"ApiName": template.name("apigw-merchant-upload-api"), "Stage": template.stage}
    check(template, thing, dimensions, "AWS/ApiGateway", Period=300, **properties)


@pytest.mark.parametrize(("thing", "seconds"), [("file-seconds", 300), ("file-seconds-warning", 240)])
def test_a_file_that_takes_too_long_rings(template, thing, seconds):
    # As the functions write it.
    settings = {"MetricName": FILE_SECONDS, "Statistic": "Maximum", "Threshold": seconds, "Period": 60}
    check(template, thing, {"Stage": template.stage}, NAMESPACE, **settings)
