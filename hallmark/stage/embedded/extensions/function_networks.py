"""Functions in networks: the setting is kept, and Lambda makes and removes interfaces with the function's role.

A role that may not make them is refused; interfaces that a role may not remove stay, and hinder the deletion of their
subnets.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import ec2, lambda_svc

from hallmark.stage.embedded.extensions.iam_judge import role_may
from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

FUNCTION = "AWS::Lambda::Function"
Config = dict[str, Any]
Place = tuple[str, tuple[str, ...]]


def _places(config: Config) -> Iterator[Place]:
    """Yield what one interface is for: a subnet with a set of groups. Functions that agree in it share one."""
    network = config.get("VpcConfig") or {}
    for subnet in network.get("SubnetIds") or []:
        yield subnet, tuple(sorted(network.get("SecurityGroupIds") or []))


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{name}"


def _lacking(config: Config) -> str:
    """Return an action that the role may not do to make the function's interfaces; each is asked for and recorded."""
    missing: list[str] = []

    def ask(action: str, resource: str, **keys: str) -> None:
        if not role_may(config["Role"], config["FunctionName"], f"ec2:{action}", resource, **keys):
            missing.append(action)

    for subnet, groups in _places(config):
        keys = _keys(subnet)
        for resource in (
            _arn("network-interface", "*"),
            _arn("subnet", subnet),
            *(_arn("security-group", group) for group in groups),
        ):
            ask("CreateNetworkInterface", resource, **keys)
        ask("AssignPrivateIpAddresses", _arn("network-interface", "*"), **keys)
        for action in ("DescribeNetworkInterfaces", "DescribeSubnets"):
            ask(action, "*")
    return next(iter(missing), "")


def _keys(subnet: str) -> dict[str, str]:
    vpc = ec2._subnets.get(subnet, {}).get("VpcId", "")
    return {"ec2:Vpc": _arn("vpc", vpc), "ec2:Subnet": _arn("subnet", subnet)}


def _problem(config: Config) -> str:
    """Return why Lambda refuses a function's network; empty if it does not."""
    for subnet, groups in _places(config):
        if subnet not in ec2._subnets:
            return f"Error occurred while DescribeSubnets. The subnet ID '{subnet}' does not exist"
        for group in groups:
            if group not in ec2._security_groups:
                return f"Error occurred while DescribeSecurityGroups. The security group '{group}' does not exist"
    if action := _lacking(config):
        return f"The provided execution role does not have permissions to call {action} on EC2"
    return ""


def _connect(config: Config) -> None:
    there = {(one["SubnetId"], _group_ids(one)) for one in _of_lambda()}
    for subnet, groups in dict.fromkeys(_places(config)):
        if (subnet, groups) not in there:
            asked = {f"SecurityGroupId.{number}": [group] for number, group in enumerate(groups, 1)}
            before = {*ec2._network_interfaces}
            ec2._create_network_interface({"SubnetId": [subnet], **asked})
            (made,) = {*ec2._network_interfaces} - before
            ec2._network_interfaces[made] |= {
                "Description": f"AWS Lambda VPC ENI-{config['FunctionName']}",
                "InterfaceType": "lambda",
                "Status": "in-use",
            }


def _of_lambda() -> list[dict[str, Any]]:
    return [one for one in ec2._network_interfaces.values() if one.get("InterfaceType") == "lambda"]


def _group_ids(interface: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(group["GroupId"] for group in interface["Groups"]))


def _disconnect(before: Config, after: Config) -> None:
    """Take a function off what it no longer needs: its role is asked, and what no function needs is removed."""
    needed = {place for one in lambda_svc._functions.values() for place in _places(one["config"])}
    for place in {*_places(before)} - {*_places(after)}:
        for one in (one for one in _of_lambda() if (one["SubnetId"], _group_ids(one)) == place):
            name = _arn("network-interface", one["NetworkInterfaceId"])
            # Both are asked for, so that the record shows each.
            may = [
                role_may(before["Role"], before["FunctionName"], f"ec2:{action}", name, **_keys(place[0]))
                for action in ("UnassignPrivateIpAddresses", "DeleteNetworkInterface")
            ]
            if all(may) and place not in needed:
                ec2._network_interfaces.pop(one["NetworkInterfaceId"])


def _template() -> None:
    handlers = HANDLERS[FUNCTION] = dict(HANDLERS[FUNCTION])
    create, update, remove = handlers["create"], handlers["update"], handlers["delete"]

    def keep(name: str, properties: Properties) -> None:
        config = lambda_svc._functions[name]["config"]
        before = dict(config)
        config["VpcConfig"] = lambda_svc._vpc_config_with_id(properties.get("VpcConfig"))
        if problem := _problem(config):
            raise ValueError(f"{problem} (Service: Lambda, Status Code: 400)")
        _connect(config)
        _disconnect(before, config)

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        result = create(logical_id, properties, stack)
        try:
            keep(result[0], properties)
        except ValueError:
            remove(result[0], properties)
            raise
        return result

    def updated(name: str, old: Properties, new: Properties, *rest: Any, **options: Any) -> Any:
        result = update(name, old, new, *rest, **options)
        keep(result[0], new)
        return result

    def removed(name: str, properties: Properties) -> None:
        function = lambda_svc._functions.get(name)
        remove(name, properties)
        if function:
            _disconnect(function["config"], {})

    handlers |= {"create": created, "update": updated, "delete": removed}


def _api() -> None:
    create, configure, delete = lambda_svc._create_function, lambda_svc._update_config, lambda_svc._delete_function

    def refusal(config: Config) -> Any:
        problem = _problem({**config, "VpcConfig": config.get("VpcConfig") or {}})
        return error_response_json("InvalidParameterValueException", problem, 400) if problem else None

    def create_function(data: Config) -> Any:
        answer = refusal(data) or create(data)
        if answer[0] < 400:
            _connect(lambda_svc._functions[data["FunctionName"]]["config"])
        return answer

    def update_config(name: str, data: Config) -> Any:
        before = dict((lambda_svc._functions.get(name) or {}).get("config") or {})
        if before and "VpcConfig" in data and (refused := refusal({**before, **data})):
            return refused
        answer = configure(name, data)
        if answer[0] < 400 and "VpcConfig" in data:
            _connect(lambda_svc._functions[name]["config"])
            _disconnect(before, lambda_svc._functions[name]["config"])
        return answer

    def delete_function(name: str, *rest: Any, **options: Any) -> Any:
        function = lambda_svc._functions.get(name)
        answer = delete(name, *rest, **options)
        if function and name not in lambda_svc._functions:
            _disconnect(function["config"], {})
        return answer

    lambda_svc._create_function, lambda_svc._update_config = create_function, update_config
    lambda_svc._delete_function = delete_function


def install() -> None:
    """Keep the setting, by the API and in CloudFormation."""
    _template()
    _api()
