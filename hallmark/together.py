"""The templates of a stage as one document, and where in them a finding is.

Standard library and PyYAML only: checkov's environment has nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, assembled
from infra.errors import UserError
from policies.engine.reading.refusal import NotTogether
from policies.engine.reading.together import Together, together
from policies.engine.services.reserved import with_beside
from policies.engine.systems import placed

Item = dict[str, Any]


def joined(documents: Mapping[str, Mapping[str, Any]], system: str | None = None) -> Together:
    """Return templates of one stage, by their names, as one document; raise UserError if they are not of one.

    Where a template does not say its system and region, they are those of the named one.
    """
    try:
        return together({name: placed(one, system) if system else one for name, one in documents.items()})
    except NotTogether as error:
        raise UserError(str(error)) from None


def of_stage(found: Sequence[Synthesized], assembly: Iterable[Synthesized] | None = None) -> Together:
    """Return the synthesized templates of a stage as one document, by their labels; UserError as `joined`.

    It says what the other templates of the assembly, by default this checkout's, reserve of what they share.
    """
    own = {(template.system, template.stage) for template in found}
    every = assembled() if assembly is None else assembly
    others = {one.label: one.body for one in every if (one.system, one.stage) not in own}
    return beside(joined({template.label: template.body for template in found}), others)


def beside(whole: Together, others: Mapping[str, Mapping[str, Any]]) -> Together:
    """Return a stage's templates with what those of other stages, by their names, reserve of what they share."""
    return replace(whole, document=with_beside(whole.document, others))


def with_stacks(whole: Together) -> dict[str, Any]:
    """Return the document of several stacks with the name of its own in the mark of each resource; of one as it is."""
    if len({*whole.origin.values()}) < 2:
        return whole.document
    resources = {name: with_facts(body, Stack=whole.origin[name]) for name, body in whole.document["Resources"].items()}
    return {**whole.document, "Resources": resources}


def with_facts(resource: Item, **facts: str) -> Item:
    """Return a resource with facts in our own metadata."""
    metadata = resource.get("Metadata", {})
    return {**resource, "Metadata": {**metadata, "Hallmark": {**metadata.get("Hallmark", {}), **facts}}}


def stack_of(document: Mapping[str, Any], resource: str) -> str:
    """Return the stack of a resource; empty where its document is that of one stack, and for what no stack made."""
    raw = document["Resources"].get(resource, {})
    return str(raw.get("Metadata", {}).get("Hallmark", {}).get("Stack", ""))


def digests_of(found: Sequence[Synthesized]) -> dict[str, str]:
    """Return the SHA-256 of templates by their labels."""
    return {template.label: sha256(template.path) for template in found}


def others_of(template: Synthesized, digests: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of the templates that one was judged together with."""
    return {name: digest for name, digest in digests.items() if name != template.label}


def placed_in(whole: Together, found: Sequence[Item]) -> list[Item]:
    """Return findings or notes on one document of several templates with `template`, and their places in there."""
    made: list[Item] = []
    for one in found:
        template, resource, path = whole.place(one["resource"], one.get("path", ""))
        made.append({"template": template, **one, "resource": resource, **({"path": path} if "path" in one else {})})
    return made
