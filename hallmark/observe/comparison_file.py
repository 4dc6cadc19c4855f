"""A comparison as a file beside its observed template: evidence of differences, and of what is not read."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from hallmark.observe.comparison import Comparison
from hallmark.observe.render import as_data
from hallmark.unread import Unread


def write(found: Comparison, rows: Sequence[Unread], template: Path) -> Path:
    """Write a comparison, and what is not read, beside the observed template; return the file."""
    content = {
        "differences": [as_data(one) for one in found.differences],
        "unread": [asdict(row) for row in rows],
    }
    path = template.with_name(template.name.replace(".template.", ".comparison."))
    path.write_text(json.dumps(content, indent=1, default=str), encoding="utf-8")
    return path
