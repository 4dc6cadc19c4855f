"""Makes a call of the tables and tells how it ended."""

from typing import Any

from botocore.exceptions import ClientError

from hallmark.stage import Stage
from tests.integration.realtime.rights.calls import Call

REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    return value.format_map(names) if isinstance(value, str) and value != "{}" else value


def outcome(stage: Stage, call: Call, names: dict[str, str]) -> dict[str, str]:
    """Make a call as whoever the stage is seen by; returns the service's error, or nothing when it went well."""
    client = (stage.in_clear() if call.clear else stage).client(call.service)
    try:
        getattr(client, call.operation)(**_filled(call.arguments, names))
    except ClientError as error:
        return dict(error.response["Error"])
    return {}
