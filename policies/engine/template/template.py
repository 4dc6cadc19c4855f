"""A whole template: its resources, what its expressions mean, and which resource an expression points to."""

import math
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from policies.engine.reading.json_reader import read_json
from policies.engine.reading.reader import without_line_keys
from policies.engine.reading.refusal import Unreadable
from policies.engine.regions import CHOSEN
from policies.engine.template.conditions import Conditions, needs_settling, settled
from policies.engine.template.identity import (
    FORMS,
    NAME_ATTRIBUTES,
    NAMED,
    URL_ATTRIBUTES,
    accounts_in,
    written_account,
)
from policies.engine.template.intrinsics import (
    DYNAMIC,
    NESTED,
    NO_VALUE,
    UNKNOWN,
    Reference,
    Resolver,
    Sources,
    is_function,
    only_values,
    text_of,
)
from policies.engine.template.outline import Outliner, branches

Value = TypeVar("Value")
Thing = TypeVar("Thing")
_NUMBER = re.compile(r"\s*[+-]?\d{1,300}(?:\.\d{1,300})?\s*")
# A parameter or a dynamic reference in an outline; resources have their own form, which is known.
_CHOSEN = re.compile(re.escape(DYNAMIC) + r"|\$\{")
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}|\{\{resolve:[^}]*\}\}")
# The region of a template that does not say it.
ANY_REGION = "${Region}"


@dataclass(frozen=True)
class Resource:
    """One resource, its intrinsic functions unresolved, but for AWS::NoValue and Fn::If of a constant condition."""

    logical_id: str
    type: str
    properties: Mapping[str, Any] = field(repr=False, compare=False)
    metadata: Mapping[str, Any] = field(repr=False, compare=False)
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def mark(self) -> str:
        """The mark (`Role`) in our own metadata, or an empty text."""
        mark = self.metadata.get("Hallmark")
        return str(mark.get("Role", "")) if isinstance(mark, Mapping) else ""


