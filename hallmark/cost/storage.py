"""The stored data of a million transactions, and the fixed cost of a stage."""

from collections.abc import Iterator

from hallmark.cost.bill import Basis, Kept, Line
from hallmark.cost.requests import GB, LOG_GROUPS, LOG_KINDS, Traffic, event_bytes, log_bytes

# AWS's own estimate of the compression of logs. https://calculator.aws/#/createCalculator/CloudWatch
LOG_COMPRESSION = 0.15
# AWS's month. https://aws.amazon.com/lambda/pricing/
HOURS_A_MONTH = 730
DAYS_A_MONTH = HOURS_A_MONTH / 24
# An image with the layers of its base, which each repository keeps by itself.
IMAGE_GB = 0.25


def kept(traffic: Traffic) -> list[Kept]:
    """Return the stored data, and its retention."""
    return [*_tables(traffic), *_objects(traffic), *_archives(traffic), *_logs(traffic)]


def _tables(traffic: Traffic) -> Iterator[Kept]:
    gigabytes = traffic.counts.total("stored:dynamodb") / GB
    prices, note = traffic.prices, "including AWS's 100 bytes an item"
    yield Kept("DynamoDB", "items", gigabytes, None, prices["table-storage"], Basis.COUNTED, note)
    yield Kept("DynamoDB", "point-in-time recovery", gigabytes, None, prices["table-recovery"], Basis.COUNTED)


def _objects(traffic: Traffic) -> Iterator[Kept]:
    written = traffic.counts.total("bytes:s3:PutObject") + traffic.counts.total("bytes:s3:PostObject")
    if not written:
        return
    gigabytes = written / GB
    note = "cheaper later, in Glacier" if traffic.declared.archived else ""
    yield Kept("S3", "processed objects", gigabytes, None, traffic.prices["object-storage"], Basis.COUNTED, note)


def _archives(traffic: Traffic) -> Iterator[Kept]:
    for bus, size in event_bytes(traffic).items():
        days = traffic.declared.archive_days.get(traffic.names.of(bus, "bus"))
        if days is not None:
            price = traffic.prices["archive-storage"]
            yield Kept("EventBridge", f"archive, {bus} bus", size / GB, days, price, Basis.DERIVED)


def _logs(traffic: Traffic) -> Iterator[Kept]:
    for (prefix, thing), size in log_bytes(traffic).items():
        days = traffic.declared.log_days[f"{prefix}{traffic.names.of(thing, LOG_KINDS[prefix])}"]
        what, note = f"{LOG_GROUPS[prefix]}, {thing}", f"compressed to {LOG_COMPRESSION:.0%}, AWS's estimate"
        gigabytes = size * LOG_COMPRESSION / GB
        price = traffic.prices["log-storage"]
        yield Kept("CloudWatch", what, gigabytes, days, price, Basis.DERIVED, note)


def fixed(traffic: Traffic) -> list[Line]:
    """Return the cost of a month without transactions; keys and buses are free."""
    alarms = traffic.declared.alarms
    return [
        Line("CloudWatch", "alarms", alarms, traffic.prices["alarm"], Basis.DECLARED),
        *_images(traffic),
        *_endpoints(traffic),
        *_provisioned(traffic),
    ]


def _images(traffic: Traffic) -> Iterator[Line]:
    if images := traffic.declared.images:
        note = f"{images} of {IMAGE_GB} GB with their base's layers; each version that is kept adds its own layers"
        yield Line("ECR", "images", images * IMAGE_GB, traffic.prices["image-storage"], Basis.ASSUMED, note)


def _endpoints(traffic: Traffic) -> Iterator[Line]:
    """Yield the interface endpoints, which have an address in each zone; gateways (S3, DynamoDB) are free.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    if addresses := traffic.declared.endpoint_addresses:
        price, note = traffic.prices["endpoint-hour"], f"{addresses} addresses, one in each zone"
        yield Line("VPC", "interface endpoints", addresses * HOURS_A_MONTH, price, Basis.DECLARED, note)
    if traffic.declared.flow_logs:
        note = "of rejected traffic only; functions that call by their endpoints have none"
        yield Line("CloudWatch", "flow logs written", 0.0, traffic.prices["log-ingestion"], Basis.ASSUMED, note)


def _provisioned(traffic: Traffic) -> Iterator[Line]:
    for name, executions in traffic.declared.provisioned.items():
        if executions:
            memory = traffic.declared.memory[name]
            seconds = executions * memory / 1024 * HOURS_A_MONTH * 3600
            note = f"{executions} x {memory} MB, all day"
            price = traffic.prices["lambda-provisioned"]
            yield Line("Lambda", f"{name}, provisioned", seconds, price, Basis.DECLARED, note)
