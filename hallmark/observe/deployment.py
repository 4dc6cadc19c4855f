"""A deployed stage as the readers see it: clients, what CloudFormation says it made, which names are the stage's."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from hallmark.naming import is_of
from hallmark.stage import Stage
from infra.errors import UserError

Json = dict[str, Any]
# Every stack of the CDK may have it; it is no resource of any service.
_CDK_METADATA = "CDKMetadata"
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Thing:
    """One resource as its service describes it; `physical` is what the service calls it, `parts` what it is made of.

    A resource that CloudFormation knows by an id of its own (a queue's policy) has `parts`: the properties that tell
    which one it is.
    """

    type: str
    physical: str
    properties: Json = field(repr=False)
    parts: tuple[str, ...] = ()


class Deployment:
    """What the readers ask: the stage's services, its stacks, and which names are its own.

    It is read once: each question is put to AWS once, so that all readers see the same.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._answers: dict[str, Any] = {}

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Every item under a key of a paged answer."""

        def ask() -> list[Any]:
            pages = self.stage.client(service).get_paginator(operation).paginate(**arguments)
            return [item for page in pages for item in page.get(key, [])]

        items: list[Any] = self._once((service, operation, arguments), ask)
        return items

    def asked(self, service: str, operation: str, *absent: str, **arguments: Any) -> Json:
        """The answer of an operation; empty if it says with one of these error codes that nothing is there."""

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
        # Says in one line that a stage is not deployed, where CloudFormation would say that a stack does not exist.
        _ = self.stage.outputs
        return joined([self._template(stack) for stack in self.stage.stacks])

    def _template(self, stack: str) -> Json:
        body = self.asked("cloudformation", "get_template", StackName=stack, TemplateStage="Processed")["TemplateBody"]
        found: Json = json.loads(body) if isinstance(body, str) else body
        return found

    def is_ours(self, kind: str, physical: str, name: str = "") -> bool:
        """Whether a resource is the stage's: a stack of it made it, or its name says so."""
        return self.made(kind, physical) or is_of(self.stage, name or physical)

    def made(self, kind: str, physical: str) -> bool:
        """Whether a stack of the stage made a resource."""
        return (kind, physical) in self._logical_ids

    def logical_id(self, kind: str, physical: str) -> str:
        """The logical id of what the stack made, or one made up: `Unmanaged`, the type, what the service calls it."""
        known = self._logical_ids.get((kind, physical))
        return known or re.sub(r"[^A-Za-z0-9]", "", f"Unmanaged{kind.removeprefix('AWS')}{physical}")

    def ref(self, kind: str, physical: str) -> Json:
        """A reference to a resource."""
        return {"Ref": self.logical_id(kind, physical)}

    def referring(self, text: str, *kinds: str) -> Any:
        """A text, with references in the place of ids that a service has given to resources of these kinds."""
        ids = {physical: logical for (kind, physical), logical in self._logical_ids.items() if kind in kinds}
        words = "|".join(map(re.escape, ids))
        parts = re.split(rf"(?<![A-Za-z0-9])({words})(?![A-Za-z0-9])", text) if ids else [text]
        if len(parts) == 1:
            return text
        return {"Fn::Join": ["", [{"Ref": ids[part]} if place % 2 else part for place, part in enumerate(parts)]]}


def joined(templates: Sequence[Json]) -> Json:
    """The templates of a stage as one, with the first one's metadata; UserError where two use the same logical id."""
    resources: Json = {}
    for template in templates:
        if twice := sorted(resources.keys() & template["Resources"].keys() - {_CDK_METADATA}):
            raise UserError(f"two stacks of a stage have a resource {twice[0]}: give one of them another id")
        resources |= template["Resources"]
    return {**templates[0], "Resources": resources}


def picked(source: Json, *names: str) -> Json:
    """The named fields that are there and not empty."""
    return {name: source[name] for name in names if source.get(name) not in _EMPTY}


def capitalized(source: Json, *names: str) -> Json:
    """The same for services that write names with a small letter at first."""
    return {name: value for name in names if (value := source.get(name[0].lower() + name[1:])) not in _EMPTY}
