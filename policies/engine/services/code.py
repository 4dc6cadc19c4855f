"""A function's code, known by its hash: how Lambda states it, and how the key of its asset does.

Code in an archive is meant; the digest of a container's image will have its place here.
https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from policies.engine.template.resource import Resource

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


def built_key(function: Resource) -> str | None:
    """Return the name of the asset that an observed function was built from, if its metadata states it."""
    mark = function.metadata.get("Hallmark")
    return key_in(mark.get("Code")) if isinstance(mark, Mapping) else None
