"""A control's judgement of a template by all its policies."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from policies.engine import cards, library
from policies.engine.catalogue import CONTROLS, Catalogue, Control, NoCatalogue, NoStage, Use, catalogues, used_by_ready
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.parts import Declared, NoPart, declared, parts_of
from policies.engine.policy import WHOLE, Policy
from policies.engine.relations.names_of_ours import names_of_ours
from policies.engine.template.naming import stage_of
from policies.engine.template.resource import Resource
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

    def passed(self, template: Template, stage: str | None, wrong: Set[str]) -> dict[str, tuple[str, ...]]:
        """Return by policy the resources that it judged and found nothing wrong with; TEMPLATE for it as a whole.

        `wrong` are the resources with findings. In doubt none passed: where a finding is about the whole template, or
        about a resource that has to do with none of those judged; nor one that names, or is named by, a wrong one.
        """
        own = stage or stage_of(template)
        found = {use.policy: self._passed(use, policy, template, own, wrong) for use, policy in self.policies}
        return {policy: passed for policy, passed in found.items() if passed}

    def _passed(self, use: Use, policy: Policy, template: Template, stage: str, wrong: Set[str]) -> tuple[str, ...]:
        if TEMPLATE in wrong:
            return ()
        try:
            judged = policy.judged(template, self._parameters(use, template, stage))
        except Exception:
            # The findings say why it could not judge.
            return ()
        if policy.scope == WHOLE:
            return () if wrong else (TEMPLATE,)
        clean = {one.logical_id: one for one in judged if one.logical_id not in wrong}
        for other in wrong - {one.logical_id for one in judged}:
            concerned = _concerned(template, other, clean.values())
            if not concerned:
                return ()
            clean = {name: one for name, one in clean.items() if name not in concerned}
        return tuple(clean)

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
        judge = policy.present if self.catalogue.portable else policy.findings
        for finding in judge(template, self._parameters(use, template, stage)):
            yield replace(finding, fix=finding.fix or use.fix, policy=use.policy)

    def _parameters(self, use: Use, template: Template, stage: str) -> dict[str, Any]:
        own = use.parameters_of(stage, self.catalogue.stages)
        return {**own, "stage": stage, "parts": parts_of(template, self.parts)}


def _concerned(template: Template, other: str, judged: Iterable[Resource]) -> set[str]:
    """Return which of the judged resources name another one, or are named by it."""
    found = template.resources.get(other)
    if found is None:
        return set()
    named = {one.logical_id for one in names_of_ours(template, found.properties)}
    return {
        one.logical_id for one in judged if one.logical_id in named or found in names_of_ours(template, one.properties)
    }


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
