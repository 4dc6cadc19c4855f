"""Changes to rules, their targets, buses and archives."""

from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from hallmark.stage.embedded import ACCOUNT
from tests.integration.observe.changes.names import BUS, QUEUE, RULE, own_tags
from tests.integration.observe.changes.table import by_hand

Json = dict[str, Any]


def _target(stage: Stage, target_id: str) -> Json:
    listed = stage.client("events").list_targets_by_rule(Rule=RULE, EventBusName=BUS)["Targets"]
    return next(one for one in listed if one["Id"] == target_id)


def _put_target(stage: Stage, target: Json) -> None:
    answer = stage.client("events").put_targets(Rule=RULE, EventBusName=BUS, Targets=[target])
    assert answer["FailedEntryCount"] == 0, answer


@by_hand("RoutingnighttimeRule", "Targets[buffer-queue].DeadLetterConfig.Arn", "RT_TARGET_DLQ")
def a_target_loses_its_dead_letter_queue(stage: Stage) -> Iterator[None]:
    before = _target(stage, "buffer-queue")
    _put_target(stage, {key: value for key, value in before.items() if key != "DeadLetterConfig"})
    yield
    _put_target(stage, before)


@by_hand("RoutingnighttimeRule", "Targets[fraud-detector].RetryPolicy", "RT_TARGET_RETRY")
def a_target_no_longer_retries(stage: Stage) -> Iterator[None]:
    before = _target(stage, "fraud-detector")
    _put_target(stage, {key: value for key, value in before.items() if key != "RetryPolicy"})
    yield
    _put_target(stage, before)


@by_hand("RoutingnighttimeRule", "Targets[extra]", "RT_TARGET_DLQ", "RT_TARGET_RETRY")
def a_rule_gets_another_target(stage: Stage) -> Iterator[None]:
    _put_target(stage, {"Id": "extra", "Arn": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{QUEUE}x"})
    yield
    stage.client("events").remove_targets(Rule=RULE, EventBusName=BUS, Ids=["extra"])


@by_hand("RoutingnighttimeRule", "State", "RT_RULE_FIVE")
def a_rule_is_disabled(stage: Stage) -> Iterator[None]:
    stage.client("events").disable_rule(Name=RULE, EventBusName=BUS)
    yield
    stage.client("events").enable_rule(Name=RULE, EventBusName=BUS)


@by_hand(
    "UnmanagedEventsRulerealtimetransactiondevcopy",
    "",
    "RT_ENV_SEPARATION",
    "RT_RULE_FANOUT",
    "RT_RULE_FIVE",
    "RT_TARGET_DLQ",
    "RT_TARGET_RETRY",
)
def a_rule_is_put_on_the_transaction_bus(stage: Stage) -> Iterator[None]:
    events, by = stage.client("events"), {"EventBusName": BUS}
    events.put_rule(Name="copy", EventPattern='{"source": ["hallmark.realtime"]}', **by)
    arn = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{QUEUE}"
    events.put_targets(Rule="copy", Targets=[{"Id": "1", "Arn": arn}], **by)
    yield
    events.remove_targets(Rule="copy", Ids=["1"], **by)
    events.delete_rule(Name="copy", **by)


@by_hand("UnmanagedEventsEventBusPolicyrealtimetransactiondevother", "", "RT_IAM_LEAST")
def another_account_may_put_events(stage: Stage) -> Iterator[None]:
    by = {"EventBusName": BUS, "StatementId": "other"}
    stage.client("events").put_permission(Action="events:PutEvents", Principal="111122223333", **by)
    yield
    stage.client("events").remove_permission(**by)


@by_hand("RecordTransactionArchive", "RetentionDays", "RT_BUS_ARCHIVE")
def the_archive_keeps_a_day(stage: Stage) -> Iterator[None]:
    stage.client("events").update_archive(ArchiveName=BUS, RetentionDays=1)
    yield
    stage.client("events").update_archive(ArchiveName=BUS, RetentionDays=7)


@by_hand("RecordAuditArchive", "RetentionDays", "RT_AUDIT_RETENTION")
def the_audit_archive_keeps_a_month(stage: Stage) -> Iterator[None]:
    stage.client("events").update_archive(ArchiveName="realtime-audit-dev", RetentionDays=30)
    yield
    stage.client("events").update_archive(ArchiveName="realtime-audit-dev", RetentionDays=400)


@by_hand(
    "RoutingfraudsuspectedRule",
    "Targets[notifier]",
    "RT_FN_THREE",
    "RT_IAM_LEAST",
    "RT_RULE_FANOUT",
    "RT_TARGET_DLQ",
    "RT_TARGET_RETRY",
)
def nobody_calls_the_notifier(stage: Stage) -> Iterator[None]:
    events, by = stage.client("events"), {"Rule": "realtime-fraud-suspected-dev", "EventBusName": "realtime-system-dev"}
    before = events.list_targets_by_rule(**by)["Targets"]
    events.remove_targets(**by, Ids=[one["Id"] for one in before])
    yield
    events.put_targets(**by, Targets=before)


@by_hand(
    "Busessystem|RoutingfraudsuspectedRule",
    "",
    "RT_BUS_THREE",
    "RT_FN_THREE",
    "RT_IAM_LEAST",
    reported_on="(template)",
)
def a_bus_is_deleted_with_its_rule(stage: Stage) -> Iterator[None]:
    events, bus, name = stage.client("events"), "realtime-system-dev", "realtime-fraud-suspected-dev"
    rule = events.describe_rule(Name=name, EventBusName=bus)
    targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
    own = events.describe_event_bus(Name=bus)["Arn"], rule["Arn"]
    tags, rules_tags = (events.list_tags_for_resource(ResourceARN=arn)["Tags"] for arn in own)
    events.remove_targets(Rule=name, EventBusName=bus, Ids=[one["Id"] for one in targets])
    events.delete_rule(Name=name, EventBusName=bus)
    events.delete_event_bus(Name=bus)
    yield
    events.create_event_bus(Name=bus, Tags=own_tags(tags))
    kept = {key: rule[key] for key in ("Name", "EventBusName", "EventPattern", "Description", "State")}
    events.put_rule(**kept, Tags=own_tags(rules_tags))
    events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
