"""The resource types that set a resource's policy, and the properties that hold a policy's document.

After CloudFormation's schemas: every property that holds a document of IAM's language, but for those of identities.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schemas.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from dataclasses import dataclass

from policies.engine.kinds import ALIAS, BUCKET, BUCKET_POLICY, BUS, FUNCTION, QUEUE, QUEUE_POLICY, TOPIC, VERSION

BUS_POLICY = "AWS::Events::EventBusPolicy"
FUNCTION_POLICY = "AWS::Lambda::ResourcePolicy"


@dataclass(frozen=True)
class Holder:
    """The property that names what the policy is on, and the types that a name there may mean.

    The service keeps one policy of a resource, so that a second replaces the first, unless the holder `adds`.
    """

    names: str
    kinds: tuple[str, ...] = ()
    adds: bool = False


HOLDERS: dict[str, Holder] = {
    QUEUE_POLICY: Holder("Queues", (QUEUE,)),
    "AWS::SQS::QueueInlinePolicy": Holder("Queue", (QUEUE,)),
    "AWS::SNS::TopicPolicy": Holder("Topics", (TOPIC,)),
    "AWS::SNS::TopicInlinePolicy": Holder("TopicArn", (TOPIC,)),
    BUCKET_POLICY: Holder("Bucket", (BUCKET,)),
    BUS_POLICY: Holder("EventBusName", (BUS,), adds=True),
    FUNCTION_POLICY: Holder("ResourceArn", (FUNCTION, ALIAS, VERSION)),
    "AWS::APS::ResourcePolicy": Holder("WorkspaceArn"),
    "AWS::Bedrock::KnowledgeBasePolicy": Holder("KnowledgeBaseId"),
    "AWS::Bedrock::ResourcePolicy": Holder("ResourceArn"),
    "AWS::BedrockAgentCore::ResourcePolicy": Holder("ResourceArn"),
    "AWS::CloudTrail::ResourcePolicy": Holder("ResourceArn"),
    "AWS::EventSchemas::RegistryPolicy": Holder("RegistryName"),
    "AWS::EventsV2::ResourcePolicy": Holder("EventBusArn"),
    "AWS::Kinesis::ResourcePolicy": Holder("ResourceArn"),
    "AWS::Lex::ResourcePolicy": Holder("ResourceArn"),
    "AWS::MSK::ClusterPolicy": Holder("ClusterArn"),
    "AWS::MediaPackageV2::ChannelPolicy": Holder("ChannelName"),
    "AWS::MediaPackageV2::OriginEndpointPolicy": Holder("OriginEndpointName"),
    "AWS::MediaTailor::ChannelPolicy": Holder("ChannelName"),
    "AWS::S3::MultiRegionAccessPointPolicy": Holder("MrapName"),
    "AWS::S3Express::BucketPolicy": Holder("Bucket"),
    "AWS::S3Files::FileSystemPolicy": Holder("FileSystemId"),
    "AWS::S3ObjectLambda::AccessPointPolicy": Holder("ObjectLambdaAccessPoint"),
    "AWS::S3Outposts::BucketPolicy": Holder("Bucket"),
    "AWS::S3Tables::TableBucketPolicy": Holder("TableBucketARN"),
    "AWS::S3Tables::TablePolicy": Holder("TableARN"),
    "AWS::S3Vectors::VectorBucketPolicy": Holder("VectorBucketArn"),
    "AWS::SMSVOICE::ResourcePolicy": Holder("ResourceArn"),
    "AWS::SSM::ResourcePolicy": Holder("ResourceArn", adds=True),
    "AWS::SecretsManager::ResourcePolicy": Holder("SecretId"),
    "AWS::VpcLattice::AuthPolicy": Holder("ResourceIdentifier"),
    "AWS::VpcLattice::ResourcePolicy": Holder("ResourceArn"),
}
# The properties with a document, or with another of these properties, such as a table's ResourcePolicy.PolicyDocument.
# They count in a type that is not known, too: what may be a policy is judged as one.
DOCUMENTS = frozenset(
    {
        "AccessPolicies",
        "AccessPolicy",
        "DeliveryDestinationPolicy",
        "DestinationPolicy",
        "FileSystemPolicy",
        "InvestigationGroupPolicy",
        "KeyPolicy",
        "ModelPackageGroupPolicy",
        "ModelPolicy",
        "NamespaceResourcePolicy",
        "PermissionsPolicyDocument",
        "Policy",
        "PolicyDocument",
        "PolicyText",
        "RepositoryPolicy",
        "RepositoryPolicyText",
        "ResourcePolicy",
        "ResourcePolicyDocument",
        "S3AccessPolicy",
    }
)
# Properties of these names that hold something else: another language, or what its own principals may do at most.
OTHER_DOCUMENTS = frozenset(
    {
        ("AWS::BedrockAgentCore::Policy", "Policy"),
        ("AWS::CleanRooms::ConfiguredTable", "Policy"),
        ("AWS::CleanRooms::ConfiguredTableAssociation", "Policy"),
        ("AWS::CleanRooms::IntermediateTable", "Policy"),
        ("AWS::Config::ConfigRule", "PolicyText"),
        ("AWS::Config::OrganizationConfigRule", "PolicyText"),
        ("AWS::EC2::ClientVpnEndpoint", "PolicyDocument"),
        ("AWS::EC2::VerifiedAccessEndpoint", "PolicyDocument"),
        ("AWS::EC2::VerifiedAccessGroup", "PolicyDocument"),
        ("AWS::IVS::Channel", "Policy"),
        ("AWS::Logs::AccountPolicy", "PolicyDocument"),
        ("AWS::NetworkManager::CoreNetwork", "PolicyDocument"),
        ("AWS::OpenSearchServerless::AccessPolicy", "Policy"),
        ("AWS::OpenSearchServerless::LifecyclePolicy", "Policy"),
        ("AWS::OpenSearchServerless::SecurityPolicy", "Policy"),
        ("AWS::ResilienceHub::ResiliencyPolicy", "Policy"),
        ("AWS::SES::ReceiptFilter", "Policy"),
        ("AWS::SES::Tenant", "Policy"),
        ("AWS::SSM::Parameter", "Policies"),
    }
)
# Types whose policy grants nothing, but says what may pass at most.
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
LIMITS = frozenset({"AWS::EC2::VPCEndpoint"})
# Types whose policy is on themselves alone: its Resource is "*", or is left out.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
ON_ITSELF = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::Backup::LogicallyAirGappedBackupVault",
        "AWS::CodeArtifact::Domain",
        "AWS::CodeArtifact::Repository",
        "AWS::ECR::PublicRepository",
        "AWS::ECR::RegistryPolicy",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::XRay::ResourcePolicy",
    }
)
KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
