"""The settings of a stage's template that determine cost: memory, provisioned concurrency, retention, alarms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hallmark.synthesized import templates
from hallmark.together import of_stage

Json = dict[str, Any]


@dataclass(frozen=True)
class Declared:
    """Settings by physical name: memory in MB, provisioned executions, retention in days; and how many alarms.

    `images` are repositories of images; `archived` says whether objects go to Glacier; `endpoint_addresses` are those
    of interface endpoints, one in each subnet.
    """

    memory: Mapping[str, int]
    provisioned: Mapping[str, int]
    log_days: Mapping[str, int]
    archive_days: Mapping[str, int]
    alarms: int
    images: int = 0
    archived: bool = False
    endpoint_addresses: int = 0
    flow_logs: int = 0


def declared(system: str, stage: str) -> Declared:
    """Read the templates of a stage; UserError when they are not built."""
    return of_document(of_stage(templates(system, stage)).document)


def of_document(document: Json) -> Declared:
    """Read a template; archives have the name of the bus that they archive."""
    resources: Mapping[str, Json] = document["Resources"]
    names = {key: resource["Properties"].get("FunctionName") for key, resource in _of(resources, "Lambda::Function")}
    buses = {key: resource["Properties"]["Name"] for key, resource in _of(resources, "Events::EventBus")}
    functions = [resource["Properties"] for _, resource in _of(resources, "Lambda::Function")]
    aliases = [resource["Properties"] for _, resource in _of(resources, "Lambda::Alias")]
    groups = [resource["Properties"] for _, resource in _of(resources, "Logs::LogGroup")]
    archives = [resource["Properties"] for _, resource in _of(resources, "Events::Archive")]
    return Declared(
        memory={function["FunctionName"]: function["MemorySize"] for function in functions},
        provisioned={names[alias["FunctionName"]["Ref"]]: _provisioned(alias) for alias in aliases},
        log_days={group["LogGroupName"]: group["RetentionInDays"] for group in groups},
        archive_days={buses[archive["SourceArn"]["Fn::GetAtt"][0]]: archive["RetentionDays"] for archive in archives},
        alarms=len(_of(resources, "CloudWatch::Alarm")),
        images=len(_of(resources, "ECR::Repository")),
        endpoint_addresses=sum(
            len(one["Properties"].get("SubnetIds", ())) for _, one in _of(resources, "EC2::VPCEndpoint")
        ),
        flow_logs=len(_of(resources, "EC2::FlowLog")),
        archived=any(map(_archived, (bucket for _, bucket in _of(resources, "S3::Bucket")))),
    )


def _of(resources: Mapping[str, Json], kind: str) -> list[tuple[str, Json]]:
    return [(key, resource) for key, resource in resources.items() if resource["Type"] == f"AWS::{kind}"]


def _archived(bucket: Json) -> bool:
    rules = bucket["Properties"].get("LifecycleConfiguration", {}).get("Rules", [])
    return any(move["StorageClass"] == "GLACIER" for rule in rules for move in rule.get("Transitions", []))


def _provisioned(alias: Json) -> int:
    return int(alias.get("ProvisionedConcurrencyConfig", {}).get("ProvisionedConcurrentExecutions", 0))
