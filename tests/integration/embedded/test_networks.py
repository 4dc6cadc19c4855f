"""A network in a stack of its own: kept, read back, imported by another stack, changed by hand, deleted in order."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.observe import observe
from hallmark.observe.drift import drift
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import ACCOUNT, SECRET
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.sessions import session
from hallmark.together import joined, with_stacks
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Json = dict[str, Any]
SYSTEM, STAGE, REGION = "screening", "kept", "us-east-1"
NETWORK, IMAGES, MAIN = (f"hallmark-{SYSTEM}-{part}{STAGE}" for part in ("network-", "images-", ""))
NAME = f"screening-reader-{STAGE}"
HERE = f"{REGION}:{ACCOUNT}"
TAGS = [{"Key": "Name", "Value": f"vpc-screening-network-{STAGE}"}]
EC2 = "AWS::EC2::"


def _of(kind: str, **properties: Any) -> Json:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _role(name: str, service: str, *statements: Json) -> Json:
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": service})]}
    policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": list(statements)}}]
    return _of("IAM::Role", RoleName=f"{NAME}-{name}", AssumeRolePolicyDocument=trust, Policies=policies)


def _interface_rights() -> list[Json]:
    """What Lambda needs, and the function's own code may not."""
    make, find = "ec2:CreateNetworkInterface", ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    change = ["ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]
    subnets = [{"Fn::Sub": f"arn:aws:ec2:{HERE}:subnet/${{{name}}}"} for name in ("One", "Two")]
    inside = {"ArnEquals": {"ec2:Vpc": {"Fn::Sub": f"arn:aws:ec2:{HERE}:vpc/${{Vpc}}"}}}
    own = {"ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:{HERE}:function:{NAME}"}}
    return [
        {**allow(make, None), "Resource": [f"arn:aws:ec2:{HERE}:network-interface/*", *subnets]},
        allow(make, f"arn:aws:ec2:{HERE}:security-group/*", Condition=inside),
        allow(change, f"arn:aws:ec2:{HERE}:network-interface/*", Condition=inside),
        allow(find, "*"),
        {"Effect": "Deny", "Action": [make, *find, *change], "Resource": "*", "Condition": own},
    ]


def _network() -> Json:
    vpc, group = {"Ref": "Vpc"}, {"Fn::GetAtt": ["Functions", "GroupId"]}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    nowhere = {"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}
    policy = {"Statement": [{"Sid": "Own", **allow("s3:GetObject", "arn:aws:s3:::a/*", Principal="*")}]}
    logs = {"Fn::GetAtt": ["Flows", "Arn"]}
    endpoint = f"com.amazonaws.{REGION}"
    resources = {
        "Vpc": _of("EC2::VPC", CidrBlock="10.9.0.0/20", EnableDnsHostnames=True, EnableDnsSupport=True, Tags=TAGS),
        "Table": _of("EC2::RouteTable", VpcId=vpc),
        "Functions": _of(
            "EC2::SecurityGroup",
            GroupName=f"securitygroup-screening-functions-{STAGE}",
            GroupDescription="Functions",
            VpcId=vpc,
            SecurityGroupEgress=[nowhere],
        )
        | {"DependsOn": ["Role"]},
        "Endpoints": _of("EC2::SecurityGroup", GroupName="endpoints", GroupDescription="Endpoints", VpcId=vpc),
        "Out": _of("EC2::SecurityGroupEgress", GroupId=group, **https, CidrIp="0.0.0.0/0"),
        "OutToS3": _of("EC2::SecurityGroupEgress", GroupId=group, **https, DestinationPrefixListId="pl-1"),
        "In": _of(
            "EC2::SecurityGroupIngress",
            GroupId={"Ref": "Endpoints"},
            **https,
            SourceSecurityGroupId=group,
            Description="from functions",
        ),
        "List": _of("EC2::NetworkAcl", VpcId=vpc, Tags=TAGS),
        "ListIn": _of(
            "EC2::NetworkAclEntry",
            NetworkAclId={"Ref": "List"},
            RuleNumber=100,
            Protocol=6,
            RuleAction="allow",
            CidrBlock={"Fn::GetAtt": ["Vpc", "CidrBlock"]},
            PortRange={"From": 443, "To": 443},
        ),
        "ListOfTwo": _of(
            "EC2::SubnetNetworkAclAssociation", SubnetId={"Ref": "Two"}, NetworkAclId={"Fn::GetAtt": ["List", "Id"]}
        ),
        "S3": _of(
            "EC2::VPCEndpoint",
            VpcId=vpc,
            ServiceName=f"{endpoint}.s3",
            RouteTableIds=[{"Ref": "Table"}],
            PolicyDocument=policy,
        ),
        "States": _of(
            "EC2::VPCEndpoint",
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName=f"{endpoint}.states",
            SubnetIds=[{"Ref": "One"}, {"Ref": "Two"}],
            SecurityGroupIds=[{"Ref": "Endpoints"}],
            PrivateDnsEnabled=True,
        ),
        "Flows": _of("Logs::LogGroup", LogGroupName=f"/aws/vpc-flow-logs/screening-flows-{STAGE}", RetentionInDays=30),
        "FlowRole": _role(
            "flows",
            "vpc-flow-logs.amazonaws.com",
            {
                **allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], None),
                "Resource": logs,
            },
        ),
        "FlowLog": _of(
            "EC2::FlowLog",
            ResourceId=vpc,
            ResourceType="VPC",
            TrafficType="REJECT",
            LogGroupName={"Ref": "Flows"},
            DeliverLogsPermissionArn={"Fn::GetAtt": ["FlowRole", "Arn"]},
            MaxAggregationInterval=60,
            Tags=TAGS,
        ),
        "Role": _role("code", "lambda.amazonaws.com", *_interface_rights()),
    }
    for number, name in enumerate(("One", "Two")):
        zone = {"Fn::Select": [number, {"Fn::GetAZs": ""}]}
        cidr = {"Fn::Select": [number, {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "CidrBlock"]}, 2, 8]}]}
        resources[name] = _of("EC2::Subnet", VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
        resources[f"{name}Routes"] = _of(
            "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": name}, RouteTableId={"Ref": "Table"}
        )
    exported = {"One": {"Ref": "One"}, "Two": {"Ref": "Two"}, "Group": group, "Role": {"Fn::GetAtt": ["Role", "Arn"]}}
    outputs = {name: {"Value": value, "Export": {"Name": f"{NETWORK}:{name}"}} for name, value in exported.items()}
    return _marked({"Resources": resources, "Outputs": outputs})


