"""A function's code, known by its hash: how Lambda states it, and how the key of its asset does.

Of a container's image Lambda states the digest in hexadecimal. A template names it by a tag that is a hash of its
content, or by its digest. https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from policies.engine.template.resource import Resource

_IMAGE = re.compile(r"([^\s@]+?)(?::([0-9a-f]{64}|[0-9a-f]{40}))?(?:@(sha256:[0-9a-f]{64}))?")
_KEY = re.compile(r"(?:.*/)?([0-9a-f]{64})\.zip")


def key_of(code_sha256: str) -> str | None:
    """Return the name of the asset whose bytes have a hash, SHA-256 in base64; None for another text.

    The CDK names an asset with a custom hash by the SHA-256 of that hash, which is ours in hexadecimal.
    """
    try:
        digest = base64.b64decode(code_sha256, validate=True)
    except ValueError:
        return None
    return hashlib.sha256(digest.hex().encode()).hexdigest() if len(digest) == hashlib.sha256().digest_size else None


def key_in(location: Any) -> str | None:
    """Return the asset's name in the key of a function's code; None if it is not named by a hash."""
    found = _KEY.fullmatch(location) if isinstance(location, str) else None
    return found[1] if found else None


def image_named(uri: Any) -> tuple[str, str]:
    """Return the repository of an image's URI and what names the content in it: a digest, else a tag that is a hash.

    The second is empty for a URI that has neither.
    """
    found = _IMAGE.fullmatch(uri) if isinstance(uri, str) else None
    return (found[1], found[3] or found[2] or "") if found else ("", "")


def built_key(function: Resource) -> str | None:
    """Return the name of the asset that an observed function was built from, if its metadata states it."""
    return key_in(_built(function))


def built_image(function: Resource) -> str | None:
    """Return the URI of the image that an observed function was built from, if its metadata states it."""
    found = _built(function)
    return found if isinstance(found, str) and image_named(found)[1] else None


def _built(function: Resource) -> Any:
    mark = function.metadata.get("Hallmark")
    return mark.get("Code") if isinstance(mark, Mapping) else None
