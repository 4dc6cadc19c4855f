"""What a stage runs: a deployment of its API, which is what the API was like when CloudFormation made it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
"""

from collections.abc import Iterator

from support.finding import Finding
from support.flags import shown
from support.gateway import DEPLOYMENT, ApiStage, api_of, named, stages
from support.order import made_before
from support.template import Resource, Template


def deployment_problems(template: Template, methods: list[Resource]) -> Iterator[Finding]:
    """Stages that run something else, and deployments that may be made before these methods of their API."""
    for stage in stages(template):
        if not stage.place:
            yield from _run(template, stage)
    for deployment in template.of_type(DEPLOYMENT):
        before, api = made_before(template, deployment), api_of(template, deployment)
        for method in methods:
            if api_of(template, method) is api and method.logical_id not in before:
                found = f"nothing that waits for {method.logical_id}"
                yield Finding(deployment.logical_id, "DependsOn", found, "the methods that it deploys")


def _run(template: Template, stage: ApiStage) -> Iterator[Finding]:
    canary = ("CanarySetting.DeploymentId",) if stage.resource.properties.get("CanarySetting") else ()
    for path in ("DeploymentId", *canary):
        expression = template.value(stage.resource, path)
        deployment = named(template, expression, DEPLOYMENT, "DeploymentId")
        if not deployment or api_of(template, deployment) is not stage.api:
            wanted = "a deployment of the stage's API, in this template"
            yield Finding(stage.resource.logical_id, path, shown(template, expression), wanted)
