"""A version is published only if the code is the expected one, where the caller or the template states its hash.

https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
"""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties, accepted

VERSION = "AWS::Lambda::Version"


def _refusal(function: str, wanted: Any) -> Any:
    """Return the API's refusal of another hash than that of $LATEST, or None."""
    found = lambda_svc._functions.get(function)
    own = found and found["config"]["CodeSha256"]
    if not wanted or not own or own == wanted:
        return None
    text = (
        f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({own}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )
    return error_response_json("InvalidParameterValueException", text, 400)


def _require(properties: Properties) -> None:
    _, name = provisioners._lambda_version_function(properties)
    if problem := _refusal(name, properties.get("CodeSha256")):
        accepted(problem)


def install() -> None:
    """Compare the hash when a version is published, by the API and in CloudFormation, which drops it."""
    publish = lambda_svc._publish_version
    lambda_svc._publish_version = lambda name, data: _refusal(name, data.get("CodeSha256")) or publish(name, data)
    handlers = HANDLERS[VERSION] = dict(HANDLERS[VERSION])
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        _require(properties)
        return create(logical_id, properties, stack)

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any, **options: Any) -> Any:
        if old.get("CodeSha256") != new.get("CodeSha256"):
            _require(new)
        return update(physical_id, old, new, *rest, **options)

    handlers |= {"create": created, "update": updated}
