"""Flow logs as settings: kept whole and read back, with what their role may deliver. No traffic is recorded.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-flowlog.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
"""

import re
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, ec2
from ministack.services.cloudformation.provisioners import _ec2_apply_tags

from hallmark.stage.embedded.extensions.iam_judge import role_may, role_trusts
from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties, accepted

KIND, TRUSTED = "AWS::EC2::FlowLog", "vpc-flow-logs.amazonaws.com"
# What AWS names the format that it takes where none is given.
_FORMAT = " ".join(
    f"${{{field}}}"
    for field in (
        *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"),
        *("packets", "bytes", "start", "end", "action", "log-status"),
    )
)
_GIVEN = ("DeliverLogsPermissionArn", "LogGroupName", "LogDestination", "LogFormat", "MaxAggregationInterval")
_SHOWN = (
    *("FlowLogId", "ResourceId", "TrafficType", "LogDestinationType", "LogDestination", "LogGroupName", "LogFormat"),
    *("MaxAggregationInterval", "DeliverLogsPermissionArn", "DeliverLogsStatus", "DeliverLogsErrorMessage"),
    *("FlowLogStatus", "CreationTime"),
)
_DELIVERING = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
Parameters = dict[str, Any]


def _delivers(record: Parameters) -> bool:
    """Return whether the flow log's role may be taken and may write; each right is asked for and so recorded."""
    role, name = record.get("DeliverLogsPermissionArn"), record.get("LogGroupName")
    if record["LogDestinationType"] != "cloud-watch-logs":
        return True
    place = f"arn:aws:ec2:{get_region()}:{get_account_id()}:vpc-flow-log/{record['FlowLogId']}"
    if not (role and name) or not role_trusts(role, TRUSTED, place):
        return False
    group = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{name}"
    may = [role_may(role, "vpc-flow-logs", action, f"{group}:log-stream:") for action in _DELIVERING]
    return all(may) and name in cloudwatch_logs._log_groups


def _keep(record: Parameters, given: Parameters) -> None:
    record.update({name: str(given[name]) for name in _GIVEN if given.get(name)})
    record.setdefault("LogFormat", _FORMAT)
    record.setdefault("MaxAggregationInterval", "600")
    destination = record.get("LogDestination") or ""
    if record["LogDestinationType"] == "cloud-watch-logs":
        named = destination.partition(":log-group:")[2].removesuffix(":*")
        record["LogGroupName"] = given.get("LogGroupName") or named
        record["LogDestination"] = destination if named else ""
    if _delivers(record):
        record["DeliverLogsStatus"] = "SUCCESS"
    else:
        record |= {"DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}


def _made(answer: Any) -> list[str]:
    return re.findall("fl-[0-9a-zA-Z]+", accepted(answer).decode())


def _create(parameters: Parameters) -> Any:
    answer = _create_flow_logs(parameters)
    for made in _made(answer) if answer[0] < 400 else ():
        _keep(ec2._flow_logs[made], {name: ec2._p(parameters, name) for name in _GIVEN})
    return answer


def _describe(parameters: Parameters) -> Any:
    ids, filters = ec2._parse_member_list(parameters, "FlowLogId"), ec2._parse_filters(parameters)
    fields = {"resource-id": "ResourceId", "log-group-name": "LogGroupName", "traffic-type": "TrafficType"}
    items = ""
    for record in ec2._flow_logs.values():
        if (ids and record["FlowLogId"] not in ids) or not all(
            record.get(fields[name]) in values for name, values in filters.items() if name in fields
        ):
            continue
        if ec2._resource_matches_tag_filters(record["FlowLogId"], filters):
            own = ((f"{name[0].lower()}{name[1:]}", record[name]) for name in _SHOWN if record.get(name))
            shown = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in own)
            items += f"<item>{shown}{ec2._tag_set_xml(record['FlowLogId'])}</item>"
    return ec2._xml(200, "DescribeFlowLogsResponse", f"<flowLogSet>{items}</flowLogSet>")


def _provision(logical_id: str, properties: Properties, stack: str) -> Any:
    names = ("ResourceType", "TrafficType", "LogDestinationType", *_GIVEN)
    asked = {name: [str(properties[name])] for name in names if name in properties}
    (made,) = _made(_create({"ResourceId.1": [properties["ResourceId"]], **asked}))
    _ec2_apply_tags(made, properties)
    return made, {"Id": made}


def _remove(made: str, properties: Properties) -> None:
    ec2._delete_flow_logs({"FlowLogId.1": [made]})


def _update(made: str, old: Properties, new: Properties, stack: str, *rest: Any, **options: Any) -> Any:
    """Replace the flow log: all but its tags can be set at its creation alone."""
    if {**old, "Tags": None} == {**new, "Tags": None}:
        _ec2_apply_tags(made, new, old)
        return made, {"Id": made}
    result = _provision("", new, stack)
    _remove(made, old)
    return result


_create_flow_logs = ec2._create_flow_logs


def install() -> None:
    """Keep what a request or a template says of a flow log, and show it."""
    ec2._ACTION_MAP |= {"CreateFlowLogs": _create, "DescribeFlowLogs": _describe}
    HANDLERS[KIND] = {"create": _provision, "update": _update, "delete": _remove}
