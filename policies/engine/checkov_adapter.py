"""Controls as custom CloudFormation checks of checkov; importing this without checkov is an ImportError."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckCategories, CheckResult

from policies.engine.assembly import beside
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.judgement import Judgement, every
from policies.engine.policy import WHOLE
from policies.engine.reading.reader import read_template
from policies.engine.reading.refusal import NotTogether
from policies.engine.reading.together import Together, together
from policies.engine.services.reserved import with_beside
from policies.engine.systems import SHARED, NoSystem, placed, system_of
from policies.engine.template.template import Template


class ControlCheck(BaseResourceCheck):
    """A checkov check that judges a template of its system once and reports on each of its resources.

    Findings on the template as a whole show at its first resource, because checkov only asks about resources that
    exist.
    """

    def __init__(self, judgement: Judgement) -> None:
        control = judgement.control
        self._judgement, self._system, self._guideline = judgement, judgement.catalogue.system, control.fix
        self._judged: dict[Path, dict[str, list[Finding]]] = {}
        super().__init__(
            name=control.title,
            id=control.id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["*"],
            guideline=control.fix,
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Return FAILED with details for a resource with findings, PASSED for one in scope, else UNKNOWN."""
        judged = _OPENED.of_resource(conf, self.entity_path.partition(f":{conf['Type']}:")[0])
        # Asked first: most checks are of another system than most templates.
        if judged.system not in (self._system, None):
            return CheckResult.UNKNOWN
        name = self.entity_path.rpartition(":")[2]
        found = self._found(judged, name)
        # checkov drops the details of a CloudFormation check, but shows the guideline that it has at this moment.
        self.details = [_line(finding) for finding in found]
        self.evaluated_keys = [finding.path for finding in found]
        self.guideline = " | ".join(self.details) or self._guideline
        if found:
            return CheckResult.FAILED
        scope = self._judgement.scope
        # Where what is in scope stands in another template of the stage, the whole of this one holds.
        is_whole = WHOLE[0] in scope or not judged.types & {*scope}
        return (
            CheckResult.PASSED if conf["Type"] in scope or (is_whole and name == judged.first) else CheckResult.UNKNOWN
        )

    def found(self, file: Path, name: str) -> list[Finding]:
        """Return the findings on a resource of a template's file that the check has judged."""
        return self._found(_OPENED.of_file(file), name)

    def _found(self, opened: "Opened", name: str) -> list[Finding]:
        # Of a template that cannot be read, every resource fails.
        return self._findings(opened).get(name if opened.names else "", [])

    def _findings(self, opened: "Opened") -> dict[str, list[Finding]]:
        if opened.file not in self._judged:
            by_resource: dict[str, list[Finding]] = {}
            for finding in opened.judged_by(self._judgement):
                name = finding.resource if finding.resource in opened.names else opened.first
                by_resource.setdefault(name, []).append(finding)
            self._judged[opened.file] = by_resource
        return self._judged[opened.file]


class Opened:
    """A template's file with its system; None, so that every check fails, if that cannot be resolved.

    In a cloud assembly a template is judged together with those of its stage; what is shown is its own.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.template: Template | None = None
        self._whole: Together | None = None
        self.system: str | None = None
        self.problem = ""
        self.names: list[str] = []
        self.types: frozenset[str] = frozenset()
        try:
            own = Template(read_template(file))
            self.names = list(own.resources)
            self.types = frozenset(one.type for one in own.resources.values())
            if own.system in SHARED:
                self.system = own.system
                return
            near = beside(file)
            documents = {str(path): document for path, document in near.stage.items()}
            self.system = system_of(Template(together(documents).document))
            self._whole = together({name: placed(one, self.system) for name, one in documents.items()})
            others = {str(path): document for path, document in near.others.items()}
            self.template = Template(with_beside(self._whole.document, others))
        except Exception as error:
            # checkov takes an exception for a check without a result.
            known = isinstance(error, NoSystem | NotTogether)
            self.problem = str(error) if known else f"cannot judge: {error}"

    @property
    def first(self) -> str:
        """The resource at which findings on the whole template show."""
        return next(iter(self.names), "")

    def judged_by(self, judgement: Judgement) -> list[Finding]:
        """Return what a control finds; the one error of a template that cannot be judged."""
        if self.template is None or self._whole is None:
            wanted = f"a template of {judgement.catalogue.system}"
            return [Finding(TEMPLATE, "", self.problem, wanted)]
        placed_in = [(one, self._whole.place(one.resource, one.path)) for one in judgement.findings(self.template)]
        return [
            replace(one, resource=resource, path=path)
            for one, (template, resource, path) in placed_in
            if template == str(self.file)
        ]


class _Files:
    """The templates that checkov has asked about."""

    def __init__(self) -> None:
        self._opened: dict[Path, Opened] = {}
        self._shown: dict[str, Path] = {}
        self._last: tuple[Any, Opened] | None = None

    def of_file(self, file: Path) -> Opened:
        if file not in self._opened:
            self._opened[file] = Opened(file)
        return self._opened[file]

    def of_resource(self, conf: dict[str, Any], shown: str) -> Opened:
        """Return the template of a resource; every check asks about one resource before checkov goes on to the next."""
        if self._last is None or self._last[0] is not conf:
            self._last = conf, self.of_file(self._file(conf, shown))
        return self._last[1]

    def _file(self, conf: dict[str, Any], shown: str) -> Path:
        """Return the file: checkov writes it into every object of a resource, and shows a relative path."""
        for value in conf.values():
            if isinstance(value, dict) and "__file__" in value:
                self._shown[shown] = Path(value["__file__"])
        return self._shown.get(shown) or Path(shown.lstrip("/"))


_OPENED = _Files()


def _line(finding: Finding) -> str:
    where = "the template" if finding.resource == TEMPLATE else finding.resource
    path = f" {finding.path}" if finding.path else ""
    return f"{where}{path}: found {finding.found}; wanted {finding.wanted}. {finding.fix}"


def register_controls() -> None:
    """Register every control of every catalogue with checkov; raise NoCatalogue and NoPolicy."""
    for judgement in every().values():
        ControlCheck(judgement)
