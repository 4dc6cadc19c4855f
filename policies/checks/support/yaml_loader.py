"""How the policies read YAML: safely, and with what a bare word means said by who reads."""

import re
from collections.abc import Mapping
from typing import Any

import yaml


def loader(patterns: Mapping[str, str]) -> Any:
    """A safe loader that recognises implicit types (`bool`, `timestamp`) by other patterns, by `` not at all.

    https://yaml.org/type/
    """
    changed = {f"tag:yaml.org,2002:{name}": pattern for name, pattern in patterns.items()}

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        yaml_implicit_resolvers = {  # noqa: RUF012 - the name and form that PyYAML wants
            first: [
                (tag, re.compile(changed[tag]) if tag in changed else pattern)
                for tag, pattern in resolvers
                if changed.get(tag) != ""
            ]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return Loader