def _main() -> Json:
    given = {name: {"Fn::ImportValue": f"{NETWORK}:{name}"} for name in ("One", "Two", "Group", "Role")}
    function = _of(
        "Lambda::Function",
        FunctionName=NAME,
        Runtime="python3.11",
        Handler="index.handler",
        Role=given["Role"],
        Code={"ZipFile": "import os\n\ndef handler(event, context):\n    return dict(os.environ)\n"},
        LoggingConfig={"LogGroup": f"/aws/lambda/{NAME}"},
        VpcConfig={"SubnetIds": [given["One"], given["Two"]], "SecurityGroupIds": [given["Group"]]},
    )
    return _marked({"Resources": {"Function": function}})


def _marked(document: Json) -> Json:
    return {**document, "Metadata": {"Hallmark": {"System": SYSTEM, "Stage": STAGE, "Region": REGION}}}


TEMPLATES = {
    NETWORK: _network(),
    IMAGES: _marked({"Resources": {"Repository": _of("ECR::Repository", RepositoryName=f"ecr-{NAME}")}}),
    MAIN: _main(),
}


@pytest.fixture(scope="module")
def stage(running_emulator: Emulator) -> Iterator[DeployedStage]:
    """The three stacks, which are deleted at the end, in order."""
    stage = DeployedStage(SYSTEM, STAGE, "embedded", session(ACCOUNT, SECRET, region=REGION), running_emulator.endpoint)
    for name, template in TEMPLATES.items():
        assert _made(stage, name, template) == "CREATE_COMPLETE"
    yield stage
    for name in (MAIN, IMAGES, NETWORK):
        stage.client("cloudformation").delete_stack(StackName=name)
        wait_for(lambda name=name: _status(stage, name) in ("", "DELETE_COMPLETE"), name)


