"""Shows a policy to checkov as a custom CloudFormation check; importing this without checkov is an ImportError."""

from pathlib import Path
from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import (
    BaseResourceCheck,
)
from checkov.common.models.enums import CheckCategories, CheckResult

from policies.engine import catalogue
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.policy import WHOLE, Policy
from policies.engine.reading.reader import read_template
from policies.engine.template.template import Template

_TEMPLATES: dict[Path, Template] = {}
_FILES: dict[str, Path] = {}


class PolicyCheck(BaseResourceCheck):  # type: ignore[misc]
    """Judges a template once, then tells checkov about each resource of it.

    What is missing altogether shows at the template's first resource, because checkov only asks about resources that
    are there.
    """

    def __init__(self, policy: Policy) -> None:
        control = catalogue.controls().get(policy.id, {})
        self._policy, self._system = policy, control.get("system", "")
        self._guideline = control.get("fix", "Add the control to policies/controls.")
        self._judged: dict[Path, dict[str, list[Finding]]] = {}
        super().__init__(
            name=control.get("title", f"{policy.id} is in no catalogue"),
            id=policy.id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["*"],
            guideline=self._guideline,
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """FAILED with details for a resource with findings, PASSED for one in scope, else nothing to say."""
        shown, _, name = self.entity_path.partition(f":{conf['Type']}:")
        found = self.found(_file(conf, shown), name)
        if found is None:
            return CheckResult.UNKNOWN
        # checkov drops the details of a CloudFormation check, but shows the guideline of the moment.
        self.details = [_line(finding) for finding in found]
        self.evaluated_keys = [finding.path for finding in found]
        self.guideline = " | ".join(self.details) or self._guideline
        if found:
            return CheckResult.FAILED
        scope = self._policy.scope
        judged = name == _first(_template(_file(conf, shown))) if scope == WHOLE else conf["Type"] in scope
        return CheckResult.PASSED if judged else CheckResult.UNKNOWN

    def found(self, file: Path, name: str) -> list[Finding] | None:
        """What is wrong with a resource of a template's file; None if the template is of another system."""
        try:
            template = _template(file)
            # A check of no catalogue has no system: it judges any template, and fails.
            if self._system and template.system not in ("", self._system):
                return None
            return self._findings(file, template).get(name, [])
        except Exception as error:
            # checkov would take an exception for a check with nothing to say.
            return [Finding(name, "", f"cannot judge: {error}", "a template", "")]

    def _findings(self, file: Path, template: Template) -> dict[str, list[Finding]]:
        if file not in self._judged:
            by_resource: dict[str, list[Finding]] = {}
            for finding in self._policy.findings(template):
                name = finding.resource if finding.resource in template.resources else _first(template)
                by_resource.setdefault(name, []).append(finding)
            self._judged[file] = by_resource
        return self._judged[file]


def _file(conf: dict[str, Any], shown: str) -> Path:
    """The template's file: checkov writes it into every object of a resource, and shows it from the scanned folder."""
    for value in conf.values():
        if isinstance(value, dict) and "__file__" in value:
            _FILES[shown] = Path(value["__file__"])
    return _FILES.get(shown) or Path(shown.lstrip("/"))


def _template(file: Path) -> Template:
    if file not in _TEMPLATES:
        _TEMPLATES[file] = Template(read_template(file))
    return _TEMPLATES[file]


def _first(template: Template) -> str:
    return next(iter(template.resources))


def _line(finding: Finding) -> str:
    where = "the template" if finding.resource == TEMPLATE else finding.resource
    path = f" {finding.path}" if finding.path else ""
    return f"{where}{path}: found {finding.found}; wanted {finding.wanted}. {finding.fix}"


def register(policy: Policy) -> None:
    """Registers the policy with checkov."""
    PolicyCheck(policy)
