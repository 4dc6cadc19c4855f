"""S3 notifies a function only while the function's policy lets it, for this bucket and its account.

S3 judges it when the notification is set, by which a stack fails, too, and again at each event, which is lost.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
"""

from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import lambda_svc, s3

from hallmark.stage.embedded.extensions.iam_judge import service_may

SERVICE = "s3.amazonaws.com"


def _may_notify(function: str, bucket: str) -> bool:
    """Look in the function's own region: a form that is posted has none."""
    named, name = parse_arn(function), function.partition(":function:")[2].partition(":")[0]
    found = lambda_svc._functions.get_scoped(named.account_id, named.region, name)
    policy = found["policy"] if found else None
    return service_may(SERVICE, policy, "lambda:InvokeFunction", function, f"arn:aws:s3:::{bucket}")


def install() -> None:
    """Judge functions as destinations beside the queues and topics that the emulator judges."""
    validate, deliver = s3._validate_notification_configs, s3._deliver_event_to_lambda

    def validate_configs(configs: list[dict[str, Any]], region: str, bucket: str = "", skips: bool = False) -> Any:
        if refused := validate(configs, region, bucket, skips):
            return refused
        functions = [config["arn"] for config in configs if config["type"] == "lambda" and not skips]
        if unreachable := [function for function in functions if not _may_notify(function, bucket)]:
            text = "Unable to validate the following destination configurations"
            return s3._invalid_notification_config(f"{text}: {', '.join(unreachable)}")
        return None

    def deliver_event(function: str, event: dict[str, Any], region: str) -> None:
        if not _may_notify(function, event["Records"][0]["s3"]["bucket"]["name"]):
            return
        # What follows happens in the function's region: its role and its queue for failures are looked up there.
        named = parse_arn(function)
        tokens = _request_account_id.set(named.account_id), _request_region.set(named.region)
        try:
            deliver(function, event, region)
        finally:
            _request_account_id.reset(tokens[0])
            _request_region.reset(tokens[1])

    s3._validate_notification_configs, s3._deliver_event_to_lambda = validate_configs, deliver_event
