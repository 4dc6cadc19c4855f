"""What a template does not show: resources that another template, or code of others, makes at deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
"""

from collections.abc import Iterator

from policies.engine.events.wiring import invocation
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import TOPIC
from policies.engine.relations.callers import CUSTOM
from policies.engine.relations.names_of_ours import names_of_ours
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# Types whose resources a template does not show, so that they cannot be judged.
OPAQUE = frozenset(
    {
        "AWS::CloudFormation::Macro",
        "AWS::CloudFormation::Stack",
        "AWS::CloudFormation::StackSet",
        "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
    }
)
# Types of macros: each becomes other resources. A module has the other end.
_EXPANDED, _MODULE = "AWS::Serverless::", "::MODULE"
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"


def is_opaque(kind: str) -> bool:
    """Return whether a type's resources are not in the template."""
    return kind in OPAQUE or kind.startswith(_EXPANDED) or kind.endswith(_MODULE)


def custom_resources(template: Template) -> list[Resource]:
    """Return the custom resources of any name."""
    found = template.resources.values()
    return [one for one in found if one.type == CUSTOM_RESOURCE or one.type.startswith(CUSTOM)]


def foreign_code(template: Template) -> Iterator[Finding]:
    """Yield custom resources that hand something of this template to code that is not in it."""
    for one in custom_resources(template):
        token = one.properties.get("ServiceToken")
        if invocation(template, token) or template.by_arn(token, TOPIC):
            continue
        given = {key: value for key, value in one.properties.items() if key != "ServiceToken"}
        ours = ", ".join(named.logical_id for named in names_of_ours(template, given))
        if ours:
            found = f"{one.type} for {ours}, by {template.text(token) or 'code'} of others: {UNRESOLVED}"
            wanted = "what it does as resources of this template"
            yield Finding(one.logical_id, "ServiceToken", found, wanted)
