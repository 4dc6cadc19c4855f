"""The types of resources that macros of a template may make: what nothing was found of may be there all the same.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine import kinds
from policies.engine.template.resource import LANGUAGE_EXTENSIONS, macros_of, mapping

_SAM = "AWS::Serverless-"
_ROLES = (kinds.ROLE, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
_CALLED = (kinds.RULE, "AWS::Scheduler::Schedule", kinds.QUEUE, kinds.QUEUE_POLICY, *_ROLES)
_API = (kinds.API, kinds.API_STAGE, kinds.METHOD, "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Route")
# A function or a workflow brings what calls it, too: rules, schedules, APIs, subscriptions, mappings.
_MADE: Mapping[str, tuple[str, ...]] = {
    "AWS::Serverless::Function": (
        kinds.FUNCTION, kinds.PERMISSION, kinds.INVOKE_CONFIG, kinds.MAPPING, kinds.SUBSCRIPTION, "AWS::Lambda::Url",
        *_CALLED, *_API,
    ),
    "AWS::Serverless::StateMachine": (kinds.WORKFLOW, *_CALLED, *_API),
    "AWS::Serverless::Api": (*_API, kinds.PERMISSION),
    "AWS::Serverless::HttpApi": (*_API, kinds.PERMISSION),
    "AWS::Serverless::WebSocketApi": (*_API, kinds.PERMISSION),
    "AWS::Serverless::SimpleTable": (kinds.TABLE,),
    "AWS::Serverless::Connector": (*_ROLES, kinds.PERMISSION, kinds.QUEUE_POLICY, "AWS::SNS::TopicPolicy"),
}  # fmt: skip


def hidden_types(document: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the types of which macros may make resources; None where one may change everything."""
    if any(name != LANGUAGE_EXTENSIONS and not str(name).startswith(_SAM) for name in macros_of(document)):
        return None
    found: set[str] = set()
    for name, raw in document["Resources"].items():
        if str(name).startswith("Fn::"):
            types = set(_types_in(raw))
            if not str(name).startswith("Fn::ForEach") or not types:
                return None
            found |= types
        kind = mapping(raw).get("Type")
        found.update(_MADE.get(str(kind), ()))
    return frozenset(found)


def _types_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("Type"), str):
            yield value["Type"]
        for one in value.values():
            yield from _types_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _types_in(one)
