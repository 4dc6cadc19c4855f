"""A description of this machine, in one line of a report."""

import os
import platform
import re
from pathlib import Path

_MODEL = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)


def machine() -> str:
    """Return processors, their model, the system and Python's version."""
    cpuinfo = Path("/proc/cpuinfo")
    found = _MODEL.search(cpuinfo.read_text(encoding="utf-8")) if cpuinfo.is_file() else None
    model = found[1].strip() if found else platform.processor() or platform.machine()
    return f"{os.cpu_count()} x {model}, {platform.system()}, Python {platform.python_version()}"
