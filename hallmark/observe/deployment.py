"""A deployed stage as the readers see it: clients, the stack's resources, and which names are the stage's."""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from hallmark.naming import is_of
from hallmark.observe.unread import absent_on_emulator
from hallmark.stage import Stage
from hallmark.together import joined, with_stacks
from infra.errors import UserError
from policies.engine.assembly import main_first
from policies.engine.reading.together import Together

Json = dict[str, Any]
# How the logical id begins of what no stack created.
UNMANAGED = "Unmanaged"
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS: dict[str, tuple[str, ...]] = {
    "AWS::ApiGateway::RestApi": (
        "arn:aws:apigateway:{region}::/restapis/{name}",
        "arn:aws:execute-api:{region}:{account}:{name}",
    ),
    "AWS::DynamoDB::Table": ("arn:aws:dynamodb:{region}:{account}:table/{name}",),
    **{
        kind: (f"arn:aws:ec2:{{region}}:{{account}}:{name}/{{name}}",)
        for kind, name in (
            ("AWS::EC2::FlowLog", "vpc-flow-log"),
            ("AWS::EC2::NetworkAcl", "network-acl"),
            ("AWS::EC2::RouteTable", "route-table"),
            ("AWS::EC2::SecurityGroup", "security-group"),
            ("AWS::EC2::Subnet", "subnet"),
            ("AWS::EC2::VPC", "vpc"),
            ("AWS::EC2::VPCEndpoint", "vpc-endpoint"),
        )
    },
    "AWS::ECR::Repository": ("arn:aws:ecr:{region}:{account}:repository/{name}",),
    "AWS::Events::EventBus": ("arn:aws:events:{region}:{account}:event-bus/{name}",),
    "AWS::IAM::Role": ("arn:aws:iam::{account}:role/{name}",),
    "AWS::Lambda::Function": ("arn:aws:lambda:{region}:{account}:function:{name}",),
    "AWS::Logs::LogGroup": ("arn:aws:logs:{region}:{account}:log-group:{name}",),
    "AWS::S3::Bucket": ("arn:aws:s3:::{name}",),
    "AWS::SNS::Topic": ("{name}",),
    "AWS::SQS::Queue": ("arn:aws:sqs:{region}:{account}:{name}",),
    "AWS::StepFunctions::StateMachine": ("{name}",),
}
# Types whose ids EC2 makes up, and what these ids look like.
MADE_UP = tuple(
    f"AWS::EC2::{name}"
    for name in ("FlowLog", "NetworkAcl", "RouteTable", "SecurityGroup", "Subnet", "VPC", "VPCEndpoint")
)
ID = r"\b(?:acl|fl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}\b"
_EMPTY: tuple[Any, ...] = (None, "", [], {})
# How a response names the next page, and how the next request does, where boto3 has no paginator.
_TOKENS = {
    "NextToken": "NextToken",
    "nextToken": "nextToken",
    "NextContinuationToken": "ContinuationToken",
    "position": "position",
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_REFUSED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403")
_PERMISSION = re.compile(r"perform: ([a-z0-9-]+:\w+)")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:[^\"\s]+")


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
        self._asking: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def pages(self, service: str, operation: str, key: str, *absent: str, **arguments: Any) -> list[Any]:
        """Return every item under a key of a paged response; none for one of these error codes."""

        def ask() -> list[Json]:
            client = self.stage.client(service)
            if client.can_paginate(operation):
                return list(client.get_paginator(operation).paginate(**arguments))
            return list(_followed(getattr(client, operation), arguments))

        pages: list[Json] = self._once(service, operation, arguments, ask, absent, [])
        return [item for page in pages for item in page.get(key) or []]

    def asked(self, service: str, operation: str, *absent: str, **arguments: Any) -> Json:
        """Return the response of an operation; empty for one of these error codes, which mean that there is none."""

        def ask() -> Json:
            return dict(getattr(self.stage.client(service), operation)(**arguments))

        answer: Json = self._once(service, operation, arguments, ask, absent, {})
        return answer

    def _once(
        self, service: str, operation: str, arguments: Json, ask: Callable[[], Any], absent: Sequence[str], none: Any
    ) -> Any:
        """Return the answer to a question, which is asked once although several threads need it."""
        key = repr((service, operation, arguments))
        with self._lock:
            asking = self._asking[key]
        with asking:
            if key not in self._answers:
                self._answers[key] = self._answer(service, operation, ask, absent, none)
        return self._answers[key]

    def _answer(self, service: str, operation: str, ask: Callable[[], Any], absent: Sequence[str], none: Any) -> Any:
        if absent_on_emulator(service, operation) and self.stage.is_emulated:
            return none
        try:
            return ask()
        except (ResponseParserError, AttributeError, LookupError, TypeError, ValueError) as error:
            # An emulator's answer, to which boto3 finds no form; nothing can be said about what it does not read.
            problem = f"boto3 cannot read the answer to {service}:{operation} ({error})"
            raise UserError(f"the stage cannot be read back: {problem}: deploy it anew") from None
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in absent:
                return none
            if code not in _REFUSED:
                raise
            found = _PERMISSION.search(str(error))
            wanted = found[1] if found else f"{service}:{error.operation_name}"
            raise UserError(f"the stage cannot be read back without the permission {wanted}: grant it") from None

    @cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.asked("sts", "get_caller_identity")["Account"])

    @cached_property
    def _logical_ids(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for stack in self.stage.stacks:
            listed = self.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack)
            for one in listed:
                found[one["ResourceType"], one["PhysicalResourceId"]] = self._name(stack, one["LogicalResourceId"])
        return found

    def _name(self, stack: str, own: str) -> str:
        """Return the logical id of a stack's resource among all that the stage's stacks have."""
        return self.together.name_of(stack, own) if len(self.stage.stacks) > 1 else own

    @cached_property
    def arns(self) -> tuple[str, ...]:
        """The ARNs of the stacks, and of what they have made that somebody can have rights on."""
        where = {"region": self.stage.region, "account": self.account}
        made = [(form, name) for (kind, name) in self._logical_ids for form in _ARNS.get(kind, ())]
        made += [("arn:aws:cloudformation:{region}:{account}:stack/{name}", stack) for stack in self.stage.stacks]
        # A queue is known by its URL, a topic by its ARN.
        return tuple(
            form.format(name=re.split("[:/]", name)[-1] if "://" in name else name, **where) for form, name in made
        )

    @cached_property
    def together(self) -> Together:
        """The templates that the stacks were deployed with, as one document, with the stack of each resource."""
        # Raises our one-line error for a stage that is not deployed, instead of CloudFormation's.
        _ = self.stage.outputs
        return joined({stack: self.template(stack) for stack in sorted(self.stage.stacks, key=main_first)})

    @cached_property
    def deployed(self) -> Json:
        """The templates that the stacks were deployed with, as one document."""
        return with_stacks(self.together)

    def template(self, stack: str) -> Json:
        """Return the template that a stack was deployed with."""
        body = self.asked("cloudformation", "get_template", StackName=stack, TemplateStage="Processed")["TemplateBody"]
        found: Json = json.loads(body) if isinstance(body, str) else body
        return found

    def is_ours(self, kind: str, physical: str, name: str = "") -> bool:
        """Return whether a resource is the stage's: one of its stacks created it, or its name has the stage's form."""
        return self.made(kind, physical) or is_of(self.stage, name or physical)

    def made(self, kind: str, physical: str) -> bool:
        """Return whether a stack of the stage created a resource."""
        return (kind, physical) in self._logical_ids

    def concerns(self, value: Any) -> bool:
        """Return whether a value, at any depth, holds an ARN of something of the stage."""
        return any(
            self.is_ours_arn(arn) for arn in _ARN.findall(value if isinstance(value, str) else json.dumps(value))
        )

    def is_ours_arn(self, arn: str) -> bool:
        """Return whether an ARN is of the stage: one of its segments is a name, or an API, of the stage."""
        segments = re.split("[:/]", arn)[5:]
        return any(is_of(self.stage, one) or self.made("AWS::ApiGateway::RestApi", one) for one in segments)

    def logical_id(self, kind: str, physical: str) -> str:
        """Return the logical id of a stack's resource, else `Unmanaged`, the type and the service's name for it."""
        known = self._logical_ids.get((kind, physical))
        return known or re.sub(r"[^A-Za-z0-9]", "", f"{UNMANAGED}{kind.removeprefix('AWS')}{physical}")

    def physical(self, kind: str, logical_id: str) -> str | None:
        """Return the service's name for a stack's resource, None if there is none."""
        return self._physical.get((kind, logical_id))

    @cached_property
    def _physical(self) -> dict[tuple[str, str], str]:
        return {(kind, logical): physical for (kind, physical), logical in self._logical_ids.items()}

    def all_made(self, kind: str) -> list[str]:
        """Return the services' names for the stacks' resources of a type."""
        return [physical for of, physical in self._logical_ids if of == kind]

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


