"""Which parameters of a template have one value only, whoever deploys it."""

from collections.abc import Mapping
from typing import Any

from support.intrinsics import text_of


def only_values(parameters: Any) -> dict[str, str]:
    """The values of the parameters that whoever deploys cannot choose: only one is allowed.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/parameters-section-structure.html
    """
    found: dict[str, str] = {}
    for name, own in parameters.items() if isinstance(parameters, Mapping) else ():
        if not isinstance(own, Mapping):
            continue
        allowed = own.get("AllowedValues")
        # Of other types the value is a list, or the name of what holds it.
        if own.get("Type") in ("String", "Number") and isinstance(allowed, list) and len(allowed) == 1:
            only = text_of(allowed[0])
            if only is not None:
                found[name] = only
    return found
