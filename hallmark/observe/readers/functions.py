"""Functions with their versions, aliases, invoke configurations, permissions, URLs and event source mappings.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags
from hallmark.observe.readers.network_rules import group_of
from hallmark.observe.readers.networks import SUBNET, named, own_networks
from hallmark.observe.readers.repositories import right_digest
from policies.engine.services.code import image_named, key_of

# Between the logical id of a function and the number of a version that is a function of its own.
BEHIND = "Version"
FUNCTION, VERSION, ALIAS = "AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"
_QUEUE, _API = "AWS::SQS::Queue", "AWS::ApiGateway::RestApi"
_SETTINGS = (
    *("FunctionName", "Description", "Runtime", "Architectures", "Handler", "MemorySize", "Timeout", "Role"),
    *("LoggingConfig", "DeadLetterConfig", "EphemeralStorage", "PackageType", "FileSystemConfigs"),
    *("CapacityProviderConfig", "DurableConfig", "TenancyConfig"),
)
# Resources whose id the service generates.
_IDS = ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::ApiKey", "AWS::ApiGateway::UsagePlan")
_MAPPED = (
    *("EventSourceArn", "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "FilterCriteria"),
    *("FunctionResponseTypes", "KmsKeyArn", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds"),
    *("MaximumRetryAttempts", "MetricsConfig", "LoggingConfig", "ParallelizationFactor", "ProvisionedPollerConfig"),
    *("Queues", "ScalingConfig", "SelfManagedEventSource", "SourceAccessConfigurations", "StartingPosition"),
    *("Topics", "TumblingWindowInSeconds", "AmazonManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig"),
    "SelfManagedKafkaEventSourceConfig",
)
_NONE = ("ResourceNotFoundException",)
# Only a function on instances of its own can have limits.
_UNSCALED = (*_NONE, "InvalidParameterValueException")
_CONDITIONS = {
    "aws:sourcearn": "SourceArn",
    "aws:sourceaccount": "SourceAccount",
    "aws:principalorgid": "PrincipalOrgID",
    "lambda:eventsourcetoken": "EventSourceToken",
    "lambda:functionurlauthtype": "FunctionUrlAuthType",
}


def _names(deployment: Deployment) -> list[str]:
    listed = deployment.pages("lambda", "list_functions", "Functions")
    return [one["FunctionName"] for one in listed if deployment.is_ours(FUNCTION, one["FunctionName"])]


def functions(deployment: Deployment) -> Iterator[Thing]:
    """Yield the functions as $LATEST is, and those of others that run with a role or in a network of the stage.

    `served` has what versions have otherwise.
    """
    own = _names(deployment)
    listed = deployment.pages("lambda", "list_functions", "Functions")
    networks = own_networks(deployment)
    others = [
        one["FunctionName"]
        for one in listed
        if deployment.concerns(one.get("Role", "")) or (one.get("VpcConfig") or {}).get("VpcId") in networks
    ]
    for name in dict.fromkeys((*own, *others)):
        yield Thing(FUNCTION, name, _function(deployment, name))


def _function(deployment: Deployment, name: str, **qualifier: str) -> Json:
    """Return the settings of a function, or of one of its versions with what all of them share, as properties."""
    config = deployment.asked("lambda", "get_function_configuration", FunctionName=name, **qualifier)
    arn = deployment.asked("lambda", "get_function_configuration", FunctionName=name).get("FunctionArn")
    return _settings(deployment, config) | _beside(deployment, name, arn)


def _settings(deployment: Deployment, config: Json) -> Json:
    """Return what the configuration of a function, or of one of its versions, says as properties."""
    properties = picked(config, *_SETTINGS) | _code(deployment, config)
    if overridden := (config.get("ImageConfigResponse") or {}).get("ImageConfig"):
        properties["ImageConfig"] = overridden
    if mode := (config.get("TracingConfig") or {}).get("Mode"):
        properties["TracingConfig"] = {"Mode": mode}
    if variables := (config.get("Environment") or {}).get("Variables"):
        properties["Environment"] = {
            "Variables": {key: _reference(deployment, value) for key, value in variables.items()}
        }
    if layers := [layer["Arn"] for layer in config.get("Layers") or []]:
        properties["Layers"] = layers
    if network := _network(deployment, config.get("VpcConfig") or {}):
        properties["VpcConfig"] = network
    if (applied := (config.get("SnapStart") or {}).get("ApplyOn", "None")) != "None":
        properties["SnapStart"] = {"ApplyOn": applied}
    if not (properties.get("DeadLetterConfig") or {}).get("TargetArn"):
        properties.pop("DeadLetterConfig", None)
    return properties | ({"KmsKeyArn": key} if (key := config.get("KMSKeyArn")) else {})


def _network(deployment: Deployment, config: Json) -> Json:
    """Return where a function has its interfaces; empty for one in no network."""
    found = picked(config, "SubnetIds", "SecurityGroupIds")
    if "SubnetIds" in found:
        found["SubnetIds"] = [named(deployment, SUBNET, one) for one in found["SubnetIds"]]
    if "SecurityGroupIds" in found:
        found["SecurityGroupIds"] = [group_of(deployment, one) for one in found["SecurityGroupIds"]]
    return found | ({"Ipv6AllowedForDualStack": True} if config.get("Ipv6AllowedForDualStack") else {})


def _code(deployment: Deployment, config: Json) -> Json:
    """Return the code by its hash, as the key of its asset states it (infra/constructs/function/archive.py).

    An image is shown as it was named while it is the one that its name means, else by the digest that runs.
    """
    if config.get("PackageType") == "Image":
        version = {"Qualifier": config["Version"]} if config.get("Version", "$LATEST") != "$LATEST" else {}
        code = deployment.asked("lambda", "get_function", FunctionName=config["FunctionName"], **version)["Code"]
        runs = f"sha256:{config['CodeSha256']}"
        is_right = right_digest(deployment, code["ImageUri"]) == runs
        return {"Code": {"ImageUri": code["ImageUri"] if is_right else f"{image_named(code['ImageUri'])[0]}@{runs}"}}
    key = key_of(config.get("CodeSha256", ""))
    return {"Code": {"S3Key": f"{key}.zip"}} if key else {}


def _beside(deployment: Deployment, name: str, arn: str | None) -> Json:
    """Return the settings that are not in a function's configuration."""
    which = {"FunctionName": name}
    found = picked(deployment.asked("lambda", "get_function_concurrency", **which), "ReservedConcurrentExecutions")
    found |= picked(deployment.asked("lambda", "get_function_recursion_config", **which), "RecursiveLoop")
    signing = deployment.asked("lambda", "get_function_code_signing_config", *_NONE, **which)
    found |= picked(signing, "CodeSigningConfigArn")
    runtime = deployment.asked("lambda", "get_runtime_management_config", **which)
    if update := picked(runtime, "UpdateRuntimeOn", "RuntimeVersionArn"):
        found["RuntimeManagementConfig"] = update
    scaling = deployment.asked("lambda", "get_function_scaling_config", *_UNSCALED, **which, Qualifier="$LATEST")
    if limits := scaling.get("RequestedFunctionScalingConfig"):
        found["FunctionScalingConfig"] = limits
    return found | (tags(deployment.asked("lambda", "list_tags", Resource=arn).get("Tags")) if arn else {})


