"""Recognition of CloudFormation templates among the files of a repository, broken ones included."""

import json
import re

_MARK = r"""["']?(?:Resources|AWSTemplateFormatVersion)["']?\s*:"""
# Cheap, and true of every template, in JSON or YAML.
_MAY_BE = re.compile(r"""["']?Type["']?\s*:\s*["']?\w+::\w+|AWSTemplateFormatVersion["']?\s*:""")
# The first line of content: its indentation is that of the document's own keys.
_FIRST = re.compile(r"^(?!\s*(?:#|%|---|$))( *)\S", re.MULTILINE)


def looks_like_template(raw: bytes) -> bool:
    """Return whether the document itself, not something in it, has Resources or the version of the format as a key."""
    text = raw.decode("utf-8-sig", "replace").replace("\r", "\n")
    if not _MAY_BE.search(text):
        return False
    if text.lstrip().startswith("{"):
        return _in_json(text)
    first = _FIRST.search(text)
    return bool(first and re.search(rf"^(?:--- +)?{first[1]}{_MARK}", text, re.MULTILINE))


def _in_json(text: str) -> bool:
    try:
        return not {"Resources", "AWSTemplateFormatVersion"}.isdisjoint(json.loads(text))
    except (ValueError, RecursionError):
        # Broken, or YAML in braces: the strict reader says which.
        return True
