"""The estimate: quantities from counts, dollars from prices, and nothing that was not counted passes as free."""

import dataclasses
import json

import pytest

from hallmark.cost import bill, prices
from hallmark.cost.bill import Basis
from hallmark.cost.counts import of_result
from hallmark.cost.declared import Declared, of_document
from hallmark.cost.estimate import estimate
from hallmark.cost.requests import GB, envelope_bytes
from hallmark.systems.realtime import WING
from infra.errors import UserError

ENVELOPE_BYTES = envelope_bytes(WING.costed.envelope)


@pytest.fixture
def estimated(counts, settings):
    def make(stage="dev", events_per_day=None, billed_ms=None, counts=counts):
        return estimate(counts, settings(stage), stage, WING.costed.envelope, events_per_day, billed_ms or {})

    return make


def line(found, what):
    (match,) = [line for line in found if line.what == what]
    return match


def test_rest_api_four_invocations_and_one_event_come_to_about_seven_dollars(estimated):
    found = estimated()
    ours = [item for item in found.lines if item.service in ("API Gateway", "Lambda")]
    event = line(found.lines, "events on the transaction bus")
    # 3.70 + 0.04 for the answers, 4 x 0.20, 4 x 50 ms x 0.5 GB x 13.3334 / million, 1.00
    assert bill.total([*ours, event]) == pytest.approx(6.88, abs=0.01)


def test_every_service_is_on_the_bill_and_the_dearest_comes_first(estimated):
    services = estimated().services
    assert set(services) == {
        "API Gateway", "Lambda", "EventBridge", "DynamoDB", "S3", "SQS", "SNS", "CloudWatch", "X-Ray",
    }  # fmt: skip
    assert all(usd > 0 for usd in services.values())
    assert list(services.values()) == sorted(services.values(), reverse=True)
    assert sum(services.values()) == pytest.approx(estimated().usd_per_million)


@pytest.mark.parametrize(
    ("what", "quantity", "usd"),
    [
        ("requests", 1e6, 3.70),
        ("fraud_detector, requests", 3e6, 0.60),
        ("fraud_detector, duration", 3e6 * 0.050 * 0.5, 75_000 * 13.3334e-6),
        ("events on the audit bus", 2e6, 2.00),
        ("archiving the audit bus", (2e9 + 2e6 * ENVELOPE_BYTES) / GB, None),
        ("write request units", 4e6, 3.05),
        ("read request units", 1e6, 0.1525),
        ("objects written", 1e6, 5.40),
        ("messages sent", 1e6, 0.40),
        ("messages published", 1e6, 0.50),
        ("access logs written", 0.4e9 / GB, 0.4e9 / GB * 0.63),
        # one request a second, 5 % of the other 99
        ("traces", 1e6 * (0.01 + 0.99 * 0.05), 0.2975),
    ],
)
def test_a_line_is_a_quantity_times_a_price(estimated, what, quantity, usd):
    found = line(estimated().lines, what)
    assert found.quantity == pytest.approx(quantity)
    assert usd is None or found.usd == pytest.approx(usd)


def test_the_envelope_is_what_eventbridge_puts_around_a_detail():
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
    detail = {"transactionId": "t-1", "amount": 12.5}
    event = {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "TransactionReceived",
        "source": "hallmark.realtime",
        "account": "111122223333",
        "time": "2026-12-22T18:43:48Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }
    sizes = [len(json.dumps(value, separators=(",", ":"))) for value in (event, detail)]
    assert sizes[0] - sizes[1] == ENVELOPE_BYTES


def test_an_event_over_64_kb_is_as_many_as_it_has_started(estimated, counts):
    usage = {**counts.usage, "bytes:events:realtime-transaction-dev": 70_000.0 * 1000}
    big = estimated(counts=dataclasses.replace(counts, usage=usage))
    assert line(big.lines, "events on the transaction bus").quantity == pytest.approx(2e6)


def test_refused_requests_cost_except_where_the_gateway_turns_them_away(result, settings):
    statuses = {"202": 1000, "400": 200, "503": 100, "403": 50, "429": 70, "0": 5}
    found = estimate(of_result(result(statuses)), settings("dev"), "dev", WING.costed.envelope, None, {})
    requests = line(found.lines, "requests")
    assert (requests.quantity, requests.note[:3]) == (pytest.approx(1.3e6), "23%")


def test_a_known_duration_replaces_the_one_of_this_machine(estimated):
    ours, known = estimated(), estimated(billed_ms={"fraud_detector": 10})
    assert line(ours.lines, "fraud_detector, duration").basis == Basis.TIMED
    replaced = line(known.lines, "fraud_detector, duration")
    assert (replaced.basis, replaced.quantity) == (Basis.ASSUMED, pytest.approx(3e6 * 0.010 * 0.5))
    with pytest.raises(UserError, match="no such function ran; use one of fraud_detector, ingest_processor"):
        estimated(billed_ms={"ingest": 10})


def test_prod_pays_for_standing_ready_and_less_for_running(estimated):
    dev, prod = estimated("dev"), estimated("prod")
    assert [item.what for item in dev.fixed] == ["alarms"]
    assert line(dev.fixed, "alarms").usd == pytest.approx(1.90)
    # 10 x 2 GB x 730 h x 3600 s
    ready = line(prod.fixed, "realtime-ingest_processor-prod, provisioned")
    assert ready.usd == pytest.approx(20 * 730 * 3600 * 3.3334e-6)
    running = line(prod.lines, "ingest_processor, duration")
    assert running.usd == pytest.approx(1e6 * 0.050 * 2 * 7.7778e-6)


def test_a_volume_makes_a_day_and_a_month(estimated):
    found = estimated(events_per_day=10_000_000)
    assert found.usd_day == pytest.approx(found.usd_per_million * 10)
    (archive,) = [item for item in found.kept if item.what == "archive, transaction bus"]
    # after a week, seven days of ten million events are there
    assert archive.days == 7
    for_a_time = sum(item.usd_month * item.days * 10 for item in found.kept if item.days)
    assert found.usd_storage_month == pytest.approx(for_a_time)
    assert found.usd_month == pytest.approx(found.usd_day * 730 / 24 + for_a_time + 1.90)
    tables = 2e9 / GB * (0.306 + 0.2448)
    objects = 1e9 / GB * 0.0245
    assert found.usd_growth_month == pytest.approx((tables + objects) * 10 * 730 / 24)


def test_the_volumes_own_rate_is_sampled_not_the_runs(estimated):
    # one a second: every request is the first of its second
    assert line(estimated(events_per_day=86_400).lines, "traces").quantity == pytest.approx(1e6)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"usage": {}}, "the run steady on embedded has no counts of calls"),
        ({"usage": {"units:dynamodb:write": 1.0, "units:dynamodb:read": 1.0}}, "has no counts of stored:dynamodb"),
        ({"ledger": {"accepted": 0}}, "has no accepted transaction"),
    ],
)
def test_a_run_that_did_not_count_is_refused(result, change, complaint):
    with pytest.raises(UserError, match=complaint):
        of_result(result(**change))


