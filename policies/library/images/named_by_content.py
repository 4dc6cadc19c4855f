"""Every function that runs an image names it by its digest, or by a tag that is a hash of its content.

https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_IMAGE = "Code.ImageUri"
# A digest, or a tag that is a hash: of the content by SHA-256, or of a commit by SHA-1.
_PINNED = re.compile(r"[^@]+@sha256:[0-9a-f]{64}|[^@]+:(?:[0-9a-f]{64}|[0-9a-f]{40})")


class ImagesNamedByContent(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for function in template.of_type(FUNCTION):
            image, packed = template.value(function, _IMAGE), template.value(function, "PackageType") == "Image"
            zipped = not packed and (image is None or template.value(function, "Runtime") is not None)
            if zipped:
                continue
            if not isinstance(image, str) or not _PINNED.fullmatch(image):
                wanted = "an image by @sha256: and its digest, or by a tag that is a hash of its content"
                yield Finding(function.logical_id, _IMAGE, shown(template, image), wanted)


policy = ImagesNamedByContent()
