"""A deployed stage as the readers see it: clients, the stack's resources, and which names are the stage's."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from hallmark.naming import is_of
from hallmark.stage import Stage
from infra.errors import UserError

Json = dict[str, Any]
# Every CDK stack may have it; no service has such a resource.
_CDK_METADATA = "CDKMetadata"
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Thing:
    """One resource as its service describes it; `physical` is the service's name for it.

    A resource that CloudFormation knows by an id of its own (a queue's policy) has `parts`: the properties that
    identify it. One that CloudFormation does not know although it is a part of something that it knows (the settings of
    a version) has a `logical_id`. `facts` are what no property of the type holds, for our own metadata.
    """

    type: str
    physical: str
    properties: Json = field(repr=False)
    parts: tuple[str, ...] = ()
    logical_id: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Deployment:
    """What the readers use: the stage's services, its stacks, and which names are its own.

    Each request is sent to AWS once, so that all readers see the same state.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._answers: dict[str, Any] = {}

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Yield every item under a key of a paged response."""

        def ask() -> list[Any]:
            pages = self.stage.client(service).get_paginator(operation).paginate(**arguments)
            return [item for page in pages for item in page.get(key, [])]

        items: list[Any] = self._once((service, operation, arguments), ask)
        return items

    def asked(self, service: str, operation: str, *absent: str, **arguments: Any) -> Json:
        """Return the response of an operation; empty for one of these error codes, which mean that there is none."""

        def ask() -> Json:
            try:
                return dict(getattr(self.stage.client(service), operation)(**arguments))
            except ClientError as error:
                if error.response["Error"]["Code"] not in absent:
                    raise
                return {}

        answer: Json = self._once((service, operation, arguments), ask)
        return answer

    def _once(self, question: Any, ask: Callable[[], Any]) -> Any:
        key = repr(question)
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]

    @cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.asked("sts", "get_caller_identity")["Account"])

    @cached_property
    def _logical_ids(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for stack in self.stage.stacks:
            listed = self.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack)
            found |= {(one["ResourceType"], one["PhysicalResourceId"]): one["LogicalResourceId"] for one in listed}
        return found

    @cached_property
    def deployed(self) -> Json:
        """The templates that the stacks were deployed with, as one."""
        # Raises our one-line error for a stage that is not deployed, instead of CloudFormation's.
        _ = self.stage.outputs
        return joined([self._template(stack) for stack in self.stage.stacks])

    def _template(self, stack: str) -> Json:
        body = self.asked("cloudformation", "get_template", StackName=stack, TemplateStage="Processed")["TemplateBody"]
        found: Json = json.loads(body) if isinstance(body, str) else body
        return found

    def is_ours(self, kind: str, physical: str, name: str = "") -> bool:
        """Return whether a resource is the stage's: one of its stacks created it, or its name has the stage's form."""
        return self.made(kind, physical) or is_of(self.stage, name or physical)

    def made(self, kind: str, physical: str) -> bool:
        """Return whether a stack of the stage created a resource."""
        return (kind, physical) in self._logical_ids

    def logical_id(self, kind: str, physical: str) -> str:
        """Return the logical id of a stack's resource, else `Unmanaged`, the type and the service's name for it."""
        known = self._logical_ids.get((kind, physical))
        return known or re.sub(r"[^A-Za-z0-9]", "", f"Unmanaged{kind.removeprefix('AWS')}{physical}")

    def ref(self, kind: str, physical: str) -> Json:
        """Return a reference to a resource."""
        return {"Ref": self.logical_id(kind, physical)}

    def referring(self, text: str, *kinds: str) -> Any:
        """Return a text in which ids that a service gave to resources of these kinds are replaced by references."""
        ids = {physical: logical for (kind, physical), logical in self._logical_ids.items() if kind in kinds}
        words = "|".join(map(re.escape, ids))
        parts = re.split(rf"(?<![A-Za-z0-9])({words})(?![A-Za-z0-9])", text) if ids else [text]
        if len(parts) == 1:
            return text
        return {"Fn::Join": ["", [{"Ref": ids[part]} if place % 2 else part for place, part in enumerate(parts)]]}


def joined(templates: Sequence[Json]) -> Json:
    """Return a stage's templates as one, with the first one's metadata; UserError for a logical id used twice."""
    resources: Json = {}
    for template in templates:
        if twice := sorted(resources.keys() & template["Resources"].keys() - {_CDK_METADATA}):
            raise UserError(f"two stacks of a stage have a resource {twice[0]}: give one of them another id")
        resources |= template["Resources"]
    return {**templates[0], "Resources": resources}


def picked(source: Json, *names: str) -> Json:
    """Return the named fields that exist and are not empty."""
    return {name: source[name] for name in names if source.get(name) not in _EMPTY}


def capitalized(source: Json, *names: str) -> Json:
    """Return the same for services whose names begin with a small letter."""
    return {name: value for name in names if (value := source.get(name[0].lower() + name[1:])) not in _EMPTY}
