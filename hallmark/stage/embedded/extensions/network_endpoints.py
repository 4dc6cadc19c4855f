"""Endpoints of networks: their policy, groups, private DNS and routes are kept, changed and read back.

A gateway endpoint is a route to its service's prefix list in each of its tables.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy
"""

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import ec2

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

KIND = "AWS::EC2::VPCEndpoint"
DEFAULT_POLICY = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
_FILTERS = {
    "vpc-id": "VpcId",
    "service-name": "ServiceName",
    "vpc-endpoint-id": "VpcEndpointId",
    "vpc-endpoint-type": "VpcEndpointType",
    "vpc-endpoint-state": "State",
}
# Of those that the emulator does not list.
_SERVICES = ("states", "sync-states", "xray", "dynamodb", "ecs", "lambda", "sqs", "sns", "events")
Parameters = dict[str, Any]
Endpoint = dict[str, Any]


# What an endpoint names of its network, where that is kept, and the error of what is not there.
_PARTS = {
    "SubnetIds": (ec2._subnets, "InvalidSubnetId.NotFound"),
    "SecurityGroupIds": (ec2._security_groups, "InvalidSecurityGroupID.NotFound"),
    "RouteTableIds": (ec2._route_tables, "InvalidRouteTableId.NotFound"),
}
# What another endpoint is needed for.
_REPLACED = ("VpcId", "ServiceName", "VpcEndpointType")


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _shown(fields: Any) -> Any:
    def endpoint_xml(endpoint: Endpoint, tag: str = "item") -> str:
        policy = endpoint.get("PolicyDocument") or DEFAULT_POLICY
        names = {one: ec2._security_groups.get(one, {}).get("GroupName", "") for one in _groups(endpoint)}
        more = "".join(
            f"<item><groupId>{one}</groupId><groupName>{escape(name)}</groupName></item>" for one, name in names.items()
        )
        text = policy if isinstance(policy, str) else json.dumps(policy)
        own = (
            f"<policyDocument>{escape(text)}</policyDocument><groupSet>{more}</groupSet>"
            f"<privateDnsEnabled>{str(_is_true(endpoint.get('PrivateDnsEnabled', False))).lower()}</privateDnsEnabled>"
            "<ipAddressType>ipv4</ipAddressType><requesterManaged>false</requesterManaged>"
        )
        return str(fields(endpoint, tag)).replace("<routeTableIdSet>", f"{own}<routeTableIdSet>", 1)

    return endpoint_xml


def _groups(endpoint: Endpoint) -> list[str]:
    """Return the groups of an interface endpoint: its network's own where none is named."""
    if endpoint["VpcEndpointType"] != "Interface":
        return []
    own = ec2._vpcs.get(endpoint["VpcId"], {}).get("DefaultSecurityGroupId")
    return list(endpoint.get("SecurityGroupIds") or [own])


