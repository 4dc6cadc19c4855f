"""What stands around a stage's resources and is declared, too: its stacks' own settings, and the account's stack.

No policy judges it; drift compares it with the assembly. Each stack is a resource of CloudFormation's own type.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
https://docs.aws.amazon.com/apigateway/latest/api/API_GetAccount.html
"""

import json
from collections.abc import Mapping
from typing import Any

from hallmark.observe.deployment import Deployment, Json, picked, tags
from hallmark.observe.readers.roles import ROLE, own_roles
from hallmark.observe.readers.usage_plans import account
from hallmark.project import CLOUD_ASSEMBLY
from hallmark.stage import Stage
from hallmark.synthesized import house_templates
from hallmark.together import joined
from infra.errors import UserError

STACK, ACCOUNT = "AWS::CloudFormation::Stack", "AWS::ApiGateway::Account"
# Of a template: what decides about a resource, but is no property of it.
_ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Condition")
_HOUSE = "hallmark-account"
READABLE = (STACK, ACCOUNT, ROLE)


def read(stage: Stage) -> tuple[Json, Json]:
    """Return the stacks' settings and the region's account stack, as declared and as they are, each as a template."""
    deployment, mark = Deployment(stage), {"System": stage.system, "Stage": stage.name, "Region": stage.region}
    house = joined({one.stack: one.body for one in house_templates(stage.region)}).document["Resources"]
    metadata = {"Metadata": {"Hallmark": {**mark, "Account": deployment.account}}}
    left = {**metadata, "Resources": house | _declared(stage)}
    right = {**metadata, "Resources": _house(deployment, house) | _observed(deployment)}
    return left, right


def _declared(stage: Stage) -> Json:
    try:
        artifacts = json.loads((CLOUD_ASSEMBLY / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
        wanted = {name: artifacts[name]["properties"] for name in stage.stacks}
    except (OSError, KeyError):
        raise UserError(f"build/cdk.out has no stack of {stage.system} {stage.name}: run `hallmark build`") from None
    found: Json = {}
    for name, setting in wanted.items():
        properties = {"StackName": name, "EnableTerminationProtection": setting.get("terminationProtection", False)}
        template = json.loads((CLOUD_ASSEMBLY / setting["templateFile"]).read_text(encoding="utf-8"))
        found[name] = {"Type": STACK, "Properties": properties | tags(setting.get("tags")) | _template(template)}
    return found


def _observed(deployment: Deployment) -> Json:
    found: Json = {}
    for name in deployment.stage.stacks:
        stack = deployment.asked("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
        properties = picked(stack, "StackName", "NotificationARNs", "RollbackConfiguration", "TimeoutInMinutes")
        properties["EnableTerminationProtection"] = stack.get("EnableTerminationProtection", False)
        policy = deployment.asked("cloudformation", "get_stack_policy", StackName=name).get("StackPolicyBody")
        properties |= ({"StackPolicyBody": policy} if policy else {}) | tags(stack.get("Tags"))
        found[name] = {"Type": STACK, "Properties": properties | _template(deployment.template(name))}
    return found


def _template(template: Mapping[str, Any]) -> Json:
    """Return the outputs of a template, and its resources' attributes, as texts: nothing of them is resolved."""
    outputs = {name: json.dumps(one, sort_keys=True) for name, one in template.get("Outputs", {}).items()}
    kept = {
        name: {key: json.dumps(one[key], sort_keys=True) for key in _ATTRIBUTES if key in one}
        for name, one in template["Resources"].items()
    }
    return {"Outputs": outputs, "Attributes": kept}


def _house(deployment: Deployment, declared: Json) -> Json:
    """Return what the account's stack has made: API Gateway's role for access logs, and that it is the one in use."""
    listed = deployment.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=_HOUSE)
    names = {(one["ResourceType"], one["PhysicalResourceId"]): one["LogicalResourceId"] for one in listed}
    found: Json = {}
    for thing in own_roles(deployment, of=lambda name: (ROLE, name) in names):
        found[names[ROLE, thing.physical]] = {"Type": ROLE, "Properties": thing.properties}
    for name, resource in declared.items():
        if resource["Type"] == ACCOUNT:
            found[name] = {"Type": ACCOUNT, "Properties": account(deployment)}
    return found
