"""The cost of a million transactions that grows with traffic: requests, events, units and processing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hallmark.cost.bill import Basis, Line
from hallmark.cost.counts import MILLION, Counts
from hallmark.cost.declared import Declared
from hallmark.cost.prices import Prices
from infra.names import Names

GB = 2**30
CHUNK_BYTES = 64 * 1024
# The 202 and the headers that API Gateway sends with it, such as Content-Type, x-amzn-RequestId, X-Amzn-Trace-Id.
ANSWER_BYTES = 500
# X-Ray's default sampling rule: one request a second, and 5 % of the others.
# https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
TRACED_PER_SECOND, TRACED_SHARE = 1.0, 0.05
# Lambda bills each invocation by whole milliseconds, rounded up. https://aws.amazon.com/lambda/pricing/
ROUNDING_MS = 0.5
LOG_GROUPS = MappingProxyType(
    {
        "/aws/lambda/": "function logs",
        "/aws/apigateway/": "access logs",
        "/aws/events/": "audit log",
        "/aws/vendedlogs/states/": "workflow logs",
    }
)
# The kind in the names of what logs there, where a system's names have one.
LOG_KINDS = MappingProxyType(
    {"/aws/lambda/": "lambda", "/aws/apigateway/": "apigw", "/aws/events/": "bus", "/aws/vendedlogs/states/": "sfn"}
)
# Express workflows are billed by tenths of a second, rounded up, and in chunks of so much memory; 50 MB, the definition
# and the states' data fit into one. https://aws.amazon.com/step-functions/pricing/
WORKFLOW_ROUNDING_SECONDS, WORKFLOW_MB = 0.05, 64


@dataclass(frozen=True)
class Traffic:
    """A run with a stage's settings; `rate` in arrivals a second, `billed_ms` by function if known from AWS.

    `envelope` is an event without its detail.
    """

    counts: Counts
    declared: Declared
    names: Names
    prices: Prices
    rate: float
    envelope: Mapping[str, object]
    billed_ms: Mapping[str, float] = field(default_factory=dict)


def envelope_bytes(envelope: Mapping[str, object]) -> int:
    """Return the bytes of an event without its detail."""
    return len(json.dumps(envelope, separators=(",", ":"))) - len('""')


def event_bytes(traffic: Traffic) -> dict[str, float]:
    """Return the bytes of whole events, by bus."""
    envelope = envelope_bytes(traffic.envelope)
    events = traffic.counts.by_thing("events:")
    details = traffic.counts.by_thing("bytes:events:")
    return {bus: details[bus] + count * envelope for bus, count in events.items()}


def log_bytes(traffic: Traffic) -> dict[tuple[str, str], float]:
    """Return the bytes that CloudWatch Logs bills, by prefix and short name of a log group."""
    return {
        (prefix, thing): size
        for prefix in LOG_GROUPS
        for thing, size in traffic.counts.by_thing(f"bytes:logs:{prefix}").items()
    }


def lines(traffic: Traffic) -> list[Line]:
    """Return the bill of a million transactions, without storage."""
    return [
        *_api(traffic),
        *_functions(traffic),
        *_workflows(traffic),
        *_events(traffic),
        *_tables(traffic),
        *_calls(traffic),
        *_logs(traffic),
        _traces(traffic),
    ]


def _api(traffic: Traffic) -> Iterator[Line]:
    requests = traffic.counts.billed_requests
    if not requests:
        return
    refused = 1 - MILLION / requests
    note = f"{refused:.0%} of the billed requests were not accepted" if refused > 0 else ""
    yield Line("API Gateway", "requests", requests, traffic.prices["api-request"], Basis.COUNTED, note)
    note = f"{ANSWER_BYTES} bytes an answer, headers included"
    gigabytes = requests * ANSWER_BYTES / GB
    yield Line("API Gateway", "answers to the internet", gigabytes, traffic.prices["data-out"], Basis.ASSUMED, note)


def _functions(traffic: Traffic) -> Iterator[Line]:
    counts = traffic.counts
    seconds = counts.by_thing("seconds:")
    for function, invocations in counts.by_thing("invocations:").items():
        yield Line("Lambda", f"{function}, requests", invocations, traffic.prices["lambda-request"], Basis.COUNTED)
        known = traffic.billed_ms.get(function)
        milliseconds = known if known is not None else seconds[function] * 1000 / invocations + ROUNDING_MS
        name = traffic.names.of(function, "lambda")
        memory = traffic.declared.memory[name]
        provisioned = traffic.declared.provisioned.get(name, 0) > 0
        yield Line(
            "Lambda",
            f"{function}, duration",
            invocations * milliseconds / 1000 * memory / 1024,
            traffic.prices["lambda-duration-provisioned" if provisioned else "lambda-duration"],
            Basis.TIMED if known is None else Basis.ASSUMED,
            f"{milliseconds:.1f} ms at {memory} MB" + (", all within provisioned concurrency" if provisioned else ""),
        )


def _workflows(traffic: Traffic) -> Iterator[Line]:
    counts = traffic.counts
    seconds = counts.by_thing("duration:")
    for workflow, executions in counts.by_thing("executions:").items():
        price = traffic.prices["workflow-request"]
        yield Line("Step Functions", f"{workflow}, requests", executions, price, Basis.COUNTED)
        each = seconds[workflow] / executions + WORKFLOW_ROUNDING_SECONDS
        note = f"{each:.1f} s at {WORKFLOW_MB} MB"
        quantity, price = executions * each * WORKFLOW_MB / 1024, traffic.prices["workflow-duration"]
        yield Line("Step Functions", f"{workflow}, duration", quantity, price, Basis.TIMED, note)


def _events(traffic: Traffic) -> Iterator[Line]:
    """Yield the lines of events: every event on our buses is a custom one, including those from another bus or Lambda.

    Those of S3 are on the default bus; they are opted for, so they cost as much.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
    https://aws.amazon.com/eventbridge/pricing/
    """
    if objects := traffic.counts.total("events:default"):
        price = traffic.prices["custom-event"]
        yield Line("EventBridge", "events of objects", objects, price, Basis.COUNTED, "those of S3 are billed")
    sizes = event_bytes(traffic)
    for bus, count in traffic.counts.by_thing("events:").items():
        chunks = -(-sizes[bus] // (count * CHUNK_BYTES))
        what = f"events on the {bus} bus"
        note = "documented for forwarded events; assumed for Lambda's success records" if bus == "audit" else ""
        yield Line("EventBridge", what, count * chunks, traffic.prices["custom-event"], Basis.COUNTED, note)
    for bus, size in sizes.items():
        if traffic.names.of(bus, "bus") in traffic.declared.archive_days:
            note = f"{size / traffic.counts.by_thing('events:')[bus]:.0f} bytes an event"
            what = f"archiving the {bus} bus"
            yield Line("EventBridge", what, size / GB, traffic.prices["archive-processing"], Basis.DERIVED, note)


def _tables(traffic: Traffic) -> Iterator[Line]:
    for kind in ("write", "read"):
        units = traffic.counts.total(f"units:dynamodb:{kind}")
        what, note = f"{kind} request units", "by AWS's rules, from the size of each item"
        yield Line("DynamoDB", what, units, traffic.prices[f"{kind}-unit"], Basis.COUNTED, note)


def _calls(traffic: Traffic) -> Iterator[Line]:
    counts, prices = traffic.counts, traffic.prices
    if puts := counts.total("calls:s3:PutObject") + counts.total("calls:s3:PostObject"):
        yield Line("S3", "objects written", puts, prices["object-put"], Basis.COUNTED, "a bucket key saves KMS calls")
    if gets := counts.total("calls:s3:GetObject"):
        yield Line("S3", "objects read", gets, prices["object-get"], Basis.COUNTED)
    if sent := counts.total("deliveries:sqs") + counts.total("calls:sqs:SendMessage"):
        note = "a future reader of the buffer adds two requests for each batch of ten"
        yield Line("SQS", "messages sent", sent, prices["queue-request"], Basis.COUNTED, note)
    published = counts.total("calls:sns:Publish")
    note = "without deliveries to subscribers"
    yield Line("SNS", "messages published", published, prices["topic-request"], Basis.COUNTED, note)


def _logs(traffic: Traffic) -> Iterator[Line]:
    sizes = log_bytes(traffic)
    for prefix, what in LOG_GROUPS.items():
        gigabytes = sum(size for (group, _), size in sizes.items() if group == prefix) / GB
        if gigabytes:
            yield Line("CloudWatch", f"{what} written", gigabytes, traffic.prices["log-ingestion"], Basis.COUNTED)


def _traces(traffic: Traffic) -> Line:
    first = min(1.0, TRACED_PER_SECOND / traffic.rate)
    share = first + (1 - first) * TRACED_SHARE
    note = f"X-Ray's default sampling at {traffic.rate:.4g} a second: {share:.1%}"
    # A workflow has a trace of its own, and so has a request to an API, which an object's creation separates from it.
    asked = traffic.counts.arrivals if traffic.counts.requests else 0
    traces = asked + sum(traffic.counts.by_thing("executions:").values())
    return Line("X-Ray", "traces", traces * share, traffic.prices["trace"], Basis.ASSUMED, note)
