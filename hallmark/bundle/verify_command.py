"""`hallmark verify`: checks a bundle, and compares it with an earlier one."""

import json
from pathlib import Path

from hallmark.bundle import keys, shown
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.difference import Side, difference
from hallmark.bundle.verification import Verified, load, verify


def verify_command(path: Path, key: Path | None = None, since: Path | None = None, as_json: bool = False) -> int:
    """Check a bundle, and print it; 0 where it is intact, 1 where it or the earlier one is altered.

    UserError for what is no bundle, and for a key that cannot be used.
    """
    named = keys.public(key) if key else None
    data, before = load(path), load(since) if since else None
    at = path
    try:
        found = verify(data, named, str(key))
        if since and before is not None:
            at = since
            earlier = verify(before)
            return _differ(found, earlier, as_json)
    except AlteredError as error:
        if as_json:
            first = {"name": error.name, "how": error.how}
            print(json.dumps({"intact": False, "bundle": str(at), "verdict": error.verdict, "first": first}, indent=1))
        else:
            shown.printed([f"{at}: {error.verdict}: {error}"])
        return 1
    if as_json:
        print(json.dumps(shown.state(found), indent=1, ensure_ascii=False))
    else:
        shown.printed(shown.lines(str(path), found))
    return 0


def _differ(found: Verified, earlier: Verified, as_json: bool) -> int:
    then, now = (Side(one.sha256, one.about, one.documents) for one in (earlier, found))
    changes = difference(then, now)
    if as_json:
        print(json.dumps({**shown.state(found), "difference": changes}, indent=1, ensure_ascii=False))
    else:
        shown.printed([f"signature: {shown.signature(found)}", f"earlier signature: {shown.signature(earlier)}"])
        shown.show_difference(changes)
    return 0