def _status(stage: DeployedStage, name: str) -> str:
    try:
        return str(stage.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError:
        return ""


def _made(stage: DeployedStage, name: str, template: Json) -> str:
    stage.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    wait_for(lambda: not _status(stage, name).endswith("IN_PROGRESS"), name)
    return _status(stage, name)


@pytest.fixture(scope="module")
def declared() -> Json:
    return with_stacks(joined({name: TEMPLATES[name] for name in (MAIN, IMAGES, NETWORK)}))


@pytest.fixture(scope="module")
def ids(stage: DeployedStage) -> dict[str, str]:
    """The physical ids of the network's resources."""
    listed = stage.client("cloudformation").list_stack_resources(StackName=NETWORK)["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}


def test_nothing_is_lost_on_the_way(stage: DeployedStage, declared: Json) -> None:
    observed = observe(stage)
    assert drift(declared, observed) == []
    assert set(observed["Resources"]) == set(declared["Resources"])
    zones = [observed["Resources"][name]["Properties"]["AvailabilityZone"] for name in ("One", "Two")]
    assert zones == [f"{REGION}a", f"{REGION}b"]


def test_a_gateway_endpoint_is_a_route_to_its_prefix_list(stage: DeployedStage, ids: dict[str, str]) -> None:
    (table,) = stage.client("ec2").describe_route_tables(RouteTableIds=[ids["Table"]])["RouteTables"]
    (route,) = (one for one in table["Routes"] if one["GatewayId"] == ids["S3"])
    named = {"Name": "prefix-list-name", "Values": [f"com.amazonaws.{REGION}.s3"]}
    (listed,) = stage.client("ec2").describe_prefix_lists(Filters=[named])["PrefixLists"]
    assert route["DestinationPrefixListId"] == listed["PrefixListId"]


def test_endpoints_are_found_by_filters(stage: DeployedStage, ids: dict[str, str]) -> None:
    def found(**filters: str) -> set[str]:
        asked = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
        listed = stage.client("ec2").describe_vpc_endpoints(Filters=asked)["VpcEndpoints"]
        return {one["VpcEndpointId"] for one in listed}

    assert found(vpc_id=ids["Vpc"]) == {ids["S3"], ids["States"]}
    assert found(vpc_id=ids["Vpc"], service_name=f"com.amazonaws.{REGION}.states") == {ids["States"]}
    assert found(vpc_id=ids["Vpc"], vpc_endpoint_type="Gateway") == {ids["S3"]}


def test_a_function_has_interfaces_in_each_subnet(stage: DeployedStage, ids: dict[str, str]) -> None:
    asked = [{"Name": "vpc-id", "Values": [ids["Vpc"]]}, {"Name": "interface-type", "Values": ["lambda"]}]
    found = stage.client("ec2").describe_network_interfaces(Filters=asked)["NetworkInterfaces"]
    assert {one["SubnetId"] for one in found} == {ids["One"], ids["Two"]}
    assert stage.client("lambda").get_function_configuration(FunctionName=NAME)["VpcConfig"]["VpcId"] == ids["Vpc"]


def test_what_is_in_use_cannot_be_deleted(stage: DeployedStage, ids: dict[str, str]) -> None:
    ec2 = stage.client("ec2")
    for call, name in (
        (ec2.delete_subnet, {"SubnetId": ids["One"]}),
        (ec2.delete_security_group, {"GroupId": ids["Functions"]}),
        (ec2.delete_security_group, {"GroupId": ids["Endpoints"]}),
    ):
        with pytest.raises(ClientError) as refused:
            call(**name)
        assert refused.value.response["Error"]["Code"] == "DependencyViolation"


def test_an_export_in_use_keeps_its_stack(stage: DeployedStage) -> None:
    with pytest.raises(ClientError, match=f"imported by stack {MAIN}"):
        stage.client("cloudformation").delete_stack(StackName=NETWORK)


def test_the_functions_own_code_may_not_what_lambda_may(stage: DeployedStage) -> None:
    given = json.load(stage.client("lambda").invoke(FunctionName=NAME)["Payload"])
    keys = (given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"])
    ec2 = session(*keys, region=REGION).client("ec2", endpoint_url=stage.endpoint)
    with pytest.raises(ClientError, match="explicit deny"):
        ec2.describe_network_interfaces()


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ("ec2:CreateNetworkInterface", "does not have permissions to call CreateNetworkInterface on EC2"),
        ("ec2:DescribeNetworkInterfaces", "does not have permissions to call DescribeNetworkInterfaces on EC2"),
    ],
)
def test_a_role_that_may_not_make_interfaces_is_refused(
    stage: DeployedStage, ids: dict[str, str], unique: str, lacking: str, said: str
) -> None:
    iam, awslambda = stage.client("iam"), stage.client("lambda")
    rights = {"ec2:CreateNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:Describe*"} - {lacking}
    rights = rights - {"ec2:Describe*"} if lacking.startswith("ec2:Describe") else rights
    role = f"test-{unique}"
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    document = json.dumps({"Statement": [allow(sorted(rights), "*")]})
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=document)
    network = {"SubnetIds": [ids["One"]], "SecurityGroupIds": [ids["Functions"]]}
    with pytest.raises(ClientError, match=said):
        awslambda.create_function(
            FunctionName=unique,
            Runtime="python3.11",
            Role=arn,
            Handler="index.handler",
            Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
            VpcConfig=network,
        )
    iam.delete_role_policy(RoleName=role, PolicyName="own")
    iam.delete_role(RoleName=role)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ServiceName": f"com.amazonaws.{REGION}.s3", "RouteTableIds": ["Table"]}, "RouteAlreadyExists"),
        ({"ServiceName": f"com.amazonaws.{REGION}.states", "VpcEndpointType": "Interface"}, "InvalidParameter"),
    ],
)
def test_a_second_endpoint_for_a_service_is_refused(
    stage: DeployedStage, ids: dict[str, str], given: Json, code: str
) -> None:
    tables = {"RouteTableIds": [ids[one] for one in given.get("RouteTableIds", [])]} if "RouteTableIds" in given else {}
    with pytest.raises(ClientError) as refused:
        stage.client("ec2").create_vpc_endpoint(VpcId=ids["Vpc"], **{**given, **tables})
    assert refused.value.response["Error"]["Code"] == code


