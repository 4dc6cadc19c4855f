"""A plugin of tox: it would read 2,000 hashes like a shell, character by character, and anew for each environment.

https://tox.wiki/en/latest/plugins.html
"""

import re
import shlex
from argparse import Namespace
from types import SimpleNamespace

from tox.tox_env.python.pip.req import file

_SPECIAL = re.compile(r"""['"\\]""")
_parsed: dict[str, tuple[str, Namespace]] = {}
_parse = file.RequirementsFile._parse_line


def _split(options: str) -> list[str]:
    return shlex.split(options) if _SPECIAL.search(options) else options.split()


def _parse_once(self: file.RequirementsFile, line: str) -> tuple[str, Namespace]:
    if "--hash=" not in line:
        return _parse(self, line)
    if line not in _parsed:
        _parsed[line] = _parse(self, line)
    return _parsed[line]


file.shlex = SimpleNamespace(split=_split)
file.RequirementsFile._parse_line = _parse_once
