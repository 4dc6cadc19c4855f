"""Assembles what the readers found into a template."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from hallmark.observe import deciding
from hallmark.observe.deployment import ID, MADE_UP, UNMANAGED, Deployment, Json, Thing
from hallmark.observe.readers import READERS, functions, tables
from hallmark.parallel import each
from hallmark.policies import template_of
from hallmark.stage import Stage
from hallmark.synthesized import OBSERVED
from hallmark.together import stack_of, with_facts
from infra.systems import system_of

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
_ONLY_CLOUDFORMATION = ("DeletionPolicy", "UpdateReplacePolicy", "DependsOn")
# Properties that are CloudFormation's own, too.
_ONLY_IN_TEMPLATES: Mapping[str, tuple[str, ...]] = {"AWS::ECR::Repository": ("EmptyOnDelete",)}
_ID = re.compile(ID)
# What a property that identifies a resource is where it is left out.
_UNSAID = {"EventBusName": "default", "Egress": False}


def observe(stage: Stage) -> Json:
    """Return the stage as a template; UserError where none is deployed, ClientError where reading is not allowed."""
    return read_back(stage)[0]


def read_back(stage: Stage) -> tuple[Json, Json]:
    """Return the stage as a template, and the template that it was deployed with; errors as of `observe`."""
    deployment = Deployment(stage)
    deployed = deployment.deployed
    things = [thing for found in each(lambda reader: list(reader(deployment)), READERS.values()) for thing in found]
    things += functions.served(deployment, things)
    things = _with_references(deployment, things)
    mark = {"System": stage.system, "Stage": stage.name, "Region": stage.region, "Account": deployment.account}
    mark |= deciding.noted(stage)
    resources = _named(deployment, deployed, things)
    for name, resource in resources.items():
        there = deployed["Resources"].get(name, {}).get("Properties", {})
        kept = _ONLY_IN_TEMPLATES.get(resource["Type"], ())
        resource["Properties"] |= {key: there[key] for key in kept if key in there}
        resource |= {
            key: value for key, value in deployed["Resources"].get(name, {}).items() if key in _ONLY_CLOUDFORMATION
        }
        if stack := stack_of(deployed, name):
            resources[name] = with_facts(resource, Stack=stack)
    return with_built_code({"Metadata": {"Hallmark": mark}, "Resources": resources}, deployed), deployed


def with_built_code(document: Json, template: Json) -> Json:
    """Return an observed template whose functions state the asset of another template that they were built from."""
    account = document.get("Metadata", {}).get("Hallmark", {}).get("Account", "")
    read = template_of(marked(template, account))
    built = {
        name: key
        for name, resource in read.resources.items()
        if resource.type == functions.FUNCTION
        and isinstance(key := read.value(resource, "Code.S3Key") or read.value(resource, "Code.ImageUri"), str)
    }
    resources = {
        name: with_facts(resource, Code=key)
        if (key := built.get(name.partition(functions.BEHIND)[0])) and resource["Type"] == functions.FUNCTION
        else resource
        for name, resource in document["Resources"].items()
    }
    return {**document, "Resources": resources}


def write(document: Json, stage: Stage, folder: Path = OBSERVED) -> Path:
    """Write an observed template; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{system_of(stage.system).slug}-{stage.name}.template.json"
    path.write_text(json.dumps(document, indent=1, default=str), encoding="utf-8")
    return path


def marked(document: Json, account: str) -> Json:
    """Return a template with its account, so that its names resolve to the real ARNs."""
    metadata = document.get("Metadata", {})
    return {**document, "Metadata": {**metadata, "Hallmark": {**metadata.get("Hallmark", {}), "Account": account}}}


def _with_references(deployment: Deployment, things: Sequence[Thing]) -> list[Thing]:
    """Return the things, in which references replace streams' ARNs and, inside of any text, ids of networks' parts."""
    streams = {
        arn: {"Fn::GetAtt": [deployment.logical_id(thing.type, thing.physical), "StreamArn"]}
        for thing in things
        if (arn := thing.facts.get(tables.STREAM_FACT)) and deployment.made(thing.type, thing.physical)
    }

    def referring(text: str) -> Any:
        return deployment.referring(text, *MADE_UP) if _ID.search(text) else streams.get(text, text)

    return [replace(thing, properties=_replaced(thing.properties, referring)) for thing in things]


def _replaced(value: Any, referring: Callable[[str], Any]) -> Any:
    """Return a value in which texts, at any depth, are replaced."""
    if isinstance(value, Mapping):
        return {key: _replaced(item, referring) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, referring) for item in value]
    return referring(value) if isinstance(value, str) else value


def _named(deployment: Deployment, deployed: Json, things: list[Thing]) -> dict[str, Json]:
    """Return the resources by logical id; what CloudFormation knows by an id of its own is identified by its parts."""
    resources: dict[str, Json] = {}
    for thing in (thing for thing in things if not thing.parts):
        name = _free(thing.logical_id or deployment.logical_id(thing.type, thing.physical), resources)
        resources[name] = _resource(thing)
    declared = template_of(marked(deployed, deployment.account))
    # Parts can be references to resources whose logical ids are known by now.
    draft = template_of(marked({**deployed, "Resources": resources}, deployment.account))
    for thing in (thing for thing in things if thing.parts):
        wanted = _parts(draft, thing.properties, thing.parts)
        found = [one for one in declared.of_type(thing.type) if _parts(declared, one.properties, thing.parts) == wanted]
        name = _free(found[0].logical_id if found else deployment.logical_id(thing.type, thing.physical), resources)
        resources[name] = _resource(thing)
    return resources


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name, or another one where it is taken: two functions can have permissions of one name."""
    others = (f"{UNMANAGED}{name.removeprefix(UNMANAGED)}{number}" for number in count(2))
    return name if name not in taken else next(one for one in others if one not in taken)


def _resource(thing: Thing) -> Json:
    """Return a resource with the service's name for it, which commands need."""
    resource: Json = {"Type": thing.type, "Properties": thing.properties}
    return with_facts(resource, Physical=thing.physical, **thing.facts)


def _parts(template: Any, properties: Mapping[str, Any], parts: tuple[str, ...]) -> list[str]:
    return [str(template.resolve(properties.get(part, _UNSAID.get(part)))) for part in parts]
