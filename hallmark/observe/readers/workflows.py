"""State machines with their published versions and aliases.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, capitalized, picked, tags

QUEUE, MACHINE = "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine"
VERSION, ALIAS = f"{MACHINE}Version", f"{MACHINE}Alias"
_OWN_KEY = {"type": "AWS_OWNED_KEY"}
_GONE = "StateMachineDoesNotExist"


def _machines(deployment: Deployment) -> Iterator[Json]:
    """Yield the stage's machines, and those of others that run with a role of the stage or call something of it."""
    for one in deployment.pages("stepfunctions", "list_state_machines", "stateMachines"):
        arn = one["stateMachineArn"]
        machine = deployment.asked("stepfunctions", "describe_state_machine", _GONE, stateMachineArn=arn)
        if machine and (
            deployment.is_ours(MACHINE, arn, machine["name"])
            or deployment.concerns([machine["roleArn"], machine["definition"]])
        ):
            yield machine


def machines(deployment: Deployment) -> Iterator[Thing]:
    """Yield the machines; a definition is a text, whichever property of a template had it."""
    for machine in _machines(deployment):
        arn = machine["stateMachineArn"]
        properties: Json = {
            "StateMachineName": machine["name"],
            "StateMachineType": machine["type"],
            # A queue's URL exists only after deployment.
            "DefinitionString": deployment.referring(machine["definition"], QUEUE),
            "RoleArn": machine["roleArn"],
            "LoggingConfiguration": _logging(machine.get("loggingConfiguration") or {}),
            "TracingConfiguration": {"Enabled": (machine.get("tracingConfiguration") or {}).get("enabled", False)},
        }
        encryption = machine.get("encryptionConfiguration") or _OWN_KEY
        if encryption != _OWN_KEY:
            properties["EncryptionConfiguration"] = capitalized(
                encryption, "Type", "KmsKeyId", "KmsDataKeyReusePeriodSeconds"
            )
        found = deployment.asked("stepfunctions", "list_tags_for_resource", resourceArn=arn).get("tags")
        yield Thing(MACHINE, arn, properties | tags(found, "key", "value"))


def _logging(found: Json) -> Json:
    groups = [one["cloudWatchLogsLogGroup"]["logGroupArn"] for one in found.get("destinations") or []]
    logging: Json = {
        "Level": found.get("level", "OFF"),
        "IncludeExecutionData": found.get("includeExecutionData", False),
    }
    if groups:
        logging["Destinations"] = [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn}} for arn in groups]
    return logging


def versions(deployment: Deployment) -> Iterator[Thing]:
    """Yield the published versions: each can be started, whatever the machine has become."""
    for machine in _machines(deployment):
        arn = machine["stateMachineArn"]
        for one in deployment.pages(
            "stepfunctions", "list_state_machine_versions", "stateMachineVersions", stateMachineArn=arn
        ):
            version = one["stateMachineVersionArn"]
            found = deployment.asked("stepfunctions", "describe_state_machine", _GONE, stateMachineArn=version)
            properties = {"StateMachineArn": arn, **capitalized(found, "Description", "Definition", "RoleArn")}
            yield Thing(VERSION, version, properties)


def aliases(deployment: Deployment) -> Iterator[Thing]:
    """Yield the aliases with the versions that they start."""
    for machine in _machines(deployment):
        arn = machine["stateMachineArn"]
        for one in deployment.pages(
            "stepfunctions", "list_state_machine_aliases", "stateMachineAliases", stateMachineArn=arn
        ):
            alias = one["stateMachineAliasArn"]
            found = deployment.asked("stepfunctions", "describe_state_machine_alias", stateMachineAliasArn=alias)
            routes = [
                {"StateMachineVersionArn": route["stateMachineVersionArn"], "Weight": route["weight"]}
                for route in found.get("routingConfiguration") or []
            ]
            properties = {**picked({"Name": found.get("name")}, "Name"), **capitalized(found, "Description")}
            yield Thing(ALIAS, alias, {**properties, "RoutingConfiguration": routes})


READERS = {MACHINE: machines, VERSION: versions, ALIAS: aliases}