class Template:
    """A CloudFormation template with its expressions resolved.

    `bodies` caches results that depend on a resource's body alone, for judging many templates that share them.
    """

    def __init__(self, document: Mapping[str, Any], bodies: dict[Any, Any] | None = None) -> None:
        if "__startline__" in document or "__startline__" in document["Resources"]:
            document = without_line_keys(document)
        self.document = document
        self._bodies = {} if bodies is None else bodies
        mark = _mapping(_mapping(document.get("Metadata")).get("Hallmark"))
        self.system, self.marked_stage = str(mark.get("System", "")), str(mark.get("Stage", ""))
        self.region = str(mark.get("Region") or ANY_REGION)
        account = self.account = str(mark.get("Account") or self._written_account())
        self._place = {"region": self.region, "account": account}
        self._parameters = _mapping(document.get("Parameters"))
        pseudo = {
            **only_values(self._parameters),
            "AWS::Partition": "aws",
            "AWS::AccountId": account,
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "${StackName}",
            "AWS::StackId": "${StackId}",
        }
        sources = Sources(self._ref, self._attribute, self._holds, pseudo, _mapping(document.get("Mappings")))
        self._resolver = Resolver(sources, self._recognized)
        self._outliners = [Outliner(sources, self._parameters, defaults) for defaults in (False, True)]
        self._conditions = Conditions(
            _mapping(document.get("Conditions")), self._parameters, self._outliners[False].resolve
        )
        self._resolved: dict[int, tuple[Any, Any]] = {}
        self._names: dict[str, str] = {}
        self._arns: dict[str, str | None] = {}
        self._memory: dict[Any, Any] = {}
        self._chosen: frozenset[str] | None = None

    def beside(self, document: Mapping[str, Any]) -> "Template":
        """Return the template of another document with some of the same bodies, of which all that is known stays."""
        return Template(document, self._bodies)

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return `make`'s result for the template, computed once per key; a judged template does not change."""
        if key not in self._memory:
            self._memory[key] = make()
        value: Value = self._memory[key]
        return value

    def about(self, thing: Thing, work: Callable[["Template", Thing], Value]) -> Value:
        """Return a function's result for one of the template's resources or statements, computed once."""
        # By identity, and with the thing itself, so that no other can come to have its identity.
        known = self._memory.get((work, id(thing)))
        if known is None:
            known = self._memory[work, id(thing)] = (thing, work(self, thing))
        value: Value = known[1]
        return value

    def of_body(self, body: Any, work: Callable[[Any], Value]) -> Value:
        """Return a function's result for a resource's body alone, computed once."""
        # By identity, and with the body itself, so that no other can come to have its identity.
        known = self._bodies.get((work, id(body)))
        if known is None:
            known = self._bodies[work, id(body)] = (body, work(body))
        value: Value = known[1]
        return value

    def _written_account(self) -> str:
        return written_account(self.of_body(body, accounts_in) for body in self.document["Resources"].values())

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Logical id -> resource."""
        bodies = self.document["Resources"].items()
        # Most are known, from another template with the same body.
        found = {name: self._bodies.get((name, id(raw))) or self._resource(name, raw) for name, raw in bodies}
        return {name: resource for name, resource in found.items() if resource is not None}

    def _resource(self, name: str, raw: Any) -> Resource | None:
        """Return a resource; None for an entry that is none, or under a condition that does not hold."""
        if not is_resource(name, raw) or self._holds(raw.get("Condition")) is False:
            return None
        if not self.of_body(raw, needs_settling):
            self._bodies[name, id(raw)] = made = _made(name, raw)
            return made
        key = (name, id(raw), self._conditions.constant())
        if key not in self._bodies:
            # With what it was made of, so that no other can come to have its identity.
            self._bodies[key] = (raw, _made(name, self._settled(raw)))
        known: Resource = self._bodies[key][1]
        return known

    def _settled(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a resource's body without a condition that holds and without what AWS::NoValue removes."""
        body = settled({name: value for name, value in raw.items() if name != "Condition"}, self._holds)
        open_condition = "Condition" in raw and self._holds(raw["Condition"]) is None
        return {**body, "Condition": raw["Condition"]} if open_condition else _mapping(body)

    def _holds(self, condition: Any) -> bool | None:
        return self._conditions.holds(condition)

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs that the stack may have, settled as resources are."""
        own = _mapping(self.document.get("Outputs"))
        left = {
            name: raw
            for name, raw in own.items()
            if not isinstance(raw, Mapping) or self._holds(raw.get("Condition")) is not False
        }
        return _mapping(settled(left, self._holds))

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found

    def of_type(self, *types: str) -> list[Resource]:
        """Return the resources of these types, in the template's order."""
        return [resource for kind in types for resource in self._by_type.get(kind, [])]

    def resolve(self, expression: Any) -> Any:
        """Return what an expression resolves to: a plain value, a Reference, a text, or UNKNOWN."""
        if not isinstance(expression, NESTED):
            return UNKNOWN if isinstance(expression, str) and DYNAMIC in expression else expression
        # By identity, and with the expression itself, so that no other can come to have its identity.
        known = self._resolved.get(id(expression))
        if known is None:
            value = self._resolver.resolve(expression)
            known = self._resolved[id(expression)] = (expression, None if value is NO_VALUE else value)
        return known[1]

    def outline(self, expression: Any, defaults: bool = False) -> str | None:
        """Return a text with `${Parameter}`, or its default, for each value that a deployment chooses; else None.

        What it says for certain, such as the region in an ARN, is certain; the text itself is not.
        """
        return text_of(self._outliners[defaults].resolve(expression))

    def masked(self, text: str) -> str:
        """Return a resolved text or an outline with CHOSEN for what a deployment chooses, and without other variables.

        Names of resources and the account are no regions.
        """
        if "{" not in text:
            return text
        return _PLACEHOLDER.sub(self._mask, text)

    def _mask(self, match: re.Match[str]) -> str:
        name = match[1] or ""
        return CHOSEN if match[1] is None or name in self._parameters or name.startswith("Fn::") else "x"

    def structure(self, expression: Any) -> Any:
        """Return the object that an expression resolves to, also from JSON in a text; UNKNOWN for any other text."""
        value = self.resolve(expression)
        if not isinstance(value, str):
            return value
        return self.once(("JSON", value), lambda: _from_json(value))

    def text(self, expression: Any) -> str | None:
        """Return the text that an expression resolves to, None if it cannot be resolved or is not a text."""
        return text_of(self.resolve(expression))

    def number(self, expression: Any) -> float | None:
        """Return the number that an expression resolves to ("30" is 30), None if it cannot be resolved or is none."""
        value = self.resolve(expression)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        if isinstance(value, str) and not _NUMBER.fullmatch(value):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None

    def value(self, resource: Resource, path: str) -> Any:
        """Return the value at a dotted path below Properties; None if missing, UNKNOWN if it cannot be resolved.

        What has another form than an object, or a JSON text with one, on the way cannot be resolved either.
        """
        value: Any = resource.properties
        for key in path.split("."):
            value = value if isinstance(value, Mapping) and key in value else self.structure(value)
            if not isinstance(value, Mapping):
                return None if value is None else UNKNOWN
            value = value.get(key)
        return self.resolve(value)

    def name(self, resource: Resource) -> str:
        """Return the physical name, or `${LogicalId}` if CloudFormation makes one."""
        known = self._names.get(resource.logical_id)
        if known is None:
            own = str(Reference(resource.logical_id))
            # Set first, so that a name that refers to itself ends.
            self._names[resource.logical_id] = own
            form = FORMS.get(resource.type)
            known = (self.text(resource.properties.get(form.name)) if form else None) or own
            self._names[resource.logical_id] = known
        return known

    def arn(self, resource: Resource) -> str | None:
        """Return the ARN, None for types whose ARN cannot be resolved."""
        if resource.logical_id not in self._arns:
            self._arns[resource.logical_id] = self._arn(resource)
        return self._arns[resource.logical_id]

    def _arn(self, resource: Resource) -> str | None:
        form = FORMS.get(resource.type)
        if resource.type == "AWS::Lambda::Version":
            return f"{self._parent_arn(resource)}:{Reference(resource.logical_id, 'Version')}"
        return self._filled(form.arn, resource) if form and form.arn else None

    def _filled(self, text: str, resource: Resource) -> str:
        place, (parent, parent_ref) = self._place, self._parent(resource)
        text = text.replace("{region}", place["region"]).replace("{account}", place["account"])
        return (
            text.replace("{parent}", parent).replace("{parent_ref}", parent_ref).replace("{name}", self.name(resource))
        )

    def _parent(self, resource: Resource) -> tuple[str, str]:
        """Return what precedes a rule's or an alias's name in its ARN, and in its Ref."""
        if resource.type == "AWS::Lambda::Alias":
            function = self.text(resource.properties.get("FunctionName")) or "${unknown}"
            return function.rsplit(":function:", 1)[-1] + ":", ""
        if resource.type == "AWS::Events::Rule" and resource.properties.get("EventBusName") is not None:
            bus = (self.text(resource.properties["EventBusName"]) or "${unknown}").rsplit("event-bus/", 1)[-1]
            return ("", "") if bus == "default" else (f"{bus}/", f"{bus}|")
        return "", ""

    def _parent_arn(self, version: Resource) -> str:
        function = self.text(version.properties.get("FunctionName")) or "${unknown}"
        name = function.rsplit(":function:", 1)[-1]
        return f"arn:aws:lambda:{self._place['region']}:{self._place['account']}:function:{name}"

    def ref(self, resource: Resource) -> str | Reference:
        """Return what Ref gives for a resource."""
        if resource.type == "AWS::Lambda::Version":
            return self.arn(resource) or Reference(resource.logical_id)
        form = FORMS.get(resource.type)
        if not form:
            return Reference(resource.logical_id)
        if form.ref == "{arn}":
            return self.arn(resource) or Reference(resource.logical_id)
        return self.name(resource) if form.ref == "{name}" else self._filled(form.ref, resource)

    def _chosen_names(self) -> frozenset[str]:
        """Return the outlines of names, ARNs and URLs of resources in which a deployment chooses something.

        Two uses of one parameter are equal: an expression with such an outline points to that resource.
        """
        if self._chosen is None:
            # Set first: the names of resources are resolved in between, and then again.
            self._chosen = frozenset()
            self._chosen = self._find_chosen_names()
            self._forget()
        return self._chosen

    def _find_chosen_names(self) -> frozenset[str]:
        chosen: dict[str, str] = {}
        for resource in self.of_type(*NAMED, *(kind for kind in FORMS if kind not in NAMED)):
            raw = resource.properties.get(NAMED.get(resource.type) or FORMS[resource.type].name)
            text = self.outline(raw) if raw is not None and self.resolve(raw) is UNKNOWN else None
            if text:
                chosen[resource.logical_id] = text
        self._chosen = frozenset(chosen.values())
        self._forget()
        owners = [self.resources[name] for name in chosen]
        return self._chosen.union((str(self.ref(one)) for one in owners), filter(None, map(self.arn, owners)))

    def _forget(self) -> None:
        for memory in (self._resolved, self._names, self._arns, self._memory):
            memory.clear()

    def _recognized(self, expression: Any) -> Any:
        """Return the outline of an expression that cannot be resolved, if it points to a resource; else UNKNOWN."""
        known = self._chosen_names()
        text = self.outline(expression) if known else None
        if text is None:
            return UNKNOWN
        if text in known:
            return text
        # A part of the resource, such as a bucket's objects or a function's alias.
        left = text
        for own in sorted((own for own in known if ":" in own and own in text), key=len, reverse=True):
            left = re.sub(rf"{re.escape(own)}(?=[/:]|$)", "", left)
        return text if left != text and not _CHOSEN.search(left) else UNKNOWN

    def _ref(self, logical_id: str) -> Any:
        # Asked first: conditions name parameters, and which resources there are depends on conditions.
        resource = None if logical_id in self._parameters else self.resources.get(logical_id)
        return self.ref(resource) if resource else UNKNOWN

    def _attribute(self, logical_id: str, attribute: str) -> Any:
        resource = self.resources.get(logical_id)
        if not resource:
            return UNKNOWN
        form = FORMS.get(resource.type)
        if form and attribute in form.attributes:
            return self.arn(resource)
        if (resource.type, attribute) in NAME_ATTRIBUTES:
            return self.name(resource)
        if (resource.type, attribute) in URL_ATTRIBUTES:
            return self.ref(resource)
        return Reference(logical_id, attribute)

    @cached_property
    def _identities(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            own = str(Reference(resource.logical_id))
            texts: set[str | None] = {own}
            if resource.type in FORMS or resource.type == "AWS::Lambda::Version":
                arn = self.arn(resource)
                texts |= {str(self.ref(resource)), self.name(resource), arn, arn and arn.removesuffix(":*")}
            for text in texts:
                if text:
                    same = found.setdefault(text, [])
                    # Two of a type are ambiguous already; more only cost time.
                    if not same or sum(one.type == resource.type for one in same) < 2:
                        same.append(resource)
        return found

    def target_of(self, expression: Any, *types: str) -> Resource | None:
        """Return the resource that an expression points to by Ref, ARN, URL or name; a name needs `types`."""
        text = self.text(expression)
        found = self._identities.get(text) if text is not None else None
        if not found:
            return None
        if types:
            found = [resource for resource in found if resource.type in types]
        return found[0] if len(found) == 1 else None

    def by_arn(self, expression: Any, *types: str) -> Resource | None:
        """Return the resource whose ARN an expression gives, not its name or URL."""
        text = self.text(expression)
        resource = self.target_of(text, *types)
        arn = self.arn(resource) if resource else None
        return resource if arn is not None and text in (arn, arn.removesuffix(":*")) else None

    def leaves(self, resource: Resource) -> list[tuple[str, Any]]:
        """Return the leaves of a resource's properties with their paths; an intrinsic function is a leaf."""
        return self.of_body(resource.raw, _leaves)

    def texts(self) -> Iterator[tuple[Resource, str, Any]]:
        """Yield every scalar or intrinsic of every resource's properties: resource, path, raw expression."""
        for resource in self.resources.values():
            for path, value in self.leaves(resource):
                yield resource, path, value


def with_mark(document: Mapping[str, Any], **facts: str) -> dict[str, Any]:
    """Return the document with facts added to our own metadata where they are missing."""
    metadata = _mapping(document.get("Metadata"))
    return {**document, "Metadata": {**metadata, "Hallmark": {**facts, **_mapping(metadata.get("Hallmark"))}}}


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a value with their paths; an intrinsic function is a leaf.

    Of an Fn::If that may be an object or a list, the leaves of both branches.
    """
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict) and not is_function(value):
            begin = f"{path}." if path else ""
            waiting.extend([(f"{begin}{key}", item) for key, item in value.items()][::-1])
        elif isinstance(value, dict) and (inner := containers(value)):
            waiting.extend([(path, one) for one in inner][::-1])
        elif isinstance(value, list):
            waiting.extend([(f"{path}[{index}]", item) for index, item in enumerate(value)][::-1])
        else:
            yield path, value


def containers(function: dict[str, Any]) -> list[Any]:
    """Return the objects and lists that an Fn::If may be."""
    if "Fn::If" not in function:
        return []
    return [one for one in branches(function) if isinstance(one, NESTED) and not is_function(one)]


def _leaves(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(walk(body.get("Properties", {})))


def is_resource(name: str, raw: Any) -> bool:
    """Return whether an entry of Resources is a resource; a macro among them is none."""
    return isinstance(raw, Mapping) and isinstance(raw.get("Type"), str) and not str(name).startswith("Fn::")


def _made(name: str, raw: Mapping[str, Any]) -> Resource:
    return Resource(name, str(raw["Type"]), _mapping(raw.get("Properties")), _mapping(raw.get("Metadata")), raw)


def _from_json(text: str) -> Any:
    try:
        return read_json(text)
    except Unreadable:
        return UNKNOWN


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