def _reference(deployment: Deployment, value: str) -> Any:
    """Return a value as the template writes it: queue URLs and API Gateway ids exist only after deployment."""
    return deployment.ref(_QUEUE, value) if deployment.made(_QUEUE, value) else deployment.referring(value, *_IDS)


def _aliases(deployment: Deployment, name: str) -> list[Json]:
    return deployment.pages("lambda", "list_aliases", "Aliases", FunctionName=name)


def versions(deployment: Deployment) -> Iterator[Thing]:
    """Yield the versions: CloudFormation deletes those that a template no longer has, others were published by hand."""
    for name in _names(deployment):
        for one in _versions(deployment, name):
            properties = {"FunctionName": name, **picked(one, "CodeSha256")}
            yield Thing(VERSION, one["FunctionArn"], properties, facts={"Version": one["Version"]})


def _versions(deployment: Deployment, name: str) -> list[Json]:
    listed = deployment.pages("lambda", "list_versions_by_function", "Versions", FunctionName=name)
    return [one for one in listed if one["Version"] != "$LATEST"]


def served(deployment: Deployment, things: Sequence[Thing]) -> Iterator[Thing]:
    """Yield the versions that are called and have other settings than $LATEST, each as a function of its own.

    So the policies judge what really runs. A version is called where an alias points to it, wholly or by weight, or
    where anything else that was read names its ARN.
    """
    named = json.dumps([thing.properties for thing in things if thing.type != VERSION], default=str)
    for name in _names(deployment):
        latest = _function(deployment, name)
        pointed = {number for alias in _aliases(deployment, name) for number in _weights(alias)}
        for one in _versions(deployment, name):
            arn, number = one["FunctionArn"], one["Version"]
            if number not in pointed and not re.search(rf"{re.escape(arn)}(?![0-9])", named):
                continue
            settings = _function(deployment, name, Qualifier=number)
            if settings != latest:
                own, qualified = f"{deployment.logical_id(FUNCTION, name)}{BEHIND}{number}", f"{name}:{number}"
                yield Thing(FUNCTION, qualified, {**settings, "FunctionName": qualified}, logical_id=own)


