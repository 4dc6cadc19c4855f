"""The base of every policy: one file, one judgement of the whole template."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.opaque import OPAQUE, foreign_code
from policies.engine.template.template import Resource, Template

# The scope of a policy that judges the template as a whole, whatever is in it.
WHOLE = ("*",)
_TRANSFORM = "Fn::Transform"


class Policy:
    """A judgement of templates; it knows neither the control nor the system that uses it.

    A subclass says its `scope` (without a resource of these types there is nothing to judge, which is a finding; or
    WHOLE), which other types it `relies_on`, and how to `judge`. A module ends with `policy = TheSubclass()`.
    """

    scope: ClassVar[tuple[str, ...]] = ()
    relies_on: ClassVar[tuple[str, ...]] = ()

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        """Yield the violations; `parameters` are the use's for the template's stage, with `stage` and `parts`.

        `parts` is the `Parts` of the template: the resources that play the parts which the catalogue declares.
        """
        raise NotImplementedError

    def findings(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        """Yield every violation; what the template does not show, or only under a condition, is a violation too."""
        if not self.scope:
            raise ValueError("it has no scope")
        yield from template.once(_unreadable, lambda: list(_unreadable(template)))
        if self.scope != WHOLE and not template.of_type(*self.scope):
            kinds = " or ".join(self.scope)
            yield Finding(TEMPLATE, "Resources", f"no {kinds}", f"at least one {kinds}")
            return
        for resource in template.of_type(*self.scope, *self.relies_on):
            if "Condition" in resource.raw:
                yield _conditional(resource)
        yield from self.judge(template, parameters)


def _conditional(resource: Resource) -> Finding:
    found = f"exists only under the condition {resource.raw['Condition']}, which {UNRESOLVED}"
    return Finding(resource.logical_id, "Condition", found, "a resource without a condition")


def _unreadable(template: Template) -> Iterator[Finding]:
    """Yield macros, modules, stacks in stacks and code of others: they bring resources that the template does not show."""
    document = template.document
    wanted = "a template that shows all its resources"
    if document.get("Transform"):
        found = f"the macro {document['Transform']}: {UNRESOLVED}"
        yield Finding(TEMPLATE, "Transform", found, wanted)
    for name, raw in document["Resources"].items():
        kind = raw.get("Type", "") if isinstance(raw, Mapping) else "Fn::ForEach"
        if kind in OPAQUE or kind.endswith("::MODULE") or kind == "Fn::ForEach":
            yield Finding(name, "Type", f"{kind}: {UNRESOLVED}", wanted)
        if template.of_body(raw, _is_transformed):
            yield Finding(name, _TRANSFORM, f"a macro inside the resource: {UNRESOLVED}", wanted)
    yield from foreign_code(template)


def _is_transformed(body: Any) -> bool:
    """Return whether a resource has a macro anywhere, which may add anything to it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-transform.html
    """
    values = [body]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if _TRANSFORM in value:
                return True
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
    return False