def picked(source: Json, *names: str) -> Json:
    """Return the named fields that exist and are not empty."""
    return {name: source[name] for name in names if source.get(name) not in _EMPTY}


def documents(source: Json, *names: str) -> Json:
    """Return the named fields that are JSON texts, read; an empty object takes a setting back, and is none.

    https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
    """
    found = {name: json.loads(text) for name, text in picked(source, *names).items()}
    return {name: document for name, document in found.items() if document not in _EMPTY}


def capitalized(source: Json, *names: str) -> Json:
    """Return the same for services whose names begin with a small letter."""
    return {name: value for name in names if (value := source.get(name[0].lower() + name[1:])) not in _EMPTY}


def tags(found: Any, *names: str) -> Json:
    """Return the `Tags` of a resource, sorted, from a list or an object; those that AWS sets by itself are left out.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-resource-tags.html
    """
    key, value = names or ("Key", "Value")
    pairs = found if isinstance(found, dict) else {one[key]: one[value] for one in found or []}
    own = [{"Key": name, "Value": text} for name, text in sorted(pairs.items()) if not name.startswith("aws:")]
    return {"Tags": own} if own else {}


def _followed(ask: Callable[..., Json], arguments: Json) -> Iterator[Json]:
    """Yield the pages of an operation for which boto3 has no paginator."""
    page = ask(**arguments)
    yield page
    while more := {sent: page[token] for token, sent in _TOKENS.items() if page.get(token)}:
        page = ask(**arguments, **more)
        yield page
