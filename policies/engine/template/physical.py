"""The physical names of a template's resources, their ARNs, and what Ref and Fn::GetAtt give for them."""

from collections.abc import Callable
from typing import Any

from policies.engine.template.identity import (
    FORMS,
    ID_ATTRIBUTES,
    NAME_ATTRIBUTES,
    OWN_ATTRIBUTES,
    URL_ATTRIBUTES,
)
from policies.engine.template.intrinsics import Reference
from policies.engine.template.resource import Resource

_UNKNOWN = "${unknown}"


class PhysicalNames:
    """Names and ARNs by resource, each found once; `text` resolves an expression to a text, if it can."""

    def __init__(self, text: Callable[[Any], str | None], region: str, account: str) -> None:
        self._text, self._region, self._account = text, region, account
        self._names: dict[str, str] = {}
        self._arns: dict[str, str | None] = {}

    def forget(self) -> None:
        """Find everything anew: more can be resolved now."""
        self._names.clear()
        self._arns.clear()

    def name(self, resource: Resource) -> str:
        """Return the physical name, or `${LogicalId}` if CloudFormation makes one."""
        known = self._names.get(resource.logical_id)
        if known is None:
            own = str(Reference(resource.logical_id))
            # Set first, so that a name that refers to itself ends.
            self._names[resource.logical_id] = own
            form = FORMS.get(resource.type)
            known = (self._text(resource.properties.get(form.name)) if form else None) or own
            self._names[resource.logical_id] = known
        return known

    def arn(self, resource: Resource) -> str | None:
        """Return the ARN, None for types whose ARN cannot be resolved."""
        if resource.logical_id not in self._arns:
            self._arns[resource.logical_id] = self._arn(resource)
        return self._arns[resource.logical_id]

    def ref(self, resource: Resource) -> str | Reference:
        """Return what Ref gives."""
        if resource.type == "AWS::Lambda::Version":
            return self.arn(resource) or Reference(resource.logical_id)
        form = FORMS.get(resource.type)
        if not form:
            return Reference(resource.logical_id)
        if form.ref == "{arn}":
            return self.arn(resource) or Reference(resource.logical_id)
        return self.name(resource) if form.ref == "{name}" else self._filled(form.ref, resource)

    def attribute(self, resource: Resource, attribute: str) -> Any:
        """Return what Fn::GetAtt gives."""
        form = FORMS.get(resource.type)
        if form and attribute in form.attributes:
            return self.arn(resource)
        if (resource.type, attribute) in NAME_ATTRIBUTES:
            return self.name(resource)
        if (resource.type, attribute) in ID_ATTRIBUTES:
            return self.ref(resource)
        if (resource.type, attribute) in OWN_ATTRIBUTES:
            return self._text(resource.properties.get(attribute)) or Reference(resource.logical_id, attribute)
        if (resource.type, attribute) in URL_ATTRIBUTES:
            return self._filled(URL_ATTRIBUTES[resource.type, attribute], resource)
        return Reference(resource.logical_id, attribute)

    def _arn(self, resource: Resource) -> str | None:
        form = FORMS.get(resource.type)
        if resource.type == "AWS::Lambda::Version":
            place = f"arn:aws:lambda:{self._region}:{self._account}"
            number = Reference(resource.logical_id, "Version")
            return f"{place}:function:{self._function_name(resource)}:{number}"
        return self._filled(form.arn, resource) if form and form.arn else None

    def _filled(self, text: str, resource: Resource) -> str:
        parent, parent_ref = self._parent(resource)
        text = text.replace("{region}", self._region).replace("{account}", self._account)
        return (
            text.replace("{parent}", parent).replace("{parent_ref}", parent_ref).replace("{name}", self.name(resource))
        )

    def _parent(self, resource: Resource) -> tuple[str, str]:
        """Return what precedes a rule's or an alias's name in its ARN, and in its Ref."""
        if resource.type == "AWS::Lambda::Alias":
            return f"{self._function_name(resource)}:", ""
        if resource.type == "AWS::Events::Rule" and resource.properties.get("EventBusName") is not None:
            bus = (self._text(resource.properties["EventBusName"]) or _UNKNOWN).rsplit("event-bus/", 1)[-1]
            return ("", "") if bus == "default" else (f"{bus}/", f"{bus}|")
        return "", ""

    def _function_name(self, resource: Resource) -> str:
        """Return the name of an alias's or a version's function."""
        function = self._text(resource.properties.get("FunctionName")) or _UNKNOWN
        return function.rsplit(":function:", 1)[-1]
