"""The network of screening: subnets, groups, endpoints, flow logs, and the roles beside it."""

import pytest

from infra.screening.parameters import Function
from infra.screening.rights import RIGHTS
from tests.support.templates import ACCOUNT

FUNCTIONS = tuple(Function)
BY_FUNCTION = pytest.mark.parametrize("function", FUNCTIONS)
INTERFACES = {
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
}


def name_of(template, kind, function):
    return template.name(f"{kind}-screening-{function.replace('_', '-')}")


def only(template, kind):
    ((name, resource),) = template.of_type(kind).items()
    return name, resource["Properties"]


def named(template, kind, role):
    """Logical id and properties of what has this mark."""
    found = [
        (name, one["Properties"])
        for name, one in template.of_type(kind).items()
        if one["Metadata"]["Hallmark"]["Role"] == role
    ]
    assert len(found) == 1
    return found[0]


def test_three_private_subnets_are_in_three_zones_of_their_region_and_overlap_nowhere(network):
    vpc, props = only(network, "AWS::EC2::VPC")
    assert (props["CidrBlock"], props["EnableDnsSupport"], props["EnableDnsHostnames"]) == ("10.40.0.0/20", True, True)
    subnets = network.properties("AWS::EC2::Subnet")
    zones = [
        one["Properties"]["AvailabilityZone"]
        for one in network.raw["Resources"].values()
        if one["Type"] == "AWS::EC2::Subnet"
    ]
    assert zones == [{"Fn::Select": [number, {"Fn::GetAZs": ""}]} for number in range(3)]
    assert [one["CidrBlock"] for one in subnets] == ["10.40.0.0/22", "10.40.4.0/22", "10.40.8.0/22"]
    assert [one["MapPublicIpOnLaunch"] for one in subnets] == [False] * 3
    assert {one["VpcId"] for one in subnets} == {f"${{{vpc}}}"}


def test_every_subnet_has_the_one_table_and_the_table_has_no_route_of_ours(network):
    (table,) = network.of_type("AWS::EC2::RouteTable")
    found = network.properties("AWS::EC2::SubnetRouteTableAssociation")
    assert {one["RouteTableId"] for one in found} == {f"${{{table}}}"}
    assert {one["SubnetId"] for one in found} == {f"${{{name}}}" for name in network.of_type("AWS::EC2::Subnet")}
    assert network.of_type("AWS::EC2::Route") == {}


def test_functions_send_https_and_receive_nothing(network):
    _, group = named(network, "AWS::EC2::SecurityGroup", "functions")
    (rule,) = group["SecurityGroupEgress"]
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"], rule["CidrIp"]) == ("tcp", 443, 443, "0.0.0.0/0")
    assert "SecurityGroupIngress" not in group


