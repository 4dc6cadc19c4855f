"""Hashes of code that was built and of other code, as Lambda and the assets' keys state them."""

import base64
import hashlib

from policies.engine.services.code import key_of

BUILT, OTHER = (base64.b64encode(hashlib.sha256(text).digest()).decode() for text in (b"built", b"other"))
KEY, OTHER_KEY = f"{key_of(BUILT)}.zip", f"{key_of(OTHER)}.zip"
