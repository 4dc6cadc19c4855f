"""A whole template: its resources, what its expressions mean, and which resource an expression points to."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from policies.engine.reading.reader import without_line_keys
from policies.engine.template.chosen import ChosenNames
from policies.engine.template.conditions import Conditions, needs_settling, settled
from policies.engine.template.identity import accounts_in, written_account
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
from policies.engine.template.outline import Outliner, branches, masked
from policies.engine.template.physical import PhysicalNames
from policies.engine.template.pointing import identities
from policies.engine.template.resource import (
    LANGUAGE_EXTENSIONS,
    Resource,
    is_resource,
    macros_of,
    mapping,
    resource_of,
)
from policies.engine.template.scalars import json_of, number_of
from policies.engine.template.walking import leaves_of

Value = TypeVar("Value")
Thing = TypeVar("Thing")
# The region of a template that does not say it.
ANY_REGION = "${Region}"


class Template:
    """A CloudFormation template with its expressions resolved.

    `bodies` caches results that depend on a resource's body alone, for judging many templates that share them.
    """

    def __init__(self, document: Mapping[str, Any], bodies: dict[Any, Any] | None = None) -> None:
        if "__startline__" in document or "__startline__" in document["Resources"]:
            document = without_line_keys(document)
        self.document = document
        self._bodies = {} if bodies is None else bodies
        mark = mapping(mapping(document.get("Metadata")).get("Hallmark"))
        self.system, self.marked_stage = str(mark.get("System", "")), str(mark.get("Stage", ""))
        self.region = str(mark.get("Region") or ANY_REGION)
        account = self.account = str(mark.get("Account") or self._written_account())
        self._physical = PhysicalNames(self.text, self.region, account)
        self._parameters = mapping(document.get("Parameters"))
        pseudo = {
            **only_values(self._parameters),
            "AWS::Partition": "aws",
            "AWS::AccountId": account,
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "${StackName}",
            "AWS::StackId": "${StackId}",
        }
        extended = LANGUAGE_EXTENSIONS in macros_of(document)
        sources = Sources(self._ref, self._attribute, self._holds, pseudo, mapping(document.get("Mappings")), extended)
        self._resolver = Resolver(sources, ChosenNames(self).recognized)
        self._outliners = [Outliner(sources, self._parameters, defaults) for defaults in (False, True)]
        self._conditions = Conditions(
            mapping(document.get("Conditions")), self._parameters, self._outliners[False].resolve
        )
        self._resolved: dict[int, tuple[Any, Any]] = {}
        self._memory: dict[Any, Any] = {}

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
            self._bodies[name, id(raw)] = made = resource_of(name, raw)
            return made
        key = (name, id(raw), self._conditions.constant())
        if key not in self._bodies:
            # With what it was made of, so that no other can come to have its identity.
            self._bodies[key] = (raw, resource_of(name, self._settled(raw)))
        known: Resource = self._bodies[key][1]
        return known

    def _settled(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a resource's body without a condition that holds and without what AWS::NoValue removes."""
        body = settled({name: value for name, value in raw.items() if name != "Condition"}, self._holds)
        open_condition = "Condition" in raw and self._holds(raw["Condition"]) is None
        return {**body, "Condition": raw["Condition"]} if open_condition else mapping(body)

    def condition(self, name: str) -> bool | None:
        """Return whether a condition certainly holds, or certainly does not; None if that cannot be resolved."""
        return self._holds(name)

    def _holds(self, condition: Any) -> bool | None:
        return self._conditions.holds(condition)

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs that the stack may have, settled as resources are."""
        own = mapping(self.document.get("Outputs"))
        left = {
            name: raw
            for name, raw in own.items()
            if not isinstance(raw, Mapping) or self._holds(raw.get("Condition")) is not False
        }
        return mapping(settled(left, self._holds))

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
        value = self._outliners[defaults].resolve(expression)
        if defaults and isinstance(value, list):
            value = ",".join(filter(None, map(text_of, value)))
        return text_of(value)

    def choices(self, expression: Any) -> Iterator[Any]:
        """Yield what an expression may be: branches of an Fn::If, and a mapping's values if no key of it is known."""
        for one in branches(expression):
            yield one
            if is_function(one) and "Fn::FindInMap" in one and self.outline(one, defaults=True) is None:
                yield from self._mapped(one["Fn::FindInMap"])

    def _mapped(self, argument: Any) -> Iterator[Any]:
        """Yield the values of the template's Mappings at keys of which some cannot be resolved."""
        found: list[Any] = [self.document.get("Mappings")]
        for key in argument[:3] if isinstance(argument, list) else ():
            name = self.text(key)
            found = [value for one in found for own, value in mapping(one).items() if name is None or name == own]
        yield from (one for one in found if not isinstance(one, Mapping))

    def masked(self, text: str) -> str:
        """Return a resolved text or an outline with CHOSEN for what a deployment chooses, and without other variables.

        Names of resources and the account are no regions.
        """
        return masked(text, self._parameters)

    def structure(self, expression: Any) -> Any:
        """Return the object that an expression resolves to, also from JSON in a text; UNKNOWN for any other text."""
        value = self.resolve(expression)
        if not isinstance(value, str):
            return value
        return self.once(("JSON", value), lambda: json_of(value))

    def text(self, expression: Any) -> str | None:
        """Return the text that an expression resolves to, None if it cannot be resolved or is not a text."""
        return text_of(self.resolve(expression))

    def number(self, expression: Any) -> float | None:
        """Return the number that an expression resolves to ("30" is 30), None if it cannot be resolved or is none."""
        return number_of(self.resolve(expression))

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
        return self._physical.name(resource)

    def arn(self, resource: Resource) -> str | None:
        """Return the ARN, None for types whose ARN cannot be resolved."""
        return self._physical.arn(resource)

    def ref(self, resource: Resource) -> str | Reference:
        """Return what Ref gives for a resource."""
        return self._physical.ref(resource)

    def forget(self) -> None:
        """Resolve everything anew: more can be resolved now."""
        self._physical.forget()
        for memory in (self._resolved, self._memory):
            memory.clear()

    def _ref(self, logical_id: str) -> Any:
        # Asked first: conditions name parameters, and which resources there are depends on conditions.
        resource = None if logical_id in self._parameters else self.resources.get(logical_id)
        return self.ref(resource) if resource else UNKNOWN

    def _attribute(self, logical_id: str, attribute: str) -> Any:
        resource = self.resources.get(logical_id)
        return self._physical.attribute(resource, attribute) if resource else UNKNOWN

    @cached_property
    def _identities(self) -> dict[str, list[Resource]]:
        return identities(self)

    def named(self, text: str) -> list[Resource]:
        """Return the resources that a text names by Ref, ARN, URL or name; two of a type are as many as matter."""
        return self._identities.get(text, [])

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
        return self.of_body(resource.raw, leaves_of)

    def texts(self) -> Iterator[tuple[Resource, str, Any]]:
        """Yield every scalar or intrinsic of every resource's properties: resource, path, raw expression."""
        for resource in self.resources.values():
            for path, value in self.leaves(resource):
                yield resource, path, value


def with_mark(document: Mapping[str, Any], **facts: str) -> dict[str, Any]:
    """Return the document with facts added to our own metadata where they are missing."""
    metadata = mapping(document.get("Metadata"))
    return {**document, "Metadata": {**metadata, "Hallmark": {**facts, **mapping(metadata.get("Hallmark"))}}}
