"""A control's judgement of a template by all its policies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from policies.engine import cards, library
from policies.engine.catalogue import CONTROLS, Catalogue, Control, NoCatalogue, NoStage, Use, catalogues, used_by_ready
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.parts import Declared, NoPart, declared, parts_of
from policies.engine.policy import Policy
from policies.engine.template.naming import stage_of
from policies.engine.template.template import Template


@dataclass(frozen=True)
class Judgement:
    """A control's judgement of templates: it fails if any of its policies does."""

    control: Control
    catalogue: Catalogue
    policies: tuple[tuple[Use, Policy], ...]
    parts: Declared

    @property
    def scope(self) -> frozenset[str]:
        """The resource types in any of the policies' scope; WHOLE's `*` among them for the template as a whole."""
        return frozenset(kind for _, policy in self.policies for kind in policy.scope)

    @property
    def known(self) -> frozenset[str]:
        """The resource types that any of the policies judges or relies on."""
        return self.scope.union(*(policy.relies_on for _, policy in self.policies))

    def findings(self, template: Template, stage: str | None = None) -> list[Finding]:
        """Return every violation with its policy and fix; what cannot be judged is a violation too.

        Raise NoCatalogue only for a part that a portable catalogue does not declare.
        """
        found = [finding for use, policy in self.policies for finding in self._findings(use, policy, template, stage)]
        # A finding that several policies share is reported once.
        said: dict[Finding, Finding] = {}
        for finding in found:
            said.setdefault(replace(finding, policy="", fix=""), finding)
        return list(said.values())

    def _findings(self, use: Use, policy: Policy, template: Template, stage: str | None) -> list[Finding]:
        try:
            return list(self._judge(use, policy, template, stage or stage_of(template)))
        except NoStage as error:
            wanted = f"Metadata.Hallmark.Stage, one of {', '.join(self.catalogue.stages)}"
            return [Finding(TEMPLATE, "Metadata.Hallmark.Stage", str(error), wanted, "", use.policy)]
        except NoPart as error:
            if self.catalogue.portable:
                raise NoCatalogue(f"{self.control.id}: {use.policy}: {error}: declare it under `parts`") from None
            return [self._unjudged(use, error)]
        except Exception as error:
            # Fail closed: a policy that cannot judge has not proved anything.
            return [self._unjudged(use, error)]

    @staticmethod
    def _unjudged(use: Use, error: Exception) -> Finding:
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        found = f"the policy {use.policy} could not judge: {problem}"
        return Finding(TEMPLATE, "", found, "a judgement", "", use.policy)

    def _judge(self, use: Use, policy: Policy, template: Template, stage: str) -> Iterator[Finding]:
        own = use.parameters_of(stage, self.catalogue.stages)
        parameters = {**own, "stage": stage, "parts": parts_of(template, self.parts)}
        judge = policy.present if self.catalogue.portable else policy.findings
        for finding in judge(template, parameters):
            yield replace(finding, fix=finding.fix or use.fix, policy=use.policy)


def judgements(system: str, folder: Path = CONTROLS) -> dict[str, Judgement]:
    """Return judgements by control id, of a system's controls with policies; raise NoCatalogue and NoPolicy."""
    catalogue = catalogues(folder)[system]
    try:
        parts = declared(catalogue.parts)
    except (ValueError, TypeError, AttributeError) as error:
        raise NoCatalogue(f"{system}.yaml: {' '.join(str(error).split())}") from None
    return {
        control.id: Judgement(
            control, catalogue, tuple((use, library.policy(use.policy)) for use in control.uses), parts
        )
        for control in catalogue.controls.values()
        if control.uses
    }


def every(folder: Path = CONTROLS) -> dict[str, Judgement]:
    """Return judgements by control id, of every system; raise NoCatalogue, and NoPolicy also for an unused policy."""
    found: dict[str, Judgement] = {}
    for system in catalogues(folder):
        own = judgements(system, folder)
        twice = sorted(found.keys() & own.keys())
        if twice:
            raise NoCatalogue(f"{system}.yaml: another catalogue also has the control {twice[0]}")
        found.update(own)
    alone = sorted(cards.names() - library.names())
    if alone:
        raise library.NoPolicy(f"policies/library/{alone[0]}.yaml: there is no policy beside this card")
    used = {use.policy for one in found.values() for use, _ in one.policies}.union(*used_by_ready().values())
    strangers = sorted(library.names() - used)
    if strangers:
        raise library.NoPolicy(f"policies/library/{strangers[0]}.py: no control names the policy {strangers[0]}")
    return found