def _weights(alias: Json) -> dict[str, float]:
    """Return the versions that an alias points to, with the shares of those beside the first."""
    others = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return {alias["FunctionVersion"]: 1.0, **others}


def aliases(deployment: Deployment) -> Iterator[Thing]:
    """Yield the aliases with their provisioned concurrency."""
    for name in _names(deployment):
        for alias in _aliases(deployment, name):
            properties = {"FunctionName": name, **picked(alias, "Name", "Description")}
            (first, _), *others = _weights(alias).items()
            properties["FunctionVersion"] = _numbered(deployment, alias, first)
            if others:
                weights = [
                    {"FunctionVersion": _numbered(deployment, alias, number), "FunctionWeight": weight}
                    for number, weight in others
                ]
                properties["RoutingConfig"] = {"AdditionalVersionWeights": weights}
            provisioned = deployment.asked(
                "lambda",
                "get_provisioned_concurrency_config",
                "ProvisionedConcurrencyConfigNotFoundException",
                FunctionName=name,
                Qualifier=alias["Name"],
            )
            if provisioned:
                count = provisioned["RequestedProvisionedConcurrentExecutions"]
                properties["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": count}
            yield Thing(ALIAS, alias["AliasArn"], properties)


def _numbered(deployment: Deployment, alias: Json, number: str) -> Any:
    """Return a version's number as the template writes it, by the version."""
    version = f"{alias['AliasArn'].rsplit(':', 1)[0]}:{number}"
    return number if number == "$LATEST" else {"Fn::GetAtt": [deployment.logical_id(VERSION, version), "Version"]}


def invoke_configs(deployment: Deployment) -> Iterator[Thing]:
    """Yield the settings of asynchronous invocations, by qualifier."""
    for name in _names(deployment):
        for one in deployment.pages(
            "lambda", "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", FunctionName=name
        ):
            qualifier = one["FunctionArn"].split(":function:")[1].partition(":")[2] or "$LATEST"
            settings = picked(one, "MaximumRetryAttempts", "MaximumEventAgeInSeconds")
            destinations = {key: value for key, value in (one.get("DestinationConfig") or {}).items() if value}
            properties = {"FunctionName": name, "Qualifier": qualifier, **settings, "DestinationConfig": destinations}
            yield Thing(
                "AWS::Lambda::EventInvokeConfig", f"{name}:{qualifier}", properties, ("FunctionName", "Qualifier")
            )


