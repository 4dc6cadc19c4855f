"""`hallmark openapi`: the deployed API, for tools that read OpenAPI."""

import json

from hallmark.commands.common import StageName, StageOption, Target, TargetOption, open_stage, out
from hallmark.openapi import export


def openapi(target: TargetOption = Target.EMBEDDED, stage: StageOption = StageName.DEV) -> None:
    """Print the API of a stage as an OpenAPI 3 document, as API Gateway exports it."""
    out.print_json(json.dumps(export(open_stage(target, stage))))