def test_endpoints_receive_https_of_functions_only_and_send_nothing(network):
    functions, _ = named(network, "AWS::EC2::SecurityGroup", "functions")
    _, group = named(network, "AWS::EC2::SecurityGroup", "endpoints")
    (rule,) = group["SecurityGroupIngress"]
    source = f"${{{functions}.GroupId}}"
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
    assert rule["SourceSecurityGroupId"] == source
    assert [one["CidrIp"] for one in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def statements(network, role):
    found = network.named("AWS::IAM::Role", f"role-screening-{role.replace('_', '-')}", "RoleName")
    (policy,) = found["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def listed(value):
    return value if isinstance(value, list) else [value]


def granted(found):
    """(role's ARN, action, resource) of each statement of an endpoint's policy."""
    return sorted(
        (one["Condition"]["ArnEquals"]["aws:PrincipalArn"], action, resource)
        for one in found
        for action in listed(one["Action"])
        for resource in listed(one["Resource"])
    )


def test_dynamodbs_endpoint_allows_what_the_roles_allow_and_each_to_its_role(network):
    _, endpoint = named(network, "AWS::EC2::VPCEndpoint", "dynamodb")
    wanted = sorted(
        (f"arn:aws:iam::{ACCOUNT}:role/{name_of(network, 'role', function)}", action, resource)
        for function in FUNCTIONS
        for one in statements(network, function).values()
        for action in listed(one["Action"])
        for resource in listed(one["Resource"])
        if action.startswith("dynamodb:")
    )
    assert granted(endpoint["PolicyDocument"]["Statement"]) == wanted
    assert {str(one["Principal"]) for one in endpoint["PolicyDocument"]["Statement"]} == {str({"AWS": "*"})}
    assert len(wanted) == sum(len(actions) for rows in RIGHTS.values() for *_, actions in rows)


@pytest.mark.parametrize("service", ["s3", "states"])
def test_an_endpoint_that_no_right_needs_is_for_this_accounts_own_resources(network, service):
    _, endpoint = named(network, "AWS::EC2::VPCEndpoint", service)
    (statement,) = endpoint["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}


def test_gateways_are_on_the_route_table_and_step_functions_has_private_names_in_every_subnet(network):
    (table,) = network.of_type("AWS::EC2::RouteTable")
    for service in ("dynamodb", "s3"):
        _, gateway = named(network, "AWS::EC2::VPCEndpoint", service)
        assert (gateway["VpcEndpointType"], gateway["RouteTableIds"]) == ("Gateway", [f"${{{table}}}"])
        assert gateway["ServiceName"] == f"com.amazonaws.us-east-1.{service}"
    _, interface = named(network, "AWS::EC2::VPCEndpoint", "states")
    group, _ = named(network, "AWS::EC2::SecurityGroup", "endpoints")
    assert (interface["VpcEndpointType"], interface["PrivateDnsEnabled"]) == ("Interface", True)
    assert interface["SubnetIds"] == [f"${{{name}}}" for name in network.of_type("AWS::EC2::Subnet")]
    assert interface["SecurityGroupIds"] == [f"${{{group}.GroupId}}"]


def test_rejected_traffic_is_logged_by_a_role_of_its_own(network):
    vpc, _ = only(network, "AWS::EC2::VPC")
    _, flow = only(network, "AWS::EC2::FlowLog")
    assert (flow["ResourceId"], flow["ResourceType"], flow["TrafficType"]) == (f"${{{vpc}}}", "VPC", "REJECT")
    (group,) = network.properties("AWS::Logs::LogGroup")
    assert (flow["LogGroupName"], group["RetentionInDays"]) == (group["LogGroupName"], 30)
    (written,) = statements(network, "flow-log").values()
    assert written["Resource"] == network.arn("logs", f"log-group:{group['LogGroupName']}:*")


@BY_FUNCTION
def test_lambda_makes_interfaces_in_these_subnets_only_and_the_functions_code_none(network, function):
    found = statements(network, function)
    arn = network.arn("ec2", "")
    subnets = [f"{arn}subnet/${{{name}}}" for name in network.of_type("AWS::EC2::Subnet")]
    assert found["MakeInterfaces"]["Resource"] == [f"{arn}network-interface/*", *subnets]
    vpc, _ = only(network, "AWS::EC2::VPC")
    within = {"ArnEquals": {"ec2:Vpc": f"{arn}vpc/${{{vpc}}}"}}
    assert found["MakeInterfacesInGroups"]["Condition"] == found["ChangeInterfaces"]["Condition"] == within
    allowed = {
        action
        for one in found.values()
        if one["Effect"] == "Allow"
        for action in listed(one["Action"])
        if action.startswith("ec2:")
    }
    denial = found["NotByTheFunction"]
    assert (denial["Effect"], denial["Resource"]) == ("Deny", "*")
    assert allowed == set(denial["Action"]) == INTERFACES
    own = network.arn("lambda", f"function:{name_of(network, 'lambda', function)}")
    assert denial["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": own}}


def test_the_roles_outlive_the_interfaces(network):
    name, _ = named(network, "AWS::EC2::SecurityGroup", "functions")
    roles = {role for role, one in network.of_type("AWS::IAM::Role").items() if "flow-log" not in str(one)}
    waiting = network.body["Resources"][name]["DependsOn"]
    assert set(waiting) == roles
    assert len(roles) == 3
