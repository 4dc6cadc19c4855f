"""Event buses with their policies, rules with their targets, archives, endpoints.

CloudFormation's own drift detection is wrong about targets with dead-letter queues; ListTargetsByRule is not.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags

BUS, POLICY, RULE = "AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::Events::Rule"
ARCHIVE, ENDPOINT = "AWS::Events::Archive", "AWS::Events::Endpoint"
# An archive's own rule, which the archive shows; other services' rules listen, too, and are read.
_ARCHIVES = "prod.vhs.events.aws.internal"


def _names(deployment: Deployment) -> list[str]:
    return [one["Name"] for one in deployment.pages("events", "list_event_buses", "EventBuses")]


def _buses(deployment: Deployment) -> list[Json]:
    own = [name for name in _names(deployment) if deployment.is_ours(BUS, name)]
    return [deployment.asked("events", "describe_event_bus", Name=name) for name in own]


def _tags(deployment: Deployment, arn: str | None) -> Json:
    return tags(deployment.asked("events", "list_tags_for_resource", ResourceARN=arn).get("Tags")) if arn else {}


def buses(deployment: Deployment) -> Iterator[Thing]:
    """Yield the event buses."""
    for bus in _buses(deployment):
        properties = picked(bus, "Name", "Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
        yield Thing(BUS, bus["Name"], properties | _tags(deployment, bus.get("Arn")))


def policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield who else may use a bus: each statement of its policy."""
    for bus in _buses(deployment):
        for statement in json.loads(bus["Policy"])["Statement"] if bus.get("Policy") else []:
            sid = statement.get("Sid", "")
            properties = {"EventBusName": bus["Name"], "StatementId": sid, "Statement": statement}
            yield Thing(POLICY, f"{bus['Name']}{sid}", properties, ("EventBusName", "StatementId"))


def rules(deployment: Deployment) -> Iterator[Thing]:
    """Yield every rule on the stage's buses, and of other buses those that are its own, reach it or use its roles."""
    for bus in dict.fromkeys([*_names(deployment), "default"]):
        for rule in deployment.pages("events", "list_rules", "Rules", EventBusName=bus):
            if rule.get("ManagedBy") == _ARCHIVES:
                continue
            targets = deployment.pages("events", "list_targets_by_rule", "Targets", Rule=rule["Name"], EventBusName=bus)
            if not (
                deployment.is_ours(BUS, bus)
                or deployment.is_ours(RULE, rule["Name"])
                or deployment.concerns([targets, rule.get("RoleArn")])
            ):
                continue
            properties = picked(rule, "Name", "Description", "State", "ScheduleExpression", "RoleArn", "EventBusName")
            properties |= picked(rule, "ManagedBy") | _tags(deployment, rule.get("Arn"))
            if rule.get("EventPattern"):
                properties["EventPattern"] = json.loads(rule["EventPattern"])
            properties["Targets"] = sorted(targets, key=lambda target: str(target["Id"]))
            # CloudFormation names a rule of the default bus without the bus.
            physical = rule["Name"] if bus == "default" else f"{bus}|{rule['Name']}"
            yield Thing(RULE, physical, properties, ("EventBusName", "Name"))


def archives(deployment: Deployment) -> Iterator[Thing]:
    """Yield the archives of the stage's buses, whatever their names."""
    arns = {bus["Arn"] for bus in _buses(deployment)}
    for one in deployment.pages("events", "list_archives", "Archives"):
        if one["EventSourceArn"] in arns or deployment.is_ours(ARCHIVE, one["ArchiveName"]):
            archive = deployment.asked("events", "describe_archive", ArchiveName=one["ArchiveName"])
            properties = picked(archive, "ArchiveName", "Description", "RetentionDays", "KmsKeyIdentifier")
            properties["SourceArn"] = archive["EventSourceArn"]
            if archive.get("EventPattern"):
                properties["EventPattern"] = json.loads(archive["EventPattern"])
            yield Thing(ARCHIVE, one["ArchiveName"], properties)


def endpoints(deployment: Deployment) -> Iterator[Thing]:
    """Yield the endpoints that carry a bus of the stage into another region."""
    for one in deployment.pages("events", "list_endpoints", "Endpoints"):
        found = deployment.asked("events", "describe_endpoint", Name=one["Name"])
        if deployment.concerns(found.get("EventBuses", [])):
            properties = picked(found, "Name", "RoutingConfig", "ReplicationConfig", "EventBuses", "RoleArn")
            yield Thing(ENDPOINT, one["Name"], properties)


READERS = {BUS: buses, POLICY: policies, RULE: rules, ARCHIVE: archives, ENDPOINT: endpoints}
