"""The resource types that call a function: where its ARN stands, by which service, and whether it waits for the answer.

After CloudFormation's schemas: every property that holds a function's ARN. `[]` is every item of a list, `*` every key.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schemas.html
"""

from dataclasses import dataclass

from policies.engine.kinds import BUCKET, MAPPING, METHOD, RULE, SUBSCRIPTION, TOPIC, WORKFLOW


@dataclass(frozen=True)
class Caller:
    """A property with the function that is called.

    `service` needs a permission of the function; without one the caller uses a role, its own or the function's. The
    permission's source is the caller, or what its property `source` names.
    """

    path: str
    service: str = ""
    asynchronous: bool = False
    source: str = ""


def _all(*paths: str, service: str = "", asynchronous: bool = False) -> tuple[Caller, ...]:
    return tuple(Caller(path, service, asynchronous) for path in paths)


_EVENTS = ("OnEnter", "OnExit", "OnInput")
_HOOKS = ("AfterInvocation", "AfterToolCall", "BeforeInvocation", "BeforeToolCall")
_KENDRA = tuple(f"EnrichmentConfiguration.{one}ExtractionHookConfiguration.LambdaArn" for one in ("Pre", "Post"))
_COGNITO = _all("LambdaConfig.*", service="cognito-idp.amazonaws.com")
_ALARM_SERVICE = "lambda.alarms.cloudwatch.amazonaws.com"
_ALARM = _all("AlarmActions[]", "OKActions[]", "InsufficientDataActions[]", service=_ALARM_SERVICE, asynchronous=True)
_LEX = tuple(
    f"{place}.BotAliasLocaleSetting.CodeHookSpecification.LambdaCodeHook.LambdaArn"
    for place in ("BotAliasLocaleSettings[]", "TestBotAliasSettings.BotAliasLocaleSettings[]")
)
_AT_EDGE = tuple(
    f"DistributionConfig.{one}.LambdaFunctionAssociations[].LambdaFunctionARN"
    for one in ("DefaultCacheBehavior", "CacheBehaviors[]")
)

