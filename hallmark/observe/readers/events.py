"""Event buses with their policies, rules with their targets, archives; and schedules that call a function.

CloudFormation's own drift detection is wrong about targets with dead-letter queues; ListTargetsByRule is not.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked
from hallmark.observe.readers.functions import FUNCTION

BUS, POLICY, RULE = "AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::Events::Rule"
ARCHIVE, SCHEDULE = "AWS::Events::Archive", "AWS::Scheduler::Schedule"
DEFAULT = "default"


def _buses(deployment: Deployment) -> list[Json]:
    names = [one["Name"] for one in _listed(deployment, "list_event_buses", "EventBuses")]
    return [
        deployment.asked("events", "describe_event_bus", Name=name) for name in names if deployment.is_ours(BUS, name)
    ]


def _listed(deployment: Deployment, operation: str, key: str) -> list[Json]:
    """Yield what EventBridge lists page by page, for operations without a boto3 paginator."""
    page = deployment.asked("events", operation, Limit=100)
    found: list[Json] = page[key]
    while token := page.get("NextToken"):
        page = deployment.asked("events", operation, Limit=100, NextToken=token)
        found = found + page[key]
    return found


def buses(deployment: Deployment) -> Iterator[Thing]:
    """Yield the event buses."""
    for bus in _buses(deployment):
        properties = picked(bus, "Name", "Description", "KmsKeyIdentifier", "DeadLetterConfig")
        yield Thing(BUS, bus["Name"], properties)


def policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield who else may use a bus: each statement of its policy."""
    for bus in _buses(deployment):
        for statement in json.loads(bus["Policy"])["Statement"] if bus.get("Policy") else []:
            sid = statement.get("Sid", "")
            properties = {"EventBusName": bus["Name"], "StatementId": sid, "Statement": statement}
            yield Thing(POLICY, f"{bus['Name']}{sid}", properties, ("EventBusName", "StatementId"))


def rules(deployment: Deployment) -> Iterator[Thing]:
    """Yield every rule on the stage's buses, and its own on the default bus; an archive's managed rule is left out."""
    for bus in [*(bus["Name"] for bus in _buses(deployment)), DEFAULT]:
        for rule in deployment.pages("events", "list_rules", "Rules", EventBusName=bus):
            if rule.get("ManagedBy") or (bus == DEFAULT and not deployment.is_ours(RULE, rule["Name"])):
                continue
            properties = picked(rule, "Name", "Description", "State", "ScheduleExpression", "RoleArn", "EventBusName")
            if rule.get("EventPattern"):
                properties["EventPattern"] = json.loads(rule["EventPattern"])
            targets = deployment.pages("events", "list_targets_by_rule", "Targets", Rule=rule["Name"], EventBusName=bus)
            properties["Targets"] = sorted(targets, key=lambda target: str(target["Id"]))
            yield Thing(RULE, f"{bus}|{rule['Name']}", properties, ("EventBusName", "Name"))


def archives(deployment: Deployment) -> Iterator[Thing]:
    """Yield the archives of the stage's buses, whatever their names."""
    arns = {bus["Arn"] for bus in _buses(deployment)}
    for one in _listed(deployment, "list_archives", "Archives"):
        if one["EventSourceArn"] in arns or deployment.is_ours(ARCHIVE, one["ArchiveName"]):
            archive = deployment.asked("events", "describe_archive", ArchiveName=one["ArchiveName"])
            properties = picked(archive, "ArchiveName", "Description", "RetentionDays", "KmsKeyIdentifier")
            properties["SourceArn"] = archive["EventSourceArn"]
            if archive.get("EventPattern"):
                properties["EventPattern"] = json.loads(archive["EventPattern"])
            yield Thing(ARCHIVE, one["ArchiveName"], properties)


def schedules(deployment: Deployment) -> Iterator[Thing]:
    """Yield the schedules that call a function of the stage."""
    for one in deployment.pages("scheduler", "list_schedules", "Schedules"):
        arn = (one.get("Target") or {}).get("Arn", "")
        if ":function:" in arn and deployment.is_ours(FUNCTION, arn.split(":function:")[1].split(":")[0]):
            properties = {**picked(one, "Name", "GroupName", "State"), "Target": {"Arn": arn}}
            yield Thing(SCHEDULE, one["Name"], properties)


READERS = {BUS: buses, POLICY: policies, RULE: rules, ARCHIVE: archives, SCHEDULE: schedules}