def _problem(endpoint: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return why AWS refuses an endpoint, or None; one of the same service hinders it."""
    vpc = ec2._vpcs.get(endpoint["VpcId"])
    if vpc is None:
        return "InvalidVpcId.NotFound", f"The Vpc Id {endpoint['VpcId']} does not exist"
    for field, (store, code) in _PARTS.items():
        for one in endpoint.get(field) or []:
            if store.get(one, {}).get("VpcId") != endpoint["VpcId"]:
                return code, f"The ID '{one}' does not exist in {endpoint['VpcId']}"
    own = endpoint.get("VpcEndpointId")
    others = [
        one
        for one in ec2._vpc_endpoints.values()
        if one["VpcId"] == endpoint["VpcId"] and one["VpcEndpointId"] != own
        if one["ServiceName"] == endpoint["ServiceName"] and one["VpcEndpointType"] == endpoint["VpcEndpointType"]
    ]
    if endpoint["VpcEndpointType"] == "Gateway":
        taken = {table for one in others for table in one.get("RouteTableIds", [])}
        for table in sorted(taken & {*endpoint.get("RouteTableIds", [])}):
            return "RouteAlreadyExists", f"route table {table} already has a route with destination-prefix-list-id"
    elif _is_true(endpoint.get("PrivateDnsEnabled", False)):
        if not (vpc.get("EnableDnsSupport", True) and vpc.get("EnableDnsHostnames", False)):
            wanted = "requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true"
            return "InvalidParameter", f"Enabling private DNS {wanted} for {endpoint['VpcId']}"
        if any(_is_true(one.get("PrivateDnsEnabled", False)) for one in others):
            text = f"there is already a conflicting DNS domain for {endpoint['ServiceName']} in the VPC"
            return "InvalidParameter", f"private-dns-enabled cannot be set because {text}"
    return None


def _create(parameters: Parameters) -> Any:
    kind = ec2._p(parameters, "VpcEndpointType") or "Gateway"
    # The API's default, unlike CloudFormation's.
    dns = ec2._p(parameters, "PrivateDnsEnabled") or str(kind == "Interface")
    given = {
        "VpcEndpointType": kind,
        "VpcId": ec2._p(parameters, "VpcId"),
        "ServiceName": ec2._p(parameters, "ServiceName"),
        "RouteTableIds": ec2._parse_member_list(parameters, "RouteTableId"),
        "SecurityGroupIds": ec2._parse_member_list(parameters, "SecurityGroupId"),
        "SubnetIds": ec2._parse_member_list(parameters, "SubnetId"),
        "PrivateDnsEnabled": kind == "Interface" and _is_true(dns),
        "PolicyDocument": ec2._p(parameters, "PolicyDocument") or None,
    }
    if problem := _problem(given):
        return ec2._error(*problem, 400)
    before = {*ec2._vpc_endpoints}
    _create_vpc_endpoint(parameters)
    (made,) = {*ec2._vpc_endpoints} - before
    ec2._vpc_endpoints[made] |= given
    return ec2._xml(200, "CreateVpcEndpointResponse", ec2._vpce_fields_xml(ec2._vpc_endpoints[made], tag="vpcEndpoint"))


def _modify(parameters: Parameters) -> Any:
    endpoint = ec2._vpc_endpoints.get(ec2._p(parameters, "VpcEndpointId"))
    if endpoint is None:
        return _modify_vpc_endpoint(parameters)
    add, remove = (ec2._parse_member_list(parameters, f"{what}SecurityGroupId") for what in ("Add", "Remove"))
    changed: Endpoint = {}
    if add or remove:
        changed["SecurityGroupIds"] = [
            one for one in {**dict.fromkeys([*_groups(endpoint), *add])} if one not in remove
        ]
    if dns := ec2._p(parameters, "PrivateDnsEnabled"):
        changed["PrivateDnsEnabled"] = _is_true(dns)
    if _is_true(ec2._p(parameters, "ResetPolicy")):
        changed["PolicyDocument"] = None
    tables = [*endpoint.get("RouteTableIds", []), *ec2._parse_member_list(parameters, "AddRouteTableId")]
    if problem := _problem({**endpoint, **changed, "RouteTableIds": tables}):
        return ec2._error(*problem, 400)
    endpoint |= changed
    return _modify_vpc_endpoint(parameters)


def _describe(parameters: Parameters) -> Any:
    filters, ids = ec2._parse_filters(parameters), ec2._parse_member_list(parameters, "VpcEndpointId")
    if unknown := [one for one in ids if one not in ec2._vpc_endpoints]:
        return ec2._error("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{unknown[0]}' does not exist", 400)
    found = [
        one
        for one in ec2._vpc_endpoints.values()
        if (not ids or one["VpcEndpointId"] in ids)
        and ec2._resource_matches_tag_filters(one["VpcEndpointId"], filters)
        and all(one[_FILTERS[name]] in values for name, values in filters.items() if name in _FILTERS)
    ]
    items = "".join(ec2._vpce_fields_xml(one) for one in found)
    return ec2._xml(200, "DescribeVpcEndpointsResponse", f"<vpcEndpointSet>{items}</vpcEndpointSet>")


def _with_routes(fields: Any) -> Any:
    def table_xml(table: dict[str, Any], tag: str = "item") -> str:
        routes = [
            {
                "DestinationPrefixListId": ec2._aws_pl_id_from_name(one["ServiceName"]),
                "GatewayId": one["VpcEndpointId"],
                "State": "active",
                "Origin": "CreateRoute",
            }
            for one in ec2._vpc_endpoints.values()
            if one["VpcEndpointType"] == "Gateway" and table["RouteTableId"] in one.get("RouteTableIds", [])
        ]
        return str(fields({**table, "Routes": [*table.get("Routes", []), *routes]}, tag))

    return table_xml


def _judged(make: Any) -> Any:
    """Return a provisioner's function that refuses what AWS refuses; the properties are its second last argument."""

    def made(first: str, *rest: Any, **options: Any) -> Any:
        given: Properties = rest[-2]
        own = {"VpcEndpointType": "Gateway", "VpcId": "", "ServiceName": "", **given}
        if problem := _problem({**own, "VpcEndpointId": first}):
            raise ValueError(f"{problem[1]} (Service: Ec2, Status Code: 400, Error Code: {problem[0]})")
        return make(first, *rest, **options)

    return made


def _updated(create: Any, update: Any, remove: Any) -> Any:
    """Return the update, which replaces an endpoint of another network, service or kind.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html
    """

    def updated(made: str, old: Properties, new: Properties, stack: str, *rest: Any, **options: Any) -> Any:
        if all(old.get(name) == new.get(name) for name in _REPLACED):
            return update(made, old, new, stack, *rest, **options)
        result = create("", new, stack)
        remove(made, old)
        return result

    return updated


_create_vpc_endpoint, _modify_vpc_endpoint = ec2._create_vpc_endpoint, ec2._modify_vpc_endpoint


def install() -> None:
    """Keep, judge and show endpoints, by the API and in CloudFormation."""
    ec2._vpce_fields_xml, ec2._rtb_fields_xml = _shown(ec2._vpce_fields_xml), _with_routes(ec2._rtb_fields_xml)
    ec2._VPCE_INTERFACE_SERVICES = tuple(dict.fromkeys((*ec2._VPCE_INTERFACE_SERVICES, *_SERVICES)))
    ec2._ACTION_MAP |= {
        "CreateVpcEndpoint": _create,
        "ModifyVpcEndpoint": _modify,
        "DescribeVpcEndpoints": _describe,
    }
    handlers = HANDLERS[KIND] = dict(HANDLERS[KIND])
    handlers |= {verb: _judged(handlers[verb]) for verb in ("create", "update")}
    handlers["update"] = _updated(handlers["create"], handlers["update"], handlers["delete"])
