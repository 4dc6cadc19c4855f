"""ULIDs: ids in the order of their time, 26 characters. https://github.com/ulid/spec"""

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80


def ulid(milliseconds: int) -> str:
    """Return a new id of a time since 1970."""
    number = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    return "".join(_ALPHABET[(number >> 5 * place) & 31] for place in range(25, -1, -1))
