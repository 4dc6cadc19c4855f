"""The base of every policy: one file, one judgement of the whole template."""

from collections.abc import Iterator
from typing import Any, ClassVar

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.parts import kind_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.unreadable import unreadable

# The scope of a policy that judges the template as a whole, whatever is in it.
WHOLE = ("*",)


class Policy:
    """A judgement of templates; it knows neither the control nor the system that uses it.

    A subclass says its `scope` (without a resource of these types there is nothing to judge, which is a finding; or
    WHOLE), which other types it `relies_on`, and how to `judge`. A module ends with `policy = TheSubclass()`.

    `only` is the parameter with the parts of its scope that it judges, if it leaves the others alone.
    """

    scope: ClassVar[tuple[str, ...]] = ()
    relies_on: ClassVar[tuple[str, ...]] = ()
    only: ClassVar[str] = ""

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        """Yield the violations; `parameters` are the use's for the template's stage, with `stage` and `parts`.

        `parts` is the `Parts` of the template: the resources that play the parts which the catalogue declares.
        """
        raise NotImplementedError

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        """Return the resources of its scope that it judges; none for the template as a whole."""
        if self.scope == WHOLE:
            return []
        if self.only:
            kind, named = kind_of(self.scope[0]), parameters[self.only]
            players = (
                parameters["parts"].player(kind, part) for part in ([named] if isinstance(named, str) else named)
            )
            return [one for one in players if one]
        return template.of_type(*self.scope)

    def findings(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        """Yield every violation; what the template does not show, or only under a condition, is a violation too."""
        if not self.scope:
            raise ValueError("it has no scope")
        yield from template.once(unreadable, lambda: list(unreadable(template)))
        if self.scope != WHOLE and not template.of_type(*self.scope):
            kinds = " or ".join(self.scope)
            yield Finding(TEMPLATE, "Resources", f"no {kinds}", f"at least one {kinds}")
            # What it says of resources of other types holds all the same; of these, it follows from what is missing.
            known = {TEMPLATE, *(one.logical_id for one in template.of_type(*self.relies_on))}
            yield from (one for one in self.judge(template, parameters) if one.resource not in known)
            return
        for resource in template.of_type(*self.scope, *self.relies_on):
            if "Condition" in resource.raw:
                yield _conditional(resource)
        yield from self.judge(template, parameters)

    def present(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        """Yield the violations of what is there, and nothing about what is not."""
        if self.scope == WHOLE or template.of_type(*self.scope):
            yield from self.judge(template, parameters)


def _conditional(resource: Resource) -> Finding:
    found = f"exists only under the condition {resource.raw['Condition']}, which {UNRESOLVED}"
    return Finding(resource.logical_id, "Condition", found, "a resource without a condition")