def _qualifiers(deployment: Deployment, name: str) -> Iterator[Json]:
    """Yield what a policy can be on: the function, and each of its aliases and versions."""
    yield {}
    yield from ({"Qualifier": alias["Name"]} for alias in _aliases(deployment, name))
    yield from ({"Qualifier": one["Version"]} for one in _versions(deployment, name))


def permissions(deployment: Deployment) -> Iterator[Thing]:
    """Yield who may invoke a function or one of its qualifiers: the statements of their policies."""
    for name in _names(deployment):
        # An alias's version can show the alias's statements: the resource in each says what it is on.
        seen: list[Json] = []
        for qualifier in _qualifiers(deployment, name):
            found = deployment.asked("lambda", "get_policy", *_NONE, FunctionName=name, **qualifier)
            listed = json.loads(found["Policy"])["Statement"] if found else []
            for statement in (one for one in listed if one not in seen):
                yield Thing("AWS::Lambda::Permission", statement.get("Sid", ""), _permission(deployment, statement))
            seen += listed


def _permission(deployment: Deployment, statement: Json) -> Json:
    principal = statement.get("Principal", {})
    values = list(principal.values()) if isinstance(principal, dict) else [principal]
    properties: Json = {"FunctionName": statement["Resource"], **picked(statement, "Action")}
    properties["Principal"] = values[0] if len(values) == 1 else principal
    for operator, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            # A condition that no property covers keeps its own name, and so appears as a difference.
            properties[_CONDITIONS.get(key.lower(), f"{operator} {key}")] = _of_api(deployment, value)
    return properties


def _of_api(deployment: Deployment, source: Any) -> Any:
    """Return an ARN of an API's method, with the API's id as a reference, as the policies compare it."""
    if not isinstance(source, str) or ":execute-api:" not in source:
        return source
    begin, _, rest = source.rpartition(":")
    api, _, route = rest.partition("/")
    return {"Fn::Join": ["", [f"{begin}:", deployment.ref(_API, api), f"/{route}"]]}


def urls(deployment: Deployment) -> Iterator[Thing]:
    """Yield the public addresses of functions."""
    for name in _names(deployment):
        for one in deployment.pages("lambda", "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name):
            properties = {"TargetFunctionArn": one["FunctionArn"], **picked(one, "AuthType", "InvokeMode", "Cors")}
            yield Thing("AWS::Lambda::Url", one["FunctionArn"], properties, ("TargetFunctionArn",))


def event_sources(deployment: Deployment) -> Iterator[Thing]:
    """Yield the queues and streams that are read for a function of the stage, and who else reads one of the stage."""
    for one in deployment.pages("lambda", "list_event_source_mappings", "EventSourceMappings"):
        properties = {"FunctionName": one.get("FunctionArn"), **picked(one, *_MAPPED)}
        if deployment.concerns(list(properties.values())[:2]):
            state = {"Enabled": False} if one.get("State") in ("Disabled", "Disabling") else {}
            listed = (
                deployment.asked("lambda", "list_tags", *_NONE, Resource=arn)
                if (arn := one.get("EventSourceMappingArn"))
                else {}
            )
            yield Thing("AWS::Lambda::EventSourceMapping", one["UUID"], properties | state | tags(listed.get("Tags")))


READERS = {
    FUNCTION: functions,
    # Before the versions: one that an alias serves cannot be deleted.
    ALIAS: aliases,
    VERSION: versions,
    "AWS::Lambda::EventInvokeConfig": invoke_configs,
    "AWS::Lambda::Permission": permissions,
    "AWS::Lambda::Url": urls,
    "AWS::Lambda::EventSourceMapping": event_sources,
}
