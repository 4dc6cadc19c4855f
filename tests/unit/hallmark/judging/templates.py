"""Templates of strangers, as small as they can be."""

import json
from pathlib import Path
from typing import Any

BUCKET = {"Resources": {"Files": {"Type": "AWS::S3::Bucket"}}}
BASELINE = "serverless-baseline"


def written(folder: Path, document: Any, name: str = "template.json") -> Path:
    """Return the file of a template, JSON or a text as it is."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return file
