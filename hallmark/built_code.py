"""Code of a stage that was not built, where a deployment would leave or publish it, and how it is put back.

CloudFormation changes a function's code only when its template does, and publishes a version of whatever the function
has. https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hallmark.observe.deployment import Deployment, Json
from hallmark.observe.drift import declared
from hallmark.observe.readers.repositories import right_digest
from hallmark.observe.template import marked
from hallmark.policies import template_of
from hallmark.project import CLOUD_ASSEMBLY
from hallmark.stage import Stage
from infra.errors import UserError
from policies.engine.kinds import ALIAS, FUNCTION, VERSION
from policies.engine.services.code import image_named, key_in, key_of


@dataclass(frozen=True)
class Foreign:
    """A function whose $LATEST has other code than its template names.

    `key` is that of an archive of the assembly, or the URI of an image.
    """

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


def foreign(stage: Stage, renamed: bool = False) -> list[Foreign]:
    """Return the functions of a deployed stage whose code the next deployment would not replace, and was not built.

    With `renamed` also those that name the right image otherwise than their template does.
    """
    deployment, template = Deployment(stage), declared(stage.system, stage.name)
    found = []
    for name, function in _unchanged(deployment, template, FUNCTION, "Code"):
        config = deployment.asked("lambda", "get_function_configuration", FunctionName=function)
        sha256 = config["CodeSha256"]
        uri = _image_of(template, name, deployment.account) if config.get("PackageType") == "Image" else None
        key = uri or key_in(template["Resources"][name]["Properties"].get("Code", {}).get("S3Key"))
        right = right_digest(deployment, uri) in (None, f"sha256:{sha256}") if uri else key_of(sha256) == key
        if right and renamed and uri:
            right = deployment.asked("lambda", "get_function", FunctionName=function)["Code"]["ImageUri"] == uri
        if key is not None and not right:
            found.append(Foreign(function, sha256, key))
    return found


def _image_of(template: Json, name: str, account: str) -> str | None:
    """Return the URI of the image that a function of a template names; None if it cannot be resolved."""
    read = template_of(marked(template, account))
    found = read.value(read.resources[name], "Code.ImageUri")
    return found if isinstance(found, str) else None


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
    """Give a function the archive or image of the assembly; UserError if Lambda states another hash afterwards."""
    client, is_image = stage.client("lambda"), bool(image_named(one.key)[1])
    code = {"ImageUri": one.key} if is_image else {"ZipFile": _archive(one.key).read_bytes()}
    client.update_function_code(FunctionName=one.function, **code)
    client.get_waiter("function_updated_v2").wait(FunctionName=one.function)
    found = client.get_function_configuration(FunctionName=one.function)["CodeSha256"]
    wanted = right_digest(Deployment(stage), one.key) if is_image else one.key
    if (f"sha256:{found}" if is_image else key_of(found)) != wanted:
        raise UserError(f"{one.function} has other code again: somebody changes it at the same time")


def _archive(key: str) -> Path:
    return CLOUD_ASSEMBLY / f"asset.{key}.zip"


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
