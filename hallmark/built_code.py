"""Code of a stage that was not built, where a deployment would leave or publish it, and how it is put back.

CloudFormation changes a function's code only when its template does, and publishes a version of whatever the function
has. https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hallmark.observe.deployment import Deployment, Json
from hallmark.observe.drift import declared
from hallmark.project import CLOUD_ASSEMBLY
from hallmark.stage import Stage
from infra.errors import UserError
from policies.engine.kinds import ALIAS, FUNCTION, VERSION
from policies.engine.services.code import key_in, key_of


@dataclass(frozen=True)
class Foreign:
    """A function whose $LATEST has other code than the archive `key` of the assembly, which its template names."""

    function: str
    code_sha256: str
    key: str


@dataclass(frozen=True)
class Moved:
    """An alias that serves other versions than the one of its template."""

    function: str
    alias: str
    found: str
    version: str


def foreign(stage: Stage) -> list[Foreign]:
    """Return the functions of a deployed stage whose code the next deployment would not replace, and was not built."""
    deployment, template = Deployment(stage), declared(stage.system, stage.name)
    found = []
    for name, function in _unchanged(deployment, template, FUNCTION, "Code"):
        key = key_in(template["Resources"][name]["Properties"].get("Code", {}).get("S3Key"))
        config = deployment.asked("lambda", "get_function_configuration", FunctionName=function)
        if key is not None and key_of(config["CodeSha256"]) != key:
            found.append(Foreign(function, config["CodeSha256"], key))
    return found


def moved(stage: Stage) -> list[Moved]:
    """Return the aliases of a deployed stage that do not serve the version of their template, wholly."""
    deployment, template = Deployment(stage), declared(stage.system, stage.name)
    versions = dict(_unchanged(deployment, template, VERSION, "CodeSha256"))
    found = []
    for name, arn in _unchanged(deployment, template, ALIAS, "FunctionVersion"):
        version = versions.get(_version_of(template["Resources"][name]))
        function, alias = arn.split(":")[-2:]
        served = deployment.asked("lambda", "get_alias", FunctionName=function, Name=alias)
        weights = (served.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        if version and (weights or not version.endswith(f":{served['FunctionVersion']}")):
            shown = " and ".join([served["FunctionVersion"], *weights])
            found.append(Moved(function, alias, shown, version.rpartition(":")[2]))
    return found


def put_back(stage: Stage, one: Foreign) -> None:
    """Give a function the archive of the assembly; UserError if Lambda states another hash afterwards."""
    client, archive = stage.client("lambda"), CLOUD_ASSEMBLY / f"asset.{one.key}.zip"
    client.update_function_code(FunctionName=one.function, ZipFile=archive.read_bytes())
    client.get_waiter("function_updated_v2").wait(FunctionName=one.function)
    config = client.get_function_configuration(FunctionName=one.function)
    if key_of(config["CodeSha256"]) != one.key:
        raise UserError(f"{one.function} has other code again: somebody changes it at the same time")


def move_back(stage: Stage, one: Moved) -> None:
    """Let an alias serve the version of its template alone."""
    stage.client("lambda").update_alias(
        FunctionName=one.function,
        Name=one.alias,
        FunctionVersion=one.version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )


def _unchanged(deployment: Deployment, template: Json, kind: str, key: str) -> Iterator[tuple[str, str]]:
    """Yield the ids, logical and physical, of a type's resources of which the next deployment leaves a property."""
    for name, resource in deployment.deployed["Resources"].items():
        later = template["Resources"].get(name, {})
        same = resource["Type"] == kind == later.get("Type") and _value(resource, key) == _value(later, key)
        if same and (physical := deployment.physical(kind, name)):
            yield name, physical


def _value(resource: Json, key: str) -> Any:
    return resource.get("Properties", {}).get(key)


def _version_of(alias: Json) -> str:
    """Return the logical id of the version that an alias's template names."""
    number = alias["Properties"].get("FunctionVersion")
    named = number.get("Fn::GetAtt") if isinstance(number, dict) else None
    return str(named[0]) if isinstance(named, list) else ""
