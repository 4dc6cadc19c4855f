"""What each role of screening may do, and one call of each kind that it may not."""

from tests.support.rights import (
    Call,
    Json,
    alert,
    at_once,
    get,
    get_together,
    make_group,
    open_stream,
    put,
    put_together,
    query,
    send,
    update,
    write_log,
)

TABLE = "{StateTable}"
KEY: Json = {"transaction_id": {"S": "trial"}, "timestamp": {"N": "0"}}
OWN_GROUP, OTHER_GROUP = (f"/aws/lambda/lambda-screening-{{{who}}}-{{stage}}" for who in ("role", "other"))
FLOWS = "{FlowLogGroup}"
FUNCTIONS = ("{ValidationArn}", "{FraudDetectionArn}", "{ComplianceCheckingArn}")
IMAGES = "ecr-screening-validation-{stage}"
RECENT = query(TABLE, "customer_id", "customer-time")


def ec2(operation: str, action: str, **arguments: object) -> Call:
    """Make a call of EC2."""
    return Call(f"ec2:{action}", operation, arguments)


def invoke(function: str) -> Call:
    """Ask whether a function may be called, and do not call it."""
    return Call("lambda:InvokeFunction", "invoke", {"FunctionName": function, "InvocationType": "DryRun"})


def start(operation: str, action: str) -> Call:
    """Start an execution with an input that no machine takes."""
    request = {"stateMachineArn": "{WorkflowArn}", "input": "no json"}
    return Call(f"states:{action}", operation, request, api="stepfunctions")


BASIC = [open_stream(OWN_GROUP), write_log(OWN_GROUP)]
# As Lambda asks, which does not say that a function's code does. What it changes of interfaces it asks for with their
# network, which a request for an interface that is not there lacks.
INTERFACES = [
    ec2("describe_network_interfaces", "DescribeNetworkInterfaces"),
    ec2("describe_subnets", "DescribeSubnets"),
]
ALLOWED: dict[str, list[Call]] = {
    "validation": [
        *BASIC,
        *INTERFACES,
        get(TABLE, KEY),
        put(TABLE, KEY),
        put_together((TABLE, KEY)),
        update(TABLE, KEY),
    ],
    "fraud-detection": [*BASIC, *INTERFACES, RECENT, update(TABLE, KEY)],
    "compliance-checking": [*BASIC, *INTERFACES, RECENT, update(TABLE, KEY)],
    "transactions": [
        *map(invoke, FUNCTIONS),
        send("{FailureQueueUrl}"),
        alert("{AlertsTopicArn}"),
        update(TABLE, KEY),
        Call("logs:DescribeLogGroups", "describe_log_groups", {}),
        Call("logs:DescribeResourcePolicies", "describe_resource_policies", {}),
    ],
    "flow-log": [
        open_stream(FLOWS),
        write_log(FLOWS),
        Call("logs:DescribeLogStreams", "describe_log_streams", {"logGroupName": FLOWS}),
    ],
}

EVERYBODY = {
    "a log group of its own making": make_group("/aws/lambda/trial"),
    "a log group of others": open_stream(OTHER_GROUP),
    "the lines of others": write_log(OTHER_GROUP),
    **at_once(TABLE, KEY),
    "many records at once": get_together(TABLE, KEY),
    "all that stands under an id": query(TABLE, "transaction_id"),
    "what is open": query(TABLE, "open", "open-time"),
    "the table's policy": Call(
        "dynamodb:PutResourcePolicy",
        "put_resource_policy",
        {"ResourceArn": "arn:aws:dynamodb:us-east-1:{account}:table/{StateTable}", "Policy": "{}"},
    ),
    "a letter out of the queue": Call("sqs:ReceiveMessage", "receive_message", {"QueueUrl": "{FailureQueueUrl}"}),
    "the queue's end": Call("sqs:PurgeQueue", "purge_queue", {"QueueUrl": "{FailureQueueUrl}"}),
    "an alarm": alert("{AlarmsTopicArn}"),
    "a subscription of its own": Call(
        "sns:Subscribe",
        "subscribe",
        {"TopicArn": "{AlertsTopicArn}", "Protocol": "email", "Endpoint": "trial@example.org"},
    ),
    "a function of others": invoke("lambda-screening-other-{stage}"),
    "a function's code": Call("lambda:GetFunction", "get_function", {"FunctionName": FUNCTIONS[0]}),
    "a function's network": Call(
        "lambda:UpdateFunctionConfiguration", "update_function_configuration", {"FunctionName": FUNCTIONS[0]}
    ),
    "the machine": start("start_execution", "StartExecution"),
    "the machine, waited for": start("start_sync_execution", "StartSyncExecution"),
    "the machine's definition": Call(
        "states:DescribeStateMachine",
        "describe_state_machine",
        {"stateMachineArn": "{WorkflowArn}"},
        api="stepfunctions",
    ),
    "an image": Call(
        "ecr:BatchGetImage", "batch_get_image", {"repositoryName": IMAGES, "imageIds": [{"imageTag": "trial"}]}
    ),
    "its own rights": Call("iam:GetRole", "get_role", {"RoleName": "role-screening-{role}-{stage}"}),
    "a bucket": Call("s3:ListBucket", "list_objects_v2", {"Bucket": "trial-{account}"}),
    "a way out": ec2("create_internet_gateway", "CreateInternetGateway"),
    "an endpoint of its own": ec2(
        "create_vpc_endpoint",
        "CreateVpcEndpoint",
        VpcId="{VpcId}",
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcEndpointType="Interface",
    ),
    "the end of the flow logs": ec2("delete_flow_logs", "DeleteFlowLogs", FlowLogIds=["fl-1"]),
    "the network's groups": ec2("describe_security_groups", "DescribeSecurityGroups"),
    "the network's endpoints": ec2("describe_vpc_endpoints", "DescribeVpcEndpoints"),
}
NO_CALLS = dict(zip(("the first function", "the second", "the third"), map(invoke, FUNCTIONS), strict=True))
NO_INTERFACES = dict(zip(("the interfaces", "the subnets"), INTERFACES, strict=True))
# The workflow alone tells alerts and keeps failures: no function reaches either.
FUNCTION = {
    **EVERYBODY,
    **NO_CALLS,
    "its own log group once more": make_group(OWN_GROUP),
    "the lines of rejected traffic": write_log(FLOWS),
    "a letter": send("{FailureQueueUrl}"),
    "an alert": alert("{AlertsTopicArn}"),
}
NO_CLAIM = {
    "a record": get(TABLE, KEY),
    "a record in the place of another": put(TABLE, KEY),
    "a claim": put_together((TABLE, KEY)),
}
FORBIDDEN: dict[str, dict[str, Call]] = {
    "validation": {**FUNCTION, "a customer's transactions": RECENT},
    "fraud-detection": {**FUNCTION, **NO_CLAIM},
    "compliance-checking": {**FUNCTION, **NO_CLAIM},
    "transactions": {
        **EVERYBODY,
        **NO_CLAIM,
        **NO_INTERFACES,
        "a customer's transactions": RECENT,
        "a letter in clear": send("{FailureQueueUrl}", clear=True),
        "an alert in clear": alert("{AlertsTopicArn}", clear=True),
    },
    "flow-log": {
        **EVERYBODY,
        **NO_CALLS,
        **NO_CLAIM,
        **NO_INTERFACES,
        "a customer's transactions": RECENT,
        "a change of a record": update(TABLE, KEY),
        "a letter": send("{FailureQueueUrl}"),
        "an alert": alert("{AlertsTopicArn}"),
        "its log group once more": make_group(FLOWS),
    },
}
