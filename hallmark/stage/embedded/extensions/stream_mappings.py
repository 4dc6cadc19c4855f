"""Mappings of DynamoDB streams as Lambda accepts them: limits, filters, the role's rights, and the defaults read back.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import eventbridge, lambda_svc

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties, accepted
from hallmark.stage.embedded.extensions.stream_lanes import may_read, refusal
from hallmark.stage.embedded.extensions.stream_records import stream_of

MAPPING = "AWS::Lambda::EventSourceMapping"
MOST_FILTERS = 5
LIMITS = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRetryAttempts": (-1, 10_000),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "ParallelizationFactor": (1, 10),
}
LEAST_AGE_SECONDS = 60
DEFAULTS: Properties = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "FunctionResponseTypes": [],
}


def _invalid(message: str) -> Any:
    return error_response_json("InvalidParameterValueException", message, 400)


def _out_of_range(name: str, value: int, bound: str, limit: int) -> Any:
    place = name[0].lower() + name[1:]
    text = f"Value '{value}' at '{place}' failed to satisfy constraint: Member must have value {bound} {limit}"
    return error_response_json("ValidationException", f"1 validation error detected: {text}", 400)


def _bad_settings(settings: Properties) -> Any:
    """Return the API's refusal of numbers and filters, or None."""
    for name, (least, most) in LIMITS.items():
        value = int(settings.get(name, least))
        if value < least:
            return _out_of_range(name, value, "greater than or equal to", least)
        if value > most:
            return _out_of_range(name, value, "less than or equal to", most)
    if -1 < int(settings.get("MaximumRecordAgeInSeconds", -1)) < LEAST_AGE_SECONDS:
        return _invalid(f"MaximumRecordAgeInSeconds must be -1, or at least {LEAST_AGE_SECONDS}.")
    filters = (settings.get("FilterCriteria") or {}).get("Filters") or []
    if len(filters) > MOST_FILTERS:
        return _invalid(f"Filters must be at most {MOST_FILTERS}.")
    if not all(one.get("Pattern") and eventbridge._event_pattern_error(one["Pattern"]) is None for one in filters):
        return _invalid("Invalid filter pattern definition.")
    return None


def _bad_source(settings: Properties) -> Any:
    """Return the API's refusal of a new mapping's position, stream or role, or None."""
    stream = settings["EventSourceArn"]
    if settings.get("StartingPosition") not in ("TRIM_HORIZON", "LATEST"):
        return _invalid("StartingPosition must be TRIM_HORIZON or LATEST for a DynamoDB stream.")
    if stream_of(stream) is None:
        return _invalid(f"Stream not found: {stream}")
    function, config, _ = lambda_svc._get_func_record_for_ref(settings.get("FunctionName") or "")
    if function is not None and config is not None and not may_read(config, stream):
        return _invalid(refusal(stream))
    return None


def _of_a_stream(arn: Any) -> bool:
    return isinstance(arn, str) and ":dynamodb:" in arn


def install() -> None:
    """Check and complete mappings when they are created or changed, by the API and by CloudFormation."""
    create, update = lambda_svc._create_esm, lambda_svc._update_esm
    handlers = HANDLERS[MAPPING] = dict(HANDLERS[MAPPING])
    provision, change = handlers["create"], handlers["update"]

    def create_mapping(data: Properties) -> Any:
        if not _of_a_stream(data.get("EventSourceArn")):
            return create(data)
        return _bad_settings(data) or _bad_source(data) or create({**DEFAULTS, **data})

    def update_mapping(identity: str, data: Properties) -> Any:
        known = lambda_svc._esms.get(identity) or {}
        problem = _bad_settings(data) if _of_a_stream(known.get("EventSourceArn")) else None
        return problem or update(identity, data)

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        if _of_a_stream(properties.get("EventSourceArn")):
            if problem := _bad_settings(properties) or _bad_source(properties):
                accepted(problem)
            properties = {**DEFAULTS, **properties}
        return provision(logical_id, properties, stack)

    def updated(identity: str, old: Properties, new: Properties, *rest: Any, **options: Any) -> Any:
        if _of_a_stream(new.get("EventSourceArn")):
            if problem := _bad_settings(new):
                accepted(problem)
            # A property that the template no longer has goes back to its default.
            if "FilterCriteria" not in new:
                lambda_svc._esms.get(identity, {}).pop("FilterCriteria", None)
            new = {**DEFAULTS, **new}
        return change(identity, old, new, *rest, **options)

    lambda_svc._create_esm, lambda_svc._update_esm = create_mapping, update_mapping
    handlers |= {"create": created, "update": updated}
