"""What functions reserve of the executions that an account has in a region, also those of other stages there.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policies.engine.kinds import FUNCTION
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import mapping
from policies.engine.template.template import Template

PATH = "ReservedConcurrentExecutions"
# In our mark: template -> what its functions reserve, null where that cannot be resolved.
_BESIDE, _ENDING = "Beside", ".template.json"
Document = Mapping[str, Any]


def reserved(template: Template) -> float | None:
    """Return what all functions reserve together; None if one's number cannot be resolved."""
    numbers = [template.number(one.properties[PATH]) for one in whole_functions(template) if PATH in one.properties]
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def with_beside(document: Document, others: Mapping[str, Document]) -> dict[str, Any]:
    """Return a stage's document that says what other templates, by their files, reserve in its account and region."""
    own = Template(document)
    templates = {Path(name).name.removesuffix(_ENDING): Template(one) for name, one in others.items()}
    found = {name: reserved(one) for name, one in templates.items() if _is_beside(own, one) and one.of_type(FUNCTION)}
    metadata = mapping(document.get("Metadata"))
    mark = {**mapping(metadata.get("Hallmark")), _BESIDE: found}
    return {**document, "Metadata": {**metadata, "Hallmark": mark}}


def beside(template: Template) -> dict[str, float | None]:
    """Return what other templates reserve in the account and region, by their names."""
    mark = mapping(mapping(template.document.get("Metadata")).get("Hallmark"))
    return {str(name): template.number(value) for name, value in mapping(mark.get(_BESIDE)).items()}


def _is_beside(own: Template, other: Template) -> bool:
    """Return whether two templates may share an account and a region."""
    accounts = {one.account for one in (own, other) if one.account.isdigit()}
    return own.region == other.region and len(accounts) < 2
