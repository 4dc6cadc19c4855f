"""The logical ids that a part of a template refers to.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any


def referred(value: Any) -> Iterator[str]:
    """Every id, or pseudo parameter, that Ref, Fn::GetAtt or Fn::Sub names in the value, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from referred(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            first = str(item[0] if isinstance(item, list) and item else item)
            if key in ("Ref", "Fn::GetAtt"):
                yield first.split(".")[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{([A-Za-z0-9]+)[.}]", first)
            yield from referred(item)
