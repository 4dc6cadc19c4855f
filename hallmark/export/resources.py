"""What is known of a resource: its type, its name and ARN on its stage, and the stage's account and region."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hallmark.evidence import Place
from hallmark.policies import template_of
from hallmark.report.model import Report
from hallmark.stage.embedded import ACCOUNT
from hallmark.synthesized import Synthesized
from infra.systems import system_of
from policies.engine.template.template import Template, with_mark

# How the policies write what a template leaves open.
_OPEN = "${"


@dataclass(frozen=True)
class Known:
    """A resource's type, physical name and ARN; empty for what its template does not say."""

    type: str = ""
    name: str = ""
    arn: str = ""


UNKNOWN = Known()


class Resources:
    """The resources of a report's templates, by artifact and logical id; `templates` are by their labels."""

    def __init__(self, report: Report, templates: Mapping[str, Synthesized]) -> None:
        self._report, self.templates = report, templates
        self._template = cache(self._read)

    def of(self, artifact: str, resource: str) -> Known:
        """Return what is known of a resource; nothing of what is in no template."""
        template = self._template(artifact)
        found = template.resources.get(resource) if template else None
        if template is None or found is None:
            return UNKNOWN
        name, arn = template.name(found), template.arn(found) or ""
        return Known(found.type, *("" if _OPEN in text else text for text in (name, arn)))

    def stage_of(self, artifact: str) -> str:
        """Return the stage of a template; empty for any other artifact."""
        return (self.templates[artifact].stage or "") if artifact in self.templates else ""

    def place(self, stage: str) -> Place:
        """Return where a stage was when gates saw it, on AWS if any did; the emulator's account if none has."""
        system = self._report.run.system
        by_target = sorted(self._report.gates, key=lambda gate: gate.target != "aws")
        places = [place for gate in by_target for place in gate.places if place.system == system]
        own = (place for place in places if place.stage == stage or not stage)
        return next(own, Place(system, stage, system_of(system).region, ACCOUNT))

    def _read(self, artifact: str) -> Template | None:
        if artifact not in self.templates:
            return None
        synthesized = self.templates[artifact]
        account = self.place(synthesized.stage or "").account
        return template_of(with_mark(synthesized.body, Account=account), synthesized.system)