def test_a_flow_log_says_that_its_role_may_not_deliver(stage: DeployedStage, ids: dict[str, str], unique: str) -> None:
    ec2 = stage.client("ec2")
    asked = {"ResourceIds": [ids["One"]], "ResourceType": "Subnet", "TrafficType": "ALL", "LogGroupName": unique}
    (made,) = ec2.create_flow_logs(**asked, DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/none")["FlowLogIds"]
    (found,) = ec2.describe_flow_logs(FlowLogIds=[made])["FlowLogs"]
    ec2.delete_flow_logs(FlowLogIds=[made])
    assert (found["DeliverLogsStatus"], found["DeliverLogsErrorMessage"]) == ("FAILED", "Access error")
    (own,) = ec2.describe_flow_logs(FlowLogIds=[ids["FlowLog"]])["FlowLogs"]
    assert own["DeliverLogsStatus"] == "SUCCESS"


Change = Callable[[Any, dict[str, str]], Iterator[None]]
ANYWHERE = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _a_way_in(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.authorize_security_group_ingress(GroupId=ids["Functions"], IpPermissions=ANYWHERE)
    yield
    ec2.revoke_security_group_ingress(GroupId=ids["Functions"], IpPermissions=ANYWHERE)


def _a_rule_less(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    rule = [
        {
            **{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443},
            "UserIdGroupPairs": [{"GroupId": ids["Functions"], "Description": "from functions"}],
        }
    ]
    ec2.revoke_security_group_ingress(GroupId=ids["Endpoints"], SecurityGroupRuleIds=[ids["In"]])
    yield
    ec2.authorize_security_group_ingress(GroupId=ids["Endpoints"], IpPermissions=rule)


def _no_rule_of_a_group(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    (found,) = ec2.describe_security_groups(GroupIds=[ids["Endpoints"]])["SecurityGroups"]
    ec2.revoke_security_group_ingress(GroupId=ids["Endpoints"], IpPermissions=found["IpPermissions"])
    yield
    ec2.authorize_security_group_ingress(GroupId=ids["Endpoints"], IpPermissions=found["IpPermissions"])


def _a_way_out(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=ids["Vpc"])
    ec2.create_route(RouteTableId=ids["Table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    yield
    ec2.delete_route(RouteTableId=ids["Table"], DestinationCidrBlock="0.0.0.0/0")
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=ids["Vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def _public_addresses(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.modify_subnet_attribute(SubnetId=ids["One"], MapPublicIpOnLaunch={"Value": True})
    yield
    ec2.modify_subnet_attribute(SubnetId=ids["One"], MapPublicIpOnLaunch={"Value": False})


def _an_open_endpoint(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[ids["S3"]])["VpcEndpoints"]
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["S3"], ResetPolicy=True)
    yield
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["S3"], PolicyDocument=found["PolicyDocument"])


def _names_of_others(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["States"], PrivateDnsEnabled=False)
    yield
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["States"], PrivateDnsEnabled=True)


def _another_endpoint(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    asked = {"VpcId": ids["Vpc"], "ServiceName": f"com.amazonaws.{REGION}.sqs", "VpcEndpointType": "Interface"}
    made = ec2.create_vpc_endpoint(**asked, SubnetIds=[ids["One"]])["VpcEndpoint"]["VpcEndpointId"]
    yield
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


def _a_peering(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    other = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=other, PeerVpcId=ids["Vpc"])["VpcPeeringConnection"]
    yield
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    ec2.delete_vpc(VpcId=other)


def _an_interface(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    made = ec2.create_network_interface(SubnetId=ids["One"], Groups=[ids["Functions"]])["NetworkInterface"]
    yield
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])


def _an_open_list(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    entry = {"NetworkAclId": ids["List"], "RuleNumber": 50, "Egress": True}
    ec2.create_network_acl_entry(**entry, Protocol="-1", RuleAction="allow", CidrBlock="0.0.0.0/0")
    yield
    ec2.delete_network_acl_entry(**entry)


def _another_list(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    listed = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [ids["Vpc"]]}])["NetworkAcls"]
    own = {of["SubnetId"]: of["NetworkAclAssociationId"] for one in listed for of in one["Associations"]}
    first = next(one["NetworkAclId"] for one in listed if one["IsDefault"])
    made = ec2.replace_network_acl_association(AssociationId=own[ids["One"]], NetworkAclId=ids["List"])
    yield
    ec2.replace_network_acl_association(AssociationId=made["NewAssociationId"], NetworkAclId=first)


def _all_through_the_own_group(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    listed = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [ids["Vpc"]]}])["SecurityGroups"]
    group = next(one["GroupId"] for one in listed if one["GroupName"] == "default")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ANYWHERE)
    yield
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=ANYWHERE)


