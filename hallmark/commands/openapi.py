"""`hallmark openapi`: the deployed API, for OpenAPI tools."""

import json

from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, the_stage
from hallmark.openapi import export
from hallmark.systems.wing import offered, wing
from hallmark.terminal import out
from infra.systems import StageName


def openapi(
    system: SystemOption = None, target: TargetOption = Target.EMBEDDED, stage: StageOption = StageName.DEV
) -> None:
    """Print the API of a stage as an OpenAPI 3 document, as API Gateway exports it."""
    deployed = the_stage(target, system, stage)
    api_id = offered(deployed.system, wing(deployed.system).api_id, "no API to export")(deployed)
    out.print_json(json.dumps(export(deployed, api_id)))
