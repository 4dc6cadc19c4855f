"""Which stage a template is for: what its metadata says, or else what most of its physical names say."""

import re
from collections import Counter

from support.catalogue import STAGES
from support.identity import FORMS
from support.template import Template


def stage_of(template: Template) -> str:
    """The stage, or an empty text if the template does not tell."""
    if template.marked_stage:
        return template.marked_stage
    words: Counter[str] = Counter()
    for resource in template.of_type(*FORMS):
        words.update(STAGES & set(re.split(r"[^a-z0-9]+", template.name(resource).lower())))
    return words.most_common(1)[0][0] if words else ""
