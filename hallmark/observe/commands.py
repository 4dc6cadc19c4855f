"""Commands of the AWS CLI that undo by hand what was done by hand.

A form is filled with the resource's properties and the words of `hallmark.observe.words`; several forms are run one
after the other. https://docs.aws.amazon.com/cli/latest/reference/
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Each:
    """A command for each value at a path of the words, as `{item}`, or for the one that is no list; none without it."""

    path: str
    form: str


Form = str | tuple[str | Each, ...]


def _rights(kind: str) -> tuple[Each, ...]:
    """Return what takes the policies of a user, group or role."""
    name = f"--{kind}-name {{{kind.capitalize()}Name}}"
    return (
        Each("Policies.PolicyName", f"aws iam delete-{kind}-policy {name} --policy-name {{item}}"),
        Each("ManagedPolicyArns", f"aws iam detach-{kind}-policy {name} --policy-arn {{item}}"),
    )


# How to mend a network's own access-control list, which cannot be deleted, and entries that are mended with a list.
_AS_MADE = "leave it as AWS makes it: entry 100 of each side lets everything through, and there is no other"
_OF_A_LIST = ("AWS::EC2::NetworkAclEntry", "AWS::EC2::SubnetNetworkAclAssociation")
OF_A_LIST = {"AWS::EC2::NetworkAcl": _AS_MADE, **dict.fromkeys(_OF_A_LIST, "it goes with its list, or is AWS's own")}
# Who may have other business in the account: only the rights are taken.
PEOPLE = ("AWS::IAM::Group", "AWS::IAM::User")
_PROFILE = "--instance-profile-name {InstanceProfileName}"
# Type -> what deletes a resource that is not declared.
DELETE: Mapping[str, Form] = {
    "AWS::ApiGateway::ApiKey": "aws apigateway delete-api-key --api-key {physical}",
    "AWS::ApiGateway::Authorizer": (
        "aws apigateway delete-authorizer --rest-api-id {RestApiId} --authorizer-id {physical}"
    ),
    "AWS::ApiGateway::BasePathMapping": (
        "aws apigateway delete-base-path-mapping --domain-name {DomainName} --base-path {BasePath}"
    ),
    "AWS::ApiGateway::Deployment": (
        "aws apigateway delete-deployment --rest-api-id {RestApiId} --deployment-id {physical}"
    ),
    "AWS::ApiGateway::DocumentationPart": (
        "aws apigateway delete-documentation-part --rest-api-id {RestApiId} --documentation-part-id {physical}"
    ),
    "AWS::ApiGateway::GatewayResponse": (
        "aws apigateway delete-gateway-response --rest-api-id {RestApiId} --response-type {ResponseType}"
    ),
    "AWS::ApiGateway::Method": (
        "aws apigateway delete-method --rest-api-id {RestApiId} --resource-id {ResourceId} --http-method {HttpMethod}"
    ),
    "AWS::ApiGateway::Model": "aws apigateway delete-model --rest-api-id {RestApiId} --model-name {Name}",
    "AWS::ApiGateway::Resource": "aws apigateway delete-resource --rest-api-id {RestApiId} --resource-id {physical}",
    "AWS::ApiGateway::RestApi": "aws apigateway delete-rest-api --rest-api-id {physical}",
    "AWS::ApiGateway::Stage": "aws apigateway delete-stage --rest-api-id {RestApiId} --stage-name {StageName}",
    "AWS::ApiGateway::UsagePlanKey": (
        "aws apigateway delete-usage-plan-key --usage-plan-id {UsagePlanId} --key-id {KeyId}"
    ),
    "AWS::ApiGateway::UsagePlan": "aws apigateway delete-usage-plan --usage-plan-id {physical}",
    "AWS::CloudWatch::Alarm": "aws cloudwatch delete-alarms --alarm-names {name}",
    "AWS::CloudWatch::AlarmMuteRule": "aws cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name {Name}",
    "AWS::CloudWatch::CompositeAlarm": "aws cloudwatch delete-alarms --alarm-names {physical}",
    "AWS::CloudWatch::Dashboard": "aws cloudwatch delete-dashboards --dashboard-names {physical}",
    "AWS::CloudWatch::MetricStream": "aws cloudwatch delete-metric-stream --name {Name}",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {name}",
    **{
        f"AWS::EC2::{kind}": f"aws ec2 {call} {{physical}}"
        for kind, call in {
            "CarrierGateway": "delete-carrier-gateway --carrier-gateway-id",
            "ClientVpnEndpoint": "delete-client-vpn-endpoint --client-vpn-endpoint-id",
            "EgressOnlyInternetGateway": ("delete-egress-only-internet-gateway --egress-only-internet-gateway-id"),
            "FlowLog": "delete-flow-logs --flow-log-ids",
            "InstanceConnectEndpoint": "delete-instance-connect-endpoint --instance-connect-endpoint-id",
            "NatGateway": "delete-nat-gateway --nat-gateway-id",
            "EIPAssociation": "disassociate-address --association-id",
            "Instance": "terminate-instances --instance-ids",
            "NetworkInterface": "delete-network-interface --network-interface-id",
            "RouteTable": "delete-route-table --route-table-id",
            "SecurityGroup": "delete-security-group --group-id",
            "Subnet": "delete-subnet --subnet-id",
            "SubnetRouteTableAssociation": "disassociate-route-table --association-id",
            "TransitGatewayAttachment": "delete-transit-gateway-vpc-attachment --transit-gateway-attachment-id",
            "VPC": "delete-vpc --vpc-id",
            "VPCCidrBlock": "disassociate-vpc-cidr-block --association-id",
            "VPCEndpoint": "delete-vpc-endpoints --vpc-endpoint-ids",
            "VPCPeeringConnection": "delete-vpc-peering-connection --vpc-peering-connection-id",
        }.items()
    },
    # It is taken off its network with its attachment, which is named before.
    "AWS::EC2::InternetGateway": "aws ec2 delete-internet-gateway --internet-gateway-id {physical}",
    "AWS::EC2::VPCGatewayAttachment": (
        Each("InternetGatewayId", "aws ec2 detach-internet-gateway --internet-gateway-id {item} --vpc-id {VpcId}"),
        Each("VpnGatewayId", "aws ec2 detach-vpn-gateway --vpn-gateway-id {item} --vpc-id {VpcId}"),
    ),
    "AWS::EC2::VPNGatewayRoutePropagation": (
        "aws ec2 disable-vgw-route-propagation --route-table-id {Table} --gateway-id {VpnGatewayId}"
    ),
    "AWS::EC2::NetworkAcl": "aws ec2 delete-network-acl --network-acl-id {List}",
    "AWS::EC2::NetworkAclEntry": tuple(
        Each(
            side, f"aws ec2 delete-network-acl-entry --network-acl-id {{NetworkAclId}} --rule-number {{item}} --{side}"
        )
        for side in ("egress", "ingress")
    ),
    "AWS::EC2::SubnetNetworkAclAssociation": (
        "aws ec2 replace-network-acl-association --association-id {physical} --network-acl-id {Own}"
    ),
    "AWS::EC2::VPCDHCPOptionsAssociation": (
        "aws ec2 associate-dhcp-options --dhcp-options-id default --vpc-id {VpcId}"
    ),
    "AWS::EC2::Route": tuple(
        Each(name, f"aws ec2 delete-route --route-table-id {{RouteTableId}} --{word} {{item}}")
        for name, word in (
            ("DestinationCidrBlock", "destination-cidr-block"),
            ("DestinationIpv6CidrBlock", "destination-ipv6-cidr-block"),
            ("DestinationPrefixListId", "destination-prefix-list-id"),
        )
    ),
    "AWS::EC2::SecurityGroupEgress": (
        "aws ec2 revoke-security-group-egress --group-id {Group} --security-group-rule-ids {physical}"
    ),
    "AWS::EC2::SecurityGroupIngress": (
        "aws ec2 revoke-security-group-ingress --group-id {Group} --security-group-rule-ids {physical}"
    ),
    "AWS::EC2::SecurityGroupVpcAssociation": (
        "aws ec2 disassociate-security-group-vpc --group-id {GroupId} --vpc-id {VpcId}"
    ),
    "AWS::ECR::Repository": "aws ecr delete-repository --force --repository-name {name}",
    "AWS::Events::Archive": "aws events delete-archive --archive-name {name}",
    "AWS::Events::Endpoint": "aws events delete-endpoint --name {Name}",
    "AWS::Events::EventBus": "aws events delete-event-bus --name {name}",
    "AWS::Events::EventBusPolicy": (
        "aws events remove-permission --event-bus-name {EventBusName} --statement-id {StatementId}"
    ),
    # EventBridge deletes no rule with targets.
    "AWS::Events::Rule": (
        Each("Targets.Id", "aws events remove-targets --rule {name} --event-bus-name {EventBusName} --ids {item}"),
        "aws events delete-rule --name {name} --event-bus-name {EventBusName}",
    ),
    "AWS::IAM::AccessKey": "aws iam delete-access-key --user-name {UserName} --access-key-id {physical}",
    "AWS::IAM::Group": _rights("group"),
    "AWS::IAM::InstanceProfile": (
        Each("Roles", f"aws iam remove-role-from-instance-profile {_PROFILE} --role-name {{item}}"),
        f"aws iam delete-instance-profile {_PROFILE}",
    ),
    # IAM deletes no role with policies.
    "AWS::IAM::Role": (*_rights("role"), "aws iam delete-role --role-name {name}"),
    "AWS::IAM::User": (
        *_rights("user"),
        Each("Groups", "aws iam remove-user-from-group --user-name {UserName} --group-name {item}"),
    ),
    "AWS::Lambda::Alias": "aws lambda delete-alias --function-name {FunctionName} --name {name}",
    "AWS::Lambda::EventInvokeConfig": (
        "aws lambda delete-function-event-invoke-config --function-name {FunctionName} --qualifier {Qualifier}"
    ),
    "AWS::Lambda::EventSourceMapping": "aws lambda delete-event-source-mapping --uuid {physical}",
    "AWS::Lambda::Function": "aws lambda delete-function --function-name {name}",
    "AWS::Lambda::Permission": "aws lambda remove-permission --function-name {FunctionName} --statement-id {physical}",
    "AWS::Lambda::Url": "aws lambda delete-function-url-config --function-name {TargetFunctionArn}",
    "AWS::Logs::AccountPolicy": (
        "aws logs delete-account-policy --policy-name {PolicyName} --policy-type {PolicyType}"
    ),
    "AWS::Lambda::Version": "aws lambda delete-function --function-name {physical}",
    "AWS::Logs::DeliverySource": "aws logs delete-delivery-source --name {Name}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {name}",
    "AWS::Logs::MetricFilter": (
        "aws logs delete-metric-filter --log-group-name {LogGroupName} --filter-name {FilterName}"
    ),
    "AWS::Logs::ResourcePolicy": "aws logs delete-resource-policy --policy-name {PolicyName}",
    "AWS::Logs::SubscriptionFilter": (
        "aws logs delete-subscription-filter --log-group-name {LogGroupName} --filter-name {FilterName}"
    ),
    "AWS::Logs::Transformer": "aws logs delete-transformer --log-group-identifier {LogGroupIdentifier}",
    "AWS::Pipes::Pipe": "aws pipes delete-pipe --name {Name}",
    "AWS::S3::AccessPoint": "aws s3control delete-access-point --account-id {BucketAccountId} --name {Name}",
    "AWS::S3::Bucket": "aws s3 rb --force s3://{name}",
    "AWS::S3::BucketPolicy": "aws s3api delete-bucket-policy --bucket {Bucket}",
    "AWS::SNS::Subscription": "aws sns unsubscribe --subscription-arn {physical}",
    "AWS::SNS::Topic": "aws sns delete-topic --topic-arn {physical}",
    "AWS::SQS::Queue": "aws sqs delete-queue --queue-url {physical}",
    "AWS::StepFunctions::StateMachine": "aws stepfunctions delete-state-machine --state-machine-arn {physical}",
    "AWS::StepFunctions::StateMachineAlias": (
        "aws stepfunctions delete-state-machine-alias --state-machine-alias-arn {physical}"
    ),
    "AWS::StepFunctions::StateMachineVersion": (
        "aws stepfunctions delete-state-machine-version --state-machine-version-arn {physical}"
    ),
    "AWS::Scheduler::Schedule": "aws scheduler delete-schedule --name {Name} --group-name {GroupName}",
}
