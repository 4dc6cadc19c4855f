"""Rules of security groups as resources of their own, each with one source, and read back with their prefix lists.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""

from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation.provisioners import _ec2_sg_permissions

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

INGRESS, EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"
_SOURCES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
Rule = dict[str, Any]
Parameters = dict[str, Any]


def _single(rules: list[Rule]) -> list[Rule]:
    """Return the rules that a request makes, one for each source."""
    found: list[Rule] = []
    for rule in rules:
        alone = [(kind, one) for kind in _SOURCES for one in rule.get(kind, [])]
        found += [{**rule, **{key: [] for key in _SOURCES}, kind: [one]} for kind, one in alone] or [rule]
    return found


def _match(one: Rule, other: Rule) -> bool:
    """Return whether two rules let the same through: whatever they say of it, and of whose account a group is."""
    return _content(one) == _content(other)


def _content(rule: Rule) -> str:
    return str(ec2._sg_rule_id("", False, {key: value for key, value in rule.items() if key != "SecurityGroupRuleId"}))


def _of_group(properties: Properties) -> Rule:
    group: Rule | None = ec2._security_groups.get(properties.get("GroupId", ""))
    if group is None:
        raise ValueError(f"The security group '{properties.get('GroupId')}' does not exist (InvalidGroup.NotFound)")
    return group


def _type(is_egress: bool) -> dict[str, Any]:
    rules = "IpPermissionsEgress" if is_egress else "IpPermissions"

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        group, (rule,) = _of_group(properties), _ec2_sg_permissions([properties])
        made = str(ec2._sg_rule_id(group["GroupId"], is_egress, rule))
        if any(ec2._sg_rule_id(group["GroupId"], is_egress, one) == made for one in group[rules]):
            raise ValueError("the specified rule already exists (InvalidPermission.Duplicate)")
        group[rules].append({**rule, "SecurityGroupRuleId": made})
        return made, {"Id": made}

    def delete(made: str, properties: Properties) -> None:
        group = ec2._security_groups.get(properties.get("GroupId", ""))
        if group:
            group[rules] = [one for one in group[rules] if ec2._sg_rule_id(group["GroupId"], is_egress, one) != made]

    def update(made: str, old: Properties, new: Properties, stack: str, *rest: Any, **options: Any) -> Any:
        delete(made, old)
        return create("", new, stack)

    return {"create": create, "update": update, "delete": delete}


def _with_prefix_lists(shown: Any) -> Any:
    def rule_xml(group: str, rule: Rule, is_egress: bool = False) -> str:
        lists = [str(one["PrefixListId"]) for one in rule.get("PrefixListIds", [])]
        if not lists:
            return str(shown(group, rule, is_egress))
        bare = str(shown(group, {**rule, **{key: [] for key in _SOURCES}}, is_egress))
        return "".join(bare.replace("</toPort>", f"</toPort><prefixListId>{one}</prefixListId>", 1) for one in lists)

    return rule_xml


def _describe_rules(action: str, rules: str) -> Any:
    """Return the call that changes what rules say of themselves, named by what they let through or by their ids."""

    def called(parameters: Parameters) -> Any:
        name = ec2._p(parameters, "GroupId")
        group = ec2._security_groups.get(name)
        if group is None:
            return ec2._error("InvalidGroup.NotFound", f"The security group '{name}' does not exist", 400)
        for asked in ec2._parse_ip_permissions(parameters, "IpPermissions"):
            found = next((at for at, one in enumerate(group[rules]) if _match(one, asked)), None)
            if found is None:
                text = "The specified rule does not exist in this security group."
                return ec2._error("InvalidPermission.NotFound", text, 400)
            group[rules][found] = {**group[rules][found], **{kind: asked[kind] for kind in _SOURCES if asked.get(kind)}}
        return ec2._xml(200, f"{action}Response", "<return>true</return>")

    return called


def install() -> None:
    """Add the types, and keep each source as a rule."""
    parse = ec2._parse_ip_permissions
    ec2._parse_ip_permissions = lambda parameters, prefix: _single(parse(parameters, prefix))
    ec2._rules_match = _match
    ec2._sg_rule_xml = _with_prefix_lists(ec2._sg_rule_xml)
    for side, rules in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
        action = f"UpdateSecurityGroupRuleDescriptions{side}"
        ec2._ACTION_MAP[action] = _describe_rules(action, rules)
    HANDLERS[INGRESS], HANDLERS[EGRESS] = _type(is_egress=False), _type(is_egress=True)
