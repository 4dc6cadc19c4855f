"""What an account has once per region, for all stages: API Gateway's role to write access logs."""

from aws_cdk import Environment, RemovalPolicy, Stack, Tags
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs import principals
from infra.constructs.rest_api import ACCESS_LOG_PREFIX
from infra.stage import REGION


class AccountStack(Stack):
    """`hallmark-account`: one AWS::ApiGateway::Account with a role of its own.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-account.html
    """

    def __init__(self, scope: Construct) -> None:
        super().__init__(
            scope,
            "hallmark-account",
            env=Environment(region=REGION),
            description="Hallmark: what an account needs once per region, whatever the stage",
        )
        self.add_metadata("Hallmark", {"System": "account"})
        Tags.of(self).add("system", "account")
        role = iam.Role(
            self,
            "ApiGatewayLogs",
            role_name="hallmark-api-gateway-logs",
            assumed_by=principals.service("apigateway.amazonaws.com"),
            inline_policies={"logs": iam.PolicyDocument(statements=[_write_access_logs(self)])},
        )
        account = apigateway.CfnAccount(self, "ApiGateway", cloud_watch_role_arn=role.role_arn)
        # Other APIs of the account may have come to use it: it stays when this stack goes.
        for kept in (role, account):
            kept.apply_removal_policy(RemovalPolicy.RETAIN)


def _write_access_logs(stack: Stack) -> iam.PolicyStatement:
    # API Gateway looks for the group, opens a stream and writes; the stacks make the groups themselves.
    return iam.PolicyStatement(
        sid="WriteAccessLogs",
        actions=["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[f"arn:{stack.partition}:logs:{REGION}:{stack.account}:log-group:{ACCESS_LOG_PREFIX}*"],
    )
