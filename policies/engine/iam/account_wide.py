"""The actions whose resource can be named, of services that keep data or run code: others than these are account-wide.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from fnmatch import fnmatchcase

# Service -> what of it has no resource; patterns, in lower case.
_WITHOUT = {
    "dynamodb": (
        "describeendpoints", "describelimits", "describereserved*", "getabacstatus", "list*", "purchase*",
        "updateabac*",
    ),
    "s3": (
        "createjob", "createstoragelensgroup", "getaccesspoint", "getaccountpublicaccessblock", "listaccess*",
        "listallmybuckets", "listjobs", "listmultiregion*", "liststoragelens*", "put*publicaccessblock",
        "putstoragelens*",
    ),
    "sqs": ("listqueues",),
    "sns": (
        "*endpoint*", "*platform*", "*sms*", "*phonenumber*", "getsubscriptionattributes", "listorigination*",
        "listsubscriptions", "listtopics", "setsubscriptionattributes", "unsubscribe", "optin*",
    ),
    "lambda": (
        "createcodesigningconfig", "createeventsourcemapping", "getaccountsettings", "listcodesigningconfigs",
        "listeventsourcemappings", "listfunctions", "listlayer*",
    ),
    "kinesis": ("*enhancedmonitoring", "describelimits", "liststreams", "updateshardcount", "updatestreammode"),
    "firehose": ("listdeliverystreams",),
    "states": (
        "invokehttpendpoint", "listactivities", "liststatemachines", "revealsecrets", "sendtask*", "teststate",
        "validatestatemachinedefinition",
    ),
    "secretsmanager": ("batchgetsecretvalue", "getrandompassword", "listsecrets"),
    "kms": (
        "*customkeystore*", "createkey", "generaterandom", "listaliases", "listkeys", "listretirablegrants",
    ),
    "events": ("list*", "putpartnerevents", "*permission", "testeventpattern"),
    "sts": ("getaccesskeyinfo", "getcalleridentity", "getservicebearertoken", "getsessiontoken", "decode*"),
}  # fmt: skip
# Of services of which most has no resource: what has one, and matters.
_WITH = ("iam:passrole", "iam:create*", "iam:attach*", "iam:put*", "iam:delete*", "iam:detach*", "iam:update*")
_WITH += ("ssm:getparameter*", "ssm:putparameter", "ssm:deleteparameter*", "ssm:sendcommand")
_WITH += ("bedrock:invoke*", "bedrock:retrieve*", "sagemaker:invokeendpoint*", "es:eshttp*", "rds-data:*")
_WITH += ("cognito-idp:admin*", "execute-api:invoke", "appsync:graphql", "codebuild:startbuild", "ecs:runtask")
_WITH += ("ecr:batchgetimage", "ecr:getdownloadurlforlayer", "ecr:putimage", "scheduler:*schedule", "pipes:*pipe")
_ALL = ("iam:createaccountalias", "iam:deleteaccount*", "iam:updateaccount*")


def has_resources(action: str) -> bool:
    """Return whether an action, or one of those that a pattern such as `s3:Get*` may mean, is on resources."""
    text = action.lower()
    service, _, name = text.partition(":")
    if service in _WITHOUT:
        # A pattern for one action without a resource may mean others with one.
        return not any(fnmatchcase(name, one) for one in _WITHOUT[service])
    return any(fnmatchcase(text, one) for one in _WITH) and not any(fnmatchcase(text, one) for one in _ALL)
