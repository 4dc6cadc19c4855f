"""Names in which a deployment chooses something: two uses of one parameter are equal, whatever it is.

An expression with the outline of such a name, ARN or URL points to its resource.
"""

import re
from typing import TYPE_CHECKING, Any

from policies.engine.template.identity import FORMS, NAMED
from policies.engine.template.intrinsics import DYNAMIC, UNKNOWN

if TYPE_CHECKING:
    from policies.engine.template.template import Template

# A parameter or a dynamic reference in an outline; resources have their own form, which is known.
_CHOSEN = re.compile(re.escape(DYNAMIC) + r"|\$\{")


class ChosenNames:
    """The outlines of names, ARNs and URLs of a template's resources in which a deployment chooses something."""

    def __init__(self, template: "Template") -> None:
        self._template = template
        self._known: frozenset[str] | None = None

    def recognized(self, expression: Any) -> Any:
        """Return the outline of an expression that cannot be resolved, if it points to a resource; else UNKNOWN."""
        known = self._outlines()
        text = self._template.outline(expression) if known else None
        if text is None:
            return UNKNOWN
        if text in known:
            return text
        # A part of the resource, such as a bucket's objects or a function's alias.
        left = text
        for own in sorted((own for own in known if ":" in own and own in text), key=len, reverse=True):
            left = re.sub(rf"{re.escape(own)}(?=[/:]|$)", "", left)
        return text if left != text and not _CHOSEN.search(left) else UNKNOWN

    def _outlines(self) -> frozenset[str]:
        if self._known is None:
            # Set first: the names of resources are resolved in between, and then again.
            self._known = frozenset()
            self._known = self._find()
            self._template.forget()
        return self._known

    def _find(self) -> frozenset[str]:
        template = self._template
        chosen: dict[str, str] = {}
        for resource in template.of_type(*NAMED, *(kind for kind in FORMS if kind not in NAMED)):
            raw = resource.properties.get(NAMED.get(resource.type) or FORMS[resource.type].name)
            text = template.outline(raw) if raw is not None and template.resolve(raw) is UNKNOWN else None
            if text:
                chosen[resource.logical_id] = text
        self._known = frozenset(chosen.values())
        template.forget()
        owners = [template.resources[name] for name in chosen]
        return self._known.union((str(template.ref(one)) for one in owners), filter(None, map(template.arn, owners)))
