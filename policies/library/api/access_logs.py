"""Every API stage writes JSON access logs to a group with the wanted retention; no log has bodies.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import API, API_STAGE, LOG_GROUP
from policies.engine.policy import Policy
from policies.engine.retention import retention_problems
from policies.engine.services.access_log import HARMLESS
from policies.engine.services.api import ApiStage, stages
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template
from policies.engine.template.values import is_off

_BREAK = re.compile(r"[\r\n]")
ACCOUNT = "AWS::ApiGateway::Account"


class ApiLogs(Policy):
    scope = (API,)
    relies_on = (API_STAGE, LOG_GROUP)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        if not stages(template):
            yield Finding(TEMPLATE, "Resources", f"no {API_STAGE}", f"an {API_STAGE} with AccessLogSetting")
        for stage in stages(template):
            yield from _destination_problems(template, stage, parameters["retention_days"])
            yield from _format_problems(template, stage, parameters)
            yield from _execution_logs(template, stage)
        for account in template.of_type(ACCOUNT):
            # Two stages that each own the account's one role would overwrite each other's.
            yield Finding(account.logical_id, "", "the account's role in a stage's stack", "a stack of its own")


def _setting(template: Template, stage: ApiStage, key: str) -> Any:
    setting = template.resolve(stage.properties.get("AccessLogSetting"))
    return setting.get(key) if isinstance(setting, Mapping) else None


def _destination_problems(template: Template, stage: ApiStage, days: int) -> Iterator[Finding]:
    path = f"{stage.place}AccessLogSetting.DestinationArn"
    group = template.by_arn(_setting(template, stage, "DestinationArn"), LOG_GROUP)
    if not group:
        yield Finding(stage.resource.logical_id, path, "no log group of this template", "the ARN of a log group")
        return
    yield from retention_problems(template, group, days)


def _format_problems(template: Template, stage: ApiStage, parameters: dict[str, Any]) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html"""
    name, path = stage.resource.logical_id, f"{stage.place}AccessLogSetting.Format"
    text = _setting(template, stage, "Format")
    fields = template.structure(text)
    if not isinstance(text, str) or not isinstance(fields, Mapping) or not fields:
        found = UNRESOLVED if text is UNKNOWN else "no JSON object"
        yield Finding(name, path, found, "a JSON object of $context variables")
        return
    if _BREAK.search(text.rstrip("\r\n")):
        # API Gateway: "new line character is allowed only at end of the format".
        yield Finding(name, path, "several lines, which API Gateway refuses", "one line")
    for key, value in fields.items():
        if not isinstance(value, str) or value not in HARMLESS:
            wanted = "a variable that holds neither bodies nor keys (policies/engine/services/access_log.py)"
            yield Finding(name, f"{path}.{key}", str(value), wanted)
    for variable in parameters["required_variables"]:
        if variable not in fields.values():
            yield Finding(name, path, f"no {variable}", f"{variable} among the fields")


def _execution_logs(template: Template, stage: ApiStage) -> Iterator[Finding]:
    """Yield execution logs: they hold bodies if data is traced, in API Gateway's own group, which never expires."""
    settings = template.resolve(stage.properties.get("MethodSettings"))
    own = settings if isinstance(settings, list) else [] if settings is None else [None]
    groups = [(f"{stage.place}MethodSettings[{index}].", one) for index, one in enumerate(own)]
    if stage.place:
        groups.append((stage.place, stage.properties))
    for path, setting in groups:
        if not isinstance(setting, Mapping):
            yield Finding(stage.resource.logical_id, path, UNRESOLVED, "settings that can be resolved")
            continue
        traced, level = (template.resolve(setting.get(key)) for key in ("DataTraceEnabled", "LoggingLevel"))
        if not is_off(traced):
            yield Finding(stage.resource.logical_id, f"{path}DataTraceEnabled", str(traced), "false")
        if level not in (None, "OFF"):
            yield Finding(stage.resource.logical_id, f"{path}LoggingLevel", str(level), "OFF")


policy = ApiLogs()