def test_every_price_has_a_source_of_aws_and_a_use():
    tables = [prices.load(path) for path in prices.FILES]
    names = {name for table in tables for name in table.prices}
    code = "".join(path.read_text() for path in prices.FILE.parent.glob("*.py"))
    unused = {name for name in names if f'"{name}"' not in code} - {"write-unit", "read-unit"}
    assert not unused
    assert all(price.found and price.offer for table in tables for price in table.prices.values())


def test_a_workflow_is_billed_by_start_and_by_time_and_an_object_that_starts_one_by_its_event(result):
    name = "sfn-bank-upload-uploads-dev"
    usage = {
        "units:dynamodb:write": 1000.0,
        "units:dynamodb:read": 1000.0,
        "stored:dynamodb": 1000.0,
        "events:default": 1000.0,
        f"executions:{name}": 1000.0,
        f"duration:{name}": 1550.0,
        f"bytes:logs:/aws/vendedlogs/states/{name}": float(GB) / 1000,
    }
    settings = Declared({}, {}, {f"/aws/vendedlogs/states/{name}": 7}, {}, alarms=13, images=3)
    ledger = {"accepted": 1000, "rows": 200_000}
    counts = of_result(result(system="bank_upload", rate=1.0, usage=usage, ledger=ledger))
    found = estimate(counts, settings, "dev", {}, None, {})
    assert found.size == found.to_json()["size"] == "200 rows each"
    assert line(found.lines, "uploads, requests").usd == pytest.approx(1.00)
    # 1.55 s and half of a tenth, at 64 MB
    assert line(found.lines, "uploads, duration").usd == pytest.approx(1.6e6 / 16 * 16.67e-6)
    assert line(found.lines, "events of objects").usd == pytest.approx(1.00)
    assert line(found.lines, "workflow logs written").usd == pytest.approx(0.50)
    assert line(found.lines, "traces").quantity == pytest.approx(2e6), "the request's, and the workflow's"
    assert [item.days for item in found.kept if item.what == "workflow logs, uploads"] == [7]
    assert line(found.fixed, "images").usd == pytest.approx(0.075)


def test_what_no_api_carries_is_billed_by_its_workflow_and_its_endpoints_by_zone_and_hour(result):
    name = "sfn-screening-transactions-dev"
    usage = {
        **{"units:dynamodb:write": 1000.0, "units:dynamodb:read": 1000.0, "stored:dynamodb": 1000.0},
        **{f"executions:{name}": 1000.0, f"duration:{name}": 50.0},
    }
    settings = Declared({}, {}, {}, {}, alarms=0, endpoint_addresses=3, flow_logs=1)
    found = estimate(of_result(result(system="screening", rate=1.0, usage=usage)), settings, "dev", {}, None, {})
    assert {"API Gateway", "S3"}.isdisjoint(found.services)
    assert line(found.lines, "traces").quantity == pytest.approx(1e6), "the workflow's alone"
    assert line(found.fixed, "interface endpoints").usd == pytest.approx(3 * 730 * 0.01)
    assert line(found.fixed, "flow logs written").usd == 0


def test_addresses_of_endpoints_are_those_of_interfaces():
    subnets = [{"Ref": "A"}, {"Ref": "B"}, {"Ref": "C"}]
    resources = {
        "States": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {"VpcEndpointType": "Interface", "SubnetIds": subnets},
        },
        "Table": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Gateway", "RouteTableIds": []}},
        "Flows": {"Type": "AWS::EC2::FlowLog", "Properties": {}},
    }
    found = of_document({"Resources": resources})
    assert (found.endpoint_addresses, found.flow_logs) == (3, 1)
