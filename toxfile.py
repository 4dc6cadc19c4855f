"""A plugin of tox: it would read the hashes of a requirements file anew for each environment, a tenth of a second each.

https://tox.wiki/en/latest/plugins.html
"""

import shlex
from functools import cache
from types import SimpleNamespace

from tox.tox_env.python.pip.req import file


@cache
def _words(options: str) -> tuple[str, ...]:
    return tuple(shlex.split(options))


file.shlex = SimpleNamespace(split=lambda options: list(_words(options)))
