"""Which endpoint a call of an action goes to, and which of AWS's prefix lists are whose.

https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re

# Where the name of the endpoint is not the prefix of the action; the first pattern that fits.
_NAMED = (
    (r"states:startsyncexecution", "sync-states"),
    (r"bedrock:(?:invokemodel|converse|applyguardrail|getasyncinvoke|startasyncinvoke).*", "bedrock-runtime"),
    (r"bedrock:(?:invokeagent|invokeflow|retrieve|rerank).*", "bedrock-agent-runtime"),
    (r"sagemaker:invokeendpoint.*", "sagemaker.runtime"),
    (r"appconfig:(?:getlatestconfiguration|startconfigurationsession)", "appconfigdata"),
    (r"iot:(?:publish|retainpublish|getthingshadow|updatethingshadow|deletethingshadow)", "iot.data"),
    (r"ecr:.*", "ecr.api"),
    (r"cloudwatch:.*", "monitoring"),
    (r"kinesis:.*", "kinesis-streams"),
    (r"firehose:.*", "kinesis-firehose"),
    (r"ses:.*", "email"),
    (r"mobiletargeting:.*", "pinpoint"),
    (r"aps:.*", "aps-workspaces"),
    (r"sagemaker:.*", "sagemaker.api"),
    (r"airflow:.*", "airflow.api"),
    (r"tag:.*", "tagging"),
)
_PATTERNS = tuple((re.compile(pattern), name) for pattern, name in _NAMED)
# The lists of the services that gateways lead to, as far as they are known; they never change.
# https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
_LISTS = {
    "dynamodb": ("pl-02cd2c6b", "pl-00a54069", "pl-4ca54025", "pl-66a5400f", "pl-6fa54006"),
    "s3": ("pl-63a5400a", "pl-68a54001", "pl-7ba54012", "pl-6ea54007", "pl-6da54004"),
}
_REGIONS = ("us-east-1", "us-west-2", "us-east-2", "eu-central-1", "eu-west-1")


def service_of(action: str) -> str:
    """Return the name of the endpoint that a call of an action goes to; that of all of them is `*`."""
    own = action.lower()
    found = next((name for pattern, name in _PATTERNS if pattern.fullmatch(own)), None)
    return found or own.partition(":")[0]


def list_of(service: str, region: str) -> str | None:
    """Return the id of AWS's prefix list of a service in a region; None where it is not known."""
    ids = dict(zip(_REGIONS, _LISTS.get(service, ()), strict=False))
    return ids.get(region)
