"""A rule's targets and an archive's bus must be in their region; only a bus as a target may be in another.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
"""

from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import error_response_json, get_region
from ministack.services import eventbridge

Json = dict[str, Any]


def install() -> None:
    """Refuse targets and buses in another region, by the API and in CloudFormation."""
    validate, create = eventbridge._validate_target_arn, eventbridge._create_archive

    def validate_target(target: Json) -> Any:
        if problem := validate(target):
            return problem
        arn = target["Arn"]
        named = parse_arn(arn)
        if named.region not in ("", get_region()) and named.service != "events":
            text = f"Parameter {arn} is not valid. Reason: Provided Arn is not in the region of the rule."
            return error_response_json("ValidationException", text, 400)
        return None

    def create_archive(data: Json) -> Any:
        _, problem = eventbridge._event_bus_name_from_ref(data.get("EventSourceArn") or "")
        return error_response_json(*problem, 400) if problem else create(data)

    eventbridge._validate_target_arn = validate_target
    eventbridge._create_archive = create_archive
