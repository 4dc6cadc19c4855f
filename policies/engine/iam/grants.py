"""What each function may do, and nothing else.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.events.wiring import BUS, INVOKE_CONFIG, QUEUE, log_group_of, on_function
from policies.engine.parts import roles_of
from policies.engine.services.storage import TABLES
from policies.engine.template.template import Resource, Template

Conditions = dict[tuple[str, str], tuple[Any, ...]]
# X-Ray knows no narrower resource for these. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
UNSCOPED = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_BUCKET = "AWS::S3::Bucket"
_KEYS = {
    "transactions": ("accountId", "ts"),
    "rules": ("ruleId", "version"),
    "audit-logs": ("transactionId", "ts"),
}


@dataclass(frozen=True)
class Grant:
    """One action on one ARN under one of these sets of conditions; without `needed` a role may do without it."""

    action: str
    resource: str
    conditions: tuple[Conditions, ...] = ({},)
    needed: bool = True

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def grants_of(template: Template, part: str, function: Resource, parameters: Mapping[str, Any]) -> list[Grant]:
    """Every grant of a function that plays a part."""
    own = {"ingest_processor": _ingest, "fraud_detector": _detector, "notifier": _notifier}[part]
    return [*_basics(template, function), *own(template, parameters)]


def _basics(template: Template, function: Resource) -> Iterator[Grant]:
    group = log_group_of(template, function)
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield from _on(template, action, group)
    for action in UNSCOPED:
        yield Grant(action, "*")
    yield from _on(template, "events:PutEvents", roles_of(template).bus("audit"))
    for config in on_function(template, function, INVOKE_CONFIG):
        queue = template.by_arn(template.value(config, "DestinationConfig.OnFailure.Destination"), QUEUE)
        yield from _on(template, "sqs:SendMessage", queue)


def _ingest(template: Template, parameters: Mapping[str, Any]) -> Iterator[Grant]:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    key, together = "dynamodb:enclosingoperation", ("TransactWriteItems",)
    conditions: tuple[Conditions, ...] = (
        {("foranyvalue:stringequals", key): together},
        {("stringequals", key): together},
    )
    transactions = table(template, "transactions")
    yield from _on(template, "dynamodb:Query", transactions)
    for written in (transactions, table(template, "audit-logs")):
        yield from _on(template, "dynamodb:PutItem", written, conditions)
    yield from _publish(template, "transaction", parameters, "transaction_detail_type")


def _detector(template: Template, parameters: Mapping[str, Any]) -> Iterator[Grant]:
    yield from _on(template, "dynamodb:Query", table(template, "rules"))
    # One version can also be read by its key.
    yield from _on(template, "dynamodb:GetItem", table(template, "rules"), needed=False)
    yield from _on(template, "dynamodb:PutItem", table(template, "audit-logs"))
    for bucket in _processed_buckets(template):
        arn = f"{template.arn(bucket)}/{parameters['processed_prefix']}*"
        yield Grant("s3:PutObject", arn, ({("bool", "aws:securetransport"): ("true",)},))
    yield from _publish(template, "system", parameters, "suspicion_detail_type")


def _processed_buckets(template: Template) -> list[Resource]:
    """The buckets that the detector's environment names, best with the mark; else the marked ones, else all."""
    buckets = template.of_type(_BUCKET)
    detector = roles_of(template).function("fraud_detector")
    variables = template.value(detector, "Environment.Variables") if detector else None
    values = variables.values() if isinstance(variables, Mapping) else ()
    named = [bucket for bucket in (template.target_of(value, _BUCKET) for value in values) if bucket]
    marked = [bucket for bucket in buckets if bucket.mark == "processed"]
    return [bucket for bucket in named if bucket in marked] or named or marked or buckets


def _notifier(template: Template, parameters: Mapping[str, Any]) -> Iterator[Grant]:
    for action in ("dynamodb:GetItem", "dynamodb:PutItem"):
        yield from _on(template, action, table(template, "audit-logs"))
    yield from _on(template, "sns:Publish", alert_topic(template))


def _publish(template: Template, part: str, parameters: Mapping[str, Any], detail_type: str) -> Iterator[Grant]:
    """One kind of event on one bus. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html"""
    source, kind = (parameters["event_source"],), (parameters[detail_type],)
    exact: Conditions = {("stringequals", "events:source"): source, ("stringequals", "events:detail-type"): kind}
    # ForAllValues is true of a key that is missing, so it wants Null beside it.
    every: Conditions = {
        ("forallvalues:stringequals", "events:source"): source,
        ("forallvalues:stringequals", "events:detail-type"): kind,
        ("null", "events:source"): ("false",),
        ("null", "events:detail-type"): ("false",),
    }
    yield from _on(template, "events:PutEvents", roles_of(template).bus(part), (exact, every))


def _on(
    template: Template,
    action: str,
    resource: Resource | None,
    conditions: tuple[Conditions, ...] = ({},),
    needed: bool = True,
) -> Iterator[Grant]:
    arn = template.arn(resource) if resource else None
    if arn:
        yield Grant(action, arn, conditions, needed)


def table(template: Template, part: str) -> Resource | None:
    """The table with the keys of a part, or else with its mark."""
    tables = template.of_type(*TABLES)
    keyed = [one for one in tables if _keys(template, one) == _KEYS[part]]
    marked = [one for one in tables if one.mark == part]
    found = [one for one in keyed if one in marked] or keyed or marked
    return found[0] if found else None


def _keys(template: Template, resource: Resource) -> tuple[str, ...]:
    schema = template.value(resource, "KeySchema")
    keys = {key.get("KeyType"): key.get("AttributeName") for key in schema or () if isinstance(key, Mapping)}
    return str(keys.get("HASH")), str(keys.get("RANGE"))


def alert_topic(template: Template) -> Resource | None:
    """The topic that is not the alarms'."""
    alarms = [template.value(alarm, "AlarmActions") for alarm in template.of_type("AWS::CloudWatch::Alarm")]
    used = {str(arn) for arns in alarms for arn in (arns if isinstance(arns, list) else [])}
    topics = [topic for topic in template.of_type("AWS::SNS::Topic") if template.arn(topic) not in used]
    marked = [topic for topic in topics if topic.mark == "alert"]
    return next(iter(marked or topics), None)


def forwarding(template: Template, role: Resource) -> tuple[list[Grant], list[str]]:
    """What a role may do that rules use to reach their targets, and the ARNs of those rules."""
    grants, rules = template.once("forwarders", lambda: _forwarders(template)).get(role.logical_id, ({}, {}))
    return list(grants.values()), list(rules)


def _forwarders(template: Template) -> dict[str, tuple[dict[str, Grant], dict[str, None]]]:
    found: dict[str, tuple[dict[str, Grant], dict[str, None]]] = {}
    for rule in template.of_type("AWS::Events::Rule"):
        targets = rule.properties.get("Targets")
        for target in targets if isinstance(targets, list) else []:
            role = template.by_arn(target.get("RoleArn"), "AWS::IAM::Role") if isinstance(target, Mapping) else None
            if role:
                grants, rules = found.setdefault(role.logical_id, ({}, {}))
                bus = template.by_arn(target.get("Arn"), BUS)
                grants.update({str(grant): grant for grant in _on(template, "events:PutEvents", bus)})
                rules[template.arn(rule) or ""] = None
    return found