CALLERS: dict[str, tuple[Caller, ...]] = {
    RULE: _all("Targets[].Arn", service="events.amazonaws.com", asynchronous=True),
    METHOD: _all("Integration.Uri", service="apigateway.amazonaws.com"),
    BUCKET: _all(
        "NotificationConfiguration.LambdaConfigurations[].Function", service="s3.amazonaws.com", asynchronous=True
    ),
    MAPPING: _all("FunctionName"),
    SUBSCRIPTION: (Caller("Endpoint", "sns.amazonaws.com", True, "TopicArn"),),
    TOPIC: _all("Subscription[].Endpoint", service="sns.amazonaws.com", asynchronous=True),
    WORKFLOW: _all("DefinitionString", "Definition", "DefinitionSubstitutions"),
    "AWS::ARCRegionSwitch::Plan": _all(
        "Workflows[].Steps[].ExecutionBlockConfiguration.CustomActionLambdaConfig.Lambdas[].Arn"
    ),
    "AWS::ApiGateway::Authorizer": _all("AuthorizerUri", service="apigateway.amazonaws.com"),
    "AWS::ApiGatewayV2::Authorizer": _all("AuthorizerUri", service="apigateway.amazonaws.com"),
    "AWS::ApiGatewayV2::Integration": _all("IntegrationUri", service="apigateway.amazonaws.com"),
    "AWS::AppFlow::Connector": _all("ConnectorProvisioningConfig.Lambda.LambdaArn", service="appflow.amazonaws.com"),
    "AWS::AppSync::Api": _all(
        "EventConfig.AuthProviders[].LambdaAuthorizerConfig.AuthorizerUri", service="appsync.amazonaws.com"
    ),
    "AWS::AppSync::DataSource": _all("LambdaConfig.LambdaFunctionArn"),
    "AWS::AppSync::FunctionConfiguration": _all("SyncConfig.LambdaConflictHandlerConfig.LambdaConflictHandlerArn"),
    "AWS::AppSync::GraphQLApi": _all(
        "LambdaAuthorizerConfig.AuthorizerUri",
        "AdditionalAuthenticationProviders[].LambdaAuthorizerConfig.AuthorizerUri",
        service="appsync.amazonaws.com",
    ),
    "AWS::AppSync::Resolver": _all("SyncConfig.LambdaConflictHandlerConfig.LambdaConflictHandlerArn"),
    "AWS::Bedrock::Agent": _all(
        "ActionGroups[].ActionGroupExecutor.Lambda",
        "CustomOrchestration.Executor.Lambda",
        "PromptOverrideConfiguration.OverrideLambda",
        service="bedrock.amazonaws.com",
    ),
    "AWS::Bedrock::DataSource": _all(
        "VectorIngestionConfiguration.CustomTransformationConfiguration.Transformations[]"
        ".TransformationFunction.TransformationLambdaConfiguration.LambdaArn"
    ),
    "AWS::Bedrock::Flow": _all("Definition.Nodes[].Configuration.LambdaFunction.LambdaArn"),
    "AWS::BedrockAgentCore::Evaluator": _all("EvaluatorConfig.CodeBased.LambdaConfig.LambdaArn"),
    "AWS::BedrockAgentCore::Gateway": _all("InterceptorConfigurations[].Interceptor.Lambda.Arn"),
    "AWS::BedrockAgentCore::GatewayTarget": _all("TargetConfiguration.Mcp.Lambda.LambdaArn"),
    "AWS::BedrockAgentCore::Harness": _all(*(f"Hooks[].{one}.Target.Lambda.Arn" for one in _HOOKS)),
    "AWS::Chime::ChannelFlow": _all("Processors[].Configuration.Lambda.ResourceArn"),
    "AWS::Chime::SipMediaApplication": _all("Endpoints[].LambdaArn", service="voiceconnector.chime.amazonaws.com"),
    "AWS::CloudFormation::CustomResource": _all("ServiceToken", asynchronous=True),
    "AWS::CloudFormation::LambdaHook": _all("LambdaFunction"),
    "AWS::CloudFormation::Macro": _all("FunctionName"),
    "AWS::CloudFront::Distribution": _all(*_AT_EDGE),
    "AWS::CloudWatch::Alarm": _ALARM,
    "AWS::CloudWatch::CompositeAlarm": _ALARM,
    "AWS::CloudWatch::LogAlarm": _ALARM,
    "AWS::CodePipeline::Pipeline": _all(
        "Stages[].Actions[].Configuration.FunctionName",
        "Stages[].*.Conditions[].Rules[].Configuration.FunctionName",
        asynchronous=True,
    ),
    "AWS::Cognito::UserPool": _COGNITO,
    "AWS::Cognito::UserPoolRegionalConfigurationAttachment": _COGNITO,
    "AWS::Config::ConfigRule": _all("Source.SourceIdentifier", service="config.amazonaws.com", asynchronous=True),
    "AWS::Config::OrganizationConfigRule": _all(
        "OrganizationCustomRuleMetadata.LambdaFunctionArn", service="config.amazonaws.com", asynchronous=True
    ),
    "AWS::Connect::IntegrationAssociation": _all("IntegrationArn", service="connect.amazonaws.com"),
    "AWS::EC2::ClientVpnEndpoint": _all("ClientConnectOptions.LambdaFunctionArn"),
    "AWS::ECS::Service": _all("DeploymentConfiguration.LifecycleHooks[].HookTargetArn"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _all("Targets[].Id", service="elasticloadbalancing.amazonaws.com"),
    "AWS::EventsV2::Subscriber": _all("InvokeConfiguration.TargetArn", asynchronous=True),
    "AWS::HealthLake::FHIRDatastore": _all("IdentityProviderConfiguration.IdpLambdaArn"),
    "AWS::IoT::Authorizer": _all("AuthorizerFunctionArn", service="iot.amazonaws.com"),
    "AWS::IoT::CertificateProvider": _all("LambdaFunctionArn", service="iot.amazonaws.com"),
    "AWS::IoT::DomainConfiguration": _all("ServerCertificateConfig.OcspLambdaArn", service="iot.amazonaws.com"),
    "AWS::IoT::TopicRule": _all(
        "TopicRulePayload.Actions[].Lambda.FunctionArn",
        "TopicRulePayload.ErrorAction.Lambda.FunctionArn",
        service="iot.amazonaws.com",
        asynchronous=True,
    ),
    "AWS::IoTAnalytics::Pipeline": _all("PipelineActivities[].Lambda.LambdaName", service="iotanalytics.amazonaws.com"),
    "AWS::IoTEvents::AlarmModel": _all("AlarmEventActions.AlarmActions[].Lambda.FunctionArn", asynchronous=True),
    "AWS::IoTEvents::DetectorModel": _all(
        *(f"DetectorModelDefinition.States[].{one}.Events[].Actions[].Lambda.FunctionArn" for one in _EVENTS),
        "DetectorModelDefinition.States[].OnInput.TransitionEvents[].Actions[].Lambda.FunctionArn",
        asynchronous=True,
    ),
    "AWS::IoTManagedIntegrations::CloudConnector": _all("EndpointConfig.Lambda.Arn"),
    "AWS::IoTSiteWise::Portal": _all("Alarms.NotificationLambdaArn"),
    "AWS::Kendra::DataSource": _all(*(f"CustomDocument{one}" for one in _KENDRA)),
    "AWS::KinesisAnalytics::Application": _all(
        "Inputs[].InputProcessingConfiguration.InputLambdaProcessor.ResourceARN"
    ),
    "AWS::KinesisAnalytics::ApplicationOutput": _all("Output.LambdaOutput.ResourceARN"),
    "AWS::KinesisAnalyticsV2::Application": _all(
        "ApplicationConfiguration.SqlApplicationConfiguration.Inputs[].InputProcessingConfiguration"
        ".InputLambdaProcessor.ResourceARN"
    ),
    "AWS::KinesisAnalyticsV2::ApplicationOutput": _all("Output.LambdaOutput.ResourceARN"),
    "AWS::KinesisFirehose::DeliveryStream": _all("*.ProcessingConfiguration.Processors[].Parameters[].ParameterValue"),
    "AWS::Lex::Bot": _all(*_LEX, service="lexv2.amazonaws.com"),
    "AWS::Lex::BotAlias": _all(*_LEX, service="lexv2.amazonaws.com"),
    "AWS::Logs::AccountPolicy": _all("PolicyDocument.DestinationArn", service="logs.amazonaws.com", asynchronous=True),
    "AWS::Logs::SubscriptionFilter": (Caller("DestinationArn", "logs.amazonaws.com", True, "LogGroupName"),),
    "AWS::Pinpoint::ApplicationSettings": _all("CampaignHook.LambdaFunctionName", service="pinpoint.amazonaws.com"),
    "AWS::Pinpoint::Campaign": _all("CampaignHook.LambdaFunctionName", service="pinpoint.amazonaws.com"),
    "AWS::Pipes::Pipe": _all("Target", "Enrichment"),
    "AWS::QBusiness::DataSource": _all(*(f"Document{one}" for one in _KENDRA)),
    "AWS::RefactorSpaces::Service": _all("LambdaEndpoint.Arn", service="apigateway.amazonaws.com"),
    "AWS::S3ObjectLambda::AccessPoint": _all(
        "ObjectLambdaConfiguration.TransformationConfigurations[].ContentTransformation.AwsLambda.FunctionArn"
    ),
    "AWS::SES::MailManagerRuleSet": _all("Rules[].Actions[].InvokeLambda.FunctionArn", asynchronous=True),
    "AWS::SES::ReceiptRule": _all(
        "Rule.Actions[].LambdaAction.FunctionArn", service="ses.amazonaws.com", asynchronous=True
    ),
    "AWS::Scheduler::Schedule": _all("Target.Arn", asynchronous=True),
    "AWS::SecretsManager::RotationSchedule": _all(
        "RotationLambdaARN", service="secretsmanager.amazonaws.com", asynchronous=True
    ),
    "AWS::SSM::MaintenanceWindowTask": _all("TaskArn", asynchronous=True),
    "AWS::Transfer::Server": _all("IdentityProviderDetails.Function", service="transfer.amazonaws.com"),
    "AWS::VpcLattice::TargetGroup": _all("Targets[].Id", service="vpc-lattice.amazonaws.com"),
}
# The services that call by a permission of the function.
SERVICES = frozenset(caller.service for callers in CALLERS.values() for caller in callers if caller.service)
# A custom resource of any name.
CUSTOM = "Custom::"


def callers_of_type(kind: str) -> tuple[Caller, ...]:
    """Return how resources of a type call functions; nothing if they call none."""
    return CALLERS["AWS::CloudFormation::CustomResource"] if kind.startswith(CUSTOM) else CALLERS.get(kind, ())
