"""A function's code, known by its hash: how Lambda states it, and how the key of its asset does.

https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

import base64
import binascii
import hashlib


def key_of(code_sha256: str) -> str | None:
    """Return the name of the asset whose bytes have a hash, SHA-256 in base64; None for another text.

    The CDK names an asset with a custom hash by the SHA-256 of that hash, which is ours in hexadecimal.
    """
    try:
        digest = base64.b64decode(code_sha256, validate=True)
    except binascii.Error:
        return None
    return hashlib.sha256(digest.hex().encode()).hexdigest() if len(digest) == hashlib.sha256().digest_size else None
