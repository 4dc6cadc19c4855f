"""Documents of OSCAL, made and validated by compliance-trestle. https://oscal-compass.dev/compliance-trestle/"""

import json
import logging
from argparse import Namespace
from importlib import import_module, util
from typing import Any

from pydantic import ValidationError

from hallmark.export.oscal.ids import Json
from infra.errors import UserError

MISSING = 'no OSCAL: compliance-trestle is not installed: pip install "hallmark[oscal]"'
_MODELS = {
    "component-definition": ("trestle.oscal.component", "ComponentDefinition"),
    "assessment-results": ("trestle.oscal.assessment_results", "AssessmentResults"),
}


def is_possible() -> bool:
    """Return whether trestle is installed."""
    return util.find_spec("trestle") is not None


def rendered(kind: str, document: Json) -> str:
    """Return a document as OSCAL's JSON; UserError, in one line, for one that trestle's models or validators refuse."""
    try:
        model = _model(kind)
        made = model.model_validate({**document, "metadata": {**document["metadata"], "oscal-version": _version()}})
        text = str(made.oscal_serialize_json(pretty=True)) + "\n"
        _validate(kind, text)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return text


def _validate(kind: str, text: str) -> None:
    """Read a document back as trestle does, and run all of its validators."""
    from trestle.common.const import VAL_MODE_ALL
    from trestle.core.validator_factory import validator_factory

    found = _model(kind).model_validate(json.loads(text)[kind])
    validator = validator_factory.get(Namespace(mode=VAL_MODE_ALL))
    logging.getLogger("trestle").setLevel(logging.ERROR)
    if not validator.model_is_valid(found, True):
        raise UserError(f"{kind}: trestle refuses it: {' '.join(str(validator.error_msg()).split())}")


def _model(kind: str) -> Any:
    module, name = _MODELS[kind]
    return getattr(import_module(module), name)


def _version() -> str:
    from trestle.oscal import OSCAL_VERSION

    return str(OSCAL_VERSION)