def _no_names(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.modify_vpc_attribute(VpcId=ids["Vpc"], EnableDnsHostnames={"Value": False})
    yield
    ec2.modify_vpc_attribute(VpcId=ids["Vpc"], EnableDnsHostnames={"Value": True})


def _no_flow_log(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    asked = {"ResourceIds": [ids["Two"]], "ResourceType": "Subnet", "TrafficType": "ACCEPT", "LogGroupName": "a"}
    (made,) = ec2.create_flow_logs(**asked, DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/a")["FlowLogIds"]
    yield
    ec2.delete_flow_logs(FlowLogIds=[made])


# Change -> the types and paths that drift names; a `+` is a resource that nobody declared.
CHANGES: dict[Change, set[tuple[str, str]]] = {
    _a_way_in: {("SecurityGroup", "SecurityGroupIngress")},
    _a_rule_less: {("SecurityGroupIngress", "missing")},
    _no_rule_of_a_group: {("SecurityGroupIngress", "missing")},
    _a_way_out: {("InternetGateway", "+"), ("VPCGatewayAttachment", "+"), ("Route", "+")},
    _public_addresses: {("Subnet", "MapPublicIpOnLaunch")},
    _an_open_endpoint: {("VPCEndpoint", "PolicyDocument")},
    _names_of_others: {("VPCEndpoint", "PrivateDnsEnabled")},
    _another_endpoint: {("VPCEndpoint", "+")},
    _a_peering: {("VPCPeeringConnection", "+")},
    _an_interface: {("NetworkInterface", "+")},
    _an_open_list: {("NetworkAclEntry", "+")},
    _another_list: {("SubnetNetworkAclAssociation", "+")},
    _all_through_the_own_group: {("SecurityGroupIngress", "+")},
    _no_names: {("VPC", "EnableDnsHostnames")},
    _no_flow_log: {("FlowLog", "+")},
}


def _key(kind: str, change: str, path: str) -> tuple[str, str]:
    place = {"added": "+", "missing": "missing"}.get(change, path.partition(".")[0].partition("[")[0])
    return kind.removeprefix(EC2), place


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_a_change_by_hand_is_named(stage: DeployedStage, declared: Json, ids: dict[str, str], change: Change) -> None:
    with contextmanager(change)(stage.client("ec2"), ids):
        found = {_key(one.type, one.change, one.path) for one in drift(declared, observe(stage))}
    assert found == CHANGES[change]
    assert drift(declared, observe(stage)) == []


def test_a_rule_that_is_there_is_refused(stage: DeployedStage, ids: dict[str, str], unique: str) -> None:
    rule = TEMPLATES[NETWORK]["Resources"]["Out"]["Properties"] | {"GroupId": ids["Functions"]}
    assert (
        _made(stage, unique, {"Resources": {"Again": _of("EC2::SecurityGroupEgress", **rule)}}) == "ROLLBACK_COMPLETE"
    )
