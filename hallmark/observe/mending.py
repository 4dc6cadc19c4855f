"""How to mend a difference: deploy, put back what was built, or undo by hand, with the command where it can be given.

CloudFormation changes only what its template changes, so that a deployment undoes nothing that was done by hand.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hallmark.observe.commands import DELETE, OF_A_LIST, PEOPLE, Form
from hallmark.observe.deployment import MADE_UP, Json
from hallmark.observe.drift import Difference
from hallmark.observe.settings import SET, UNSET
from hallmark.observe.template import marked
from hallmark.observe.words import filled, words_of
from hallmark.policies import template_of
from hallmark.stage import Stage
from policies.engine.kinds import ALIAS, FUNCTION, VERSION
from policies.engine.services.versions import is_version
from policies.engine.template.template import Template

# What decides which code runs: `hallmark up --repair` puts it back.
_REPAIRED = ((FUNCTION, "Code"), (VERSION, "CodeSha256"), (ALIAS, "FunctionVersion"), (ALIAS, "RoutingConfig"))
# What the CDK sets with every deployment, whether its template has changed or not.
# https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-deploy.html
_STACK = "AWS::CloudFormation::Stack"
_SET = ("Outputs", "Attributes", "EnableTerminationProtection", "Tags", "NotificationARNs")


@dataclass(frozen=True)
class Mending:
    """What is needed to say it: the stage, its templates as declared and as deployed, and as it was read back."""

    stage: Stage
    declared: Json = field(repr=False)
    observed: Json = field(repr=False)
    deployed: Json = field(repr=False)

    def of(self, one: Difference) -> str:
        """Return what to do about a difference, in one line."""
        if self._will_change(one) or (one.type == _STACK and one.path.startswith(_SET)):
            return f"deploy: `{self.stage.up_command}`"
        if self._is_code(one):
            return f"put back what was built: `{self.stage.up_command} --repair`"
        command = self._command(one)
        if one.change == "added" and not command and one.type in OF_A_LIST:
            return OF_A_LIST[one.type]
        if one.change == "added":
            what = "take its rights" if one.type in PEOPLE else "delete it"
            return f"{what}: `{command}`" if command else f"{what} by hand"
        if one.change == "missing" and one.type in MADE_UP:
            # Another one would have another id, which the stack does not know.
            return self._recreate
        what = "set it back" if one.change == "changed" else "create it again"
        return f"{what}{f': `{command}`' if command else ' by hand'}, or {self._recreate}"

    @property
    def _recreate(self) -> str:
        if self.stage.target == "aws":
            stacks = " ".join(self.stage.stacks)
            return f"let CloudFormation do it: `npx cdk deploy --app build/cdk.out --revert-drift {stacks}`"
        down = f"hallmark down --system {self.stage.system} --stage {self.stage.name}"
        return f"recreate the stage, without its data: `{down}`, then `{self.stage.up_command}`"

    def _will_change(self, one: Difference) -> bool:
        """Return whether a deployment changes the property, or the resource: declared and deployed template differ."""
        key = re.split(r"[.\[]", one.path)[0]
        declared, deployed = (self._written(template, one.resource, key) for template in (self.declared, self.deployed))
        return bool(declared != deployed)

    @staticmethod
    def _written(template: Json, name: str, key: str) -> Any:
        resource = template["Resources"].get(name, {})
        return resource.get("Properties", {}).get(key) if key else resource.get("Type")

    def _is_code(self, one: Difference) -> bool:
        resource = self._template.resources.get(one.resource)
        if resource is None:
            return False
        version = resource.type == FUNCTION and is_version(self._template, resource)
        return version or any(one.type == kind and one.path.startswith(path) for kind, path in _REPAIRED)

    @cached_property
    def _template(self) -> Template:
        return template_of(marked(self.observed, self.observed["Metadata"]["Hallmark"]["Account"]))

    def _command(self, one: Difference) -> str | None:
        """Return the AWS CLI's command; None without one, or when a value of it is known after deployment only."""
        words = words_of(one, self._declared_template, self._template, self._physical)
        form = self._form(one, words)
        return filled(form, words, self._options, self._physical) if form else None

    @property
    def _options(self) -> str:
        """Return what makes a command act on this stage, whatever the shell has for an account."""
        endpoint = f" --endpoint-url {self.stage.endpoint}" if self.stage.endpoint else ""
        return f"--region {self.stage.region}{endpoint}"

    @staticmethod
    def _form(one: Difference, words: Mapping[str, Any]) -> Form | None:
        if one.change == "added":
            return DELETE.get(one.type)
        table = UNSET if one.change == "changed" and "value" not in words else SET
        keys = ((one.type, one.path), *([(one.type, words.get("key"))] if one.path else []), one.type)
        return next((table[key] for key in keys if key in table), None)

    @cached_property
    def _declared_template(self) -> Template:
        return template_of(marked(self.declared, self.observed["Metadata"]["Hallmark"]["Account"]))

    @cached_property
    def _physical(self) -> Mapping[str, str]:
        """The services' own names, by logical id."""
        marks = {name: one.metadata.get("Hallmark", {}) for name, one in self._template.resources.items()}
        return {name: mark["Physical"] for name, mark in marks.items() if "Physical" in mark}
