"""The asynchronous edges of a template that end at a function: who calls it without waiting for what becomes of it.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from policies.engine.events.wiring import calls_of, on_function
from policies.engine.kinds import PERMISSION
from policies.engine.relations.callers import CUSTOM
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# They hear of a failure by an answer of their own, or ask again by themselves.
_ANSWERED = (
    "AWS::CloudFormation::CustomResource",
    "AWS::CodePipeline::Pipeline",
    "AWS::Config::ConfigRule",
    "AWS::Config::OrganizationConfigRule",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SSM::MaintenanceWindowTask",
)
# Services that call without waiting, by their permission.
_SERVICES = {
    f"{one}.amazonaws.com": what
    for one, what in {
        "s3": "S3", "sns": "SNS", "events": "EventBridge", "ses": "SES", "iot": "IoT", "logs": "CloudWatch Logs",
        "codecommit": "CodeCommit", "scheduler": "EventBridge Scheduler",
    }.items()
}  # fmt: skip


def asynchronous_callers(template: Template, function: Resource) -> list[str]:
    """Return who calls a function asynchronously: resources by their logical ids, services of permissions by name."""
    callers = [call.caller for call in calls_of(template, function) if call.asynchronous]
    found = [one.logical_id for one in callers if one.type not in _ANSWERED and not one.type.startswith(CUSTOM)]
    for permission in [] if found else on_function(template, function, PERMISSION):
        service = _SERVICES.get(template.text(permission.properties.get("Principal")) or "")
        found += [service] if service else []
    return list(dict.fromkeys(found))


def serves_templates(template: Template, function: Resource) -> bool:
    """Return whether a function is called by custom resources alone: at a deployment, which tells of its failures."""
    callers = [call.caller.type for call in calls_of(template, function)]
    return bool(callers) and all(one.startswith(CUSTOM) or one == _ANSWERED[0] for one in callers)
