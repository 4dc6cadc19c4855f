"""A whole template: its resources, what its expressions mean, and which resource an expression points to."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from policies.engine.reading.reader import without_line_keys
from policies.engine.template.identity import FORMS, NAME_ATTRIBUTES, URL_ATTRIBUTES, accounts_in, written_account
from policies.engine.template.intrinsics import NESTED, UNKNOWN, Reference, Resolver, only_values, text_of

Value = TypeVar("Value")
Thing = TypeVar("Thing")
# The region of a template that does not say it.
ANY_REGION = "${Region}"


@dataclass(frozen=True)
class Resource:
    """One resource as the template writes it, its intrinsic functions unresolved."""

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
        pseudo = {
            **only_values(document.get("Parameters")),
            "AWS::Partition": "aws",
            "AWS::AccountId": account,
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "${StackName}",
            "AWS::StackId": "${StackId}",
        }
        self._resolver = Resolver(self._ref, self._attribute, pseudo, _mapping(document.get("Mappings")))
        self._resolved: dict[int, tuple[Any, Any]] = {}
        self._names: dict[str, str] = {}
        self._arns: dict[str, str | None] = {}
        self._memory: dict[Any, Any] = {}

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
        return {
            name: self._resource(name, raw)
            for name, raw in self.document["Resources"].items()
            if isinstance(raw, Mapping)
        }

    def _resource(self, name: str, raw: Mapping[str, Any]) -> Resource:
        known: Resource | None = self._bodies.get((name, id(raw)))
        if known is None:
            known = Resource(name, raw["Type"], raw.get("Properties", {}), _mapping(raw.get("Metadata")), raw)
            self._bodies[name, id(raw)] = known
        return known

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
            return expression
        # By identity, and with the expression itself, so that no other can come to have its identity.
        known = self._resolved.get(id(expression))
        if known is None:
            known = self._resolved[id(expression)] = (expression, self._resolver.resolve(expression))
        return known[1]

    def text(self, expression: Any) -> str | None:
        """Return the text that an expression resolves to, None if it cannot be resolved or is not a text."""
        return text_of(self.resolve(expression))

    def number(self, expression: Any) -> float | None:
        """Return the number that an expression resolves to ("30" is 30), None if it cannot be resolved."""
        value = self.resolve(expression)
        if isinstance(value, bool):
            return None
        try:
            return float(value) if isinstance(value, int | float | str) else None
        except (ValueError, OverflowError):
            return None

    def value(self, resource: Resource, path: str) -> Any:
        """Return the value at a dotted path below Properties; None if missing, UNKNOWN if it cannot be resolved."""
        value: Any = resource.properties
        for key in path.split("."):
            value = value if isinstance(value, Mapping) and key in value else self.resolve(value)
            if isinstance(value, Mapping):
                value = value.get(key)
            else:
                return UNKNOWN if value is UNKNOWN else None
        resolved = self.resolve(value)
        return resolved if resolved is UNKNOWN or not _is_no_value(value) else None

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

    def _ref(self, logical_id: str) -> Any:
        resource = self.resources.get(logical_id)
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
    """Yield the leaves of a value with their paths; an intrinsic function is a leaf."""
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict) and not is_intrinsic(value):
            begin = f"{path}." if path else ""
            waiting.extend([(f"{begin}{key}", item) for key, item in value.items()][::-1])
        elif isinstance(value, list):
            waiting.extend([(f"{path}[{index}]", item) for index, item in enumerate(value)][::-1])
        else:
            yield path, value


def _leaves(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(walk(body.get("Properties", {})))


def is_intrinsic(value: Any) -> bool:
    """Return whether a value is an intrinsic function such as {"Ref": ...}."""
    return isinstance(value, dict) and len(value) == 1 and str(next(iter(value))).startswith(("Ref", "Fn::"))


def _is_no_value(value: Any) -> bool:
    return value is None or value == {"Ref": "AWS::NoValue"}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
