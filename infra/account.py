"""Resources that an account needs once per region, whatever the stage: API Gateway's role to write access logs."""

from aws_cdk import Environment, RemovalPolicy, Stack, Tags
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs import principals
from infra.constructs.rest_api import ACCESS_LOG_PREFIX
from infra.constructs.role import least_role
from infra.synthesis import synthesizer

NAME = "hallmark-account"


class AccountStack(Stack):
    """`hallmark-account` of a region: one AWS::ApiGateway::Account with a role of its own.

    The app knows it as `hallmark-account-<region>`. The stack's name in the account is the same in every region,
    so that an existing one is updated in place.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-account.html
    """

    def __init__(self, scope: Construct, region: str) -> None:
        super().__init__(
            scope,
            f"{NAME}-{region}",
            stack_name=NAME,
            synthesizer=synthesizer(),
            env=Environment(region=region),
            description="Hallmark: what an account needs once per region, whatever the stage",
        )
        self.add_metadata("Hallmark", {"System": "account", "Region": region})
        Tags.of(self).add("system", "account")
        role = least_role(
            self,
            "ApiGatewayLogs",
            # IAM's names are shared by all regions.
            name=f"hallmark-api-gateway-logs-{region}",
            trusted=principals.service("apigateway.amazonaws.com"),
            statements=[_write_access_logs(self)],
            policy="logs",
        )
        account = apigateway.CfnAccount(self, "ApiGateway", cloud_watch_role_arn=role.role_arn)
        # Other APIs of the account may use it by then: it is retained when this stack is deleted.
        for kept in (role, account):
            kept.apply_removal_policy(RemovalPolicy.RETAIN)


def _write_access_logs(stack: Stack) -> iam.PolicyStatement:
    # API Gateway finds the group, creates a stream and writes; the stacks create the groups.
    return iam.PolicyStatement(
        sid="WriteAccessLogs",
        actions=["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{ACCESS_LOG_PREFIX}*"],
    )
