"""The resource types by which a service itself publishes to a topic, without a role of ours.

None of them can use AWS's own key for SNS, whose policy names principals of the account alone: what they publish to a
topic under it is lost without a trace.
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""

PUBLISHERS = (
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::AutoScaling::LifecycleHook",
    "AWS::Backup::BackupVault",
    "AWS::Budgets::Budget",
    "AWS::CE::AnomalySubscription",
    "AWS::CloudTrail::Trail",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::LogAlarm",
    "AWS::CodeCommit::Repository",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::CodePipeline::Pipeline",
    "AWS::CodeStarNotifications::NotificationRule",
    "AWS::Config::DeliveryChannel",
    "AWS::DAX::Cluster",
    "AWS::DMS::EventSubscription",
    "AWS::DevOpsGuru::NotificationChannel",
    "AWS::DocDB::EventSubscription",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Events::Rule",
    "AWS::RDS::EventSubscription",
    "AWS::Redshift::EventSubscription",
    "AWS::S3::Bucket",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SES::ReceiptRule",
    "AWS::SSMIncidents::ResponsePlan",
)
