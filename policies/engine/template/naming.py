"""A template's stage, and its resources' names without system and stage."""

import re
from collections import Counter
from itertools import takewhile

from policies.engine.catalogue import stages
from policies.engine.template.identity import FORMS
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_SEPARATOR = "[-_.]"
_VARIABLE = re.compile(r"\$\{[^}]*\}")
# The words of `own-name`, `OwnName`, `OWNName` and `own1name`.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Names of people's work and of devices, whose first word is no stage.
_NO_STAGE = re.compile(
    r"\bDev(?:Sec)?(?:Ops|Tools|Guru)\b|/dev/(?:null|zero|full|u?random|shm|fd|tty|std(?:in|out|err)|loop|mapper|"
    r"nvme\d|xvd[a-z]|sd[a-z])(?![a-z-])"
)


def own_name(template: Template, resource: Resource, *kinds: str) -> str:
    """Return the physical name without stage and system; names of another system lose their common start."""
    begin, end = template.once(("around names", kinds), lambda: _around(template, kinds))
    return end.sub("", begin.sub("", template.name(resource)))


def _around(template: Template, kinds: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of what precedes and follows the own part of these kinds' names."""
    names = [template.name(one) for one in template.of_type(*kinds)]
    slug = re.escape(template.system.replace("_", "-"))
    stage = re.escape(stage_of(template))
    # The resource's type may come first.
    begin = f"(?:[a-z0-9]+{_SEPARATOR})?{slug}{_SEPARATOR}"
    if not slug or not any(re.match(begin, name) for name in names):
        begin = f"(?:hallmark{_SEPARATOR})?{_beginning(names)}"
    return re.compile(f"^{begin}"), re.compile(rf"^{stage}{_SEPARATOR}|{_SEPARATOR}{stage}$")


def _beginning(names: list[str]) -> str:
    """Return the whole words that several names begin with, as a pattern."""
    words = [re.split(f"(?<={_SEPARATOR})", name)[:-1] for name in names]
    shared = takewhile(lambda found: len(set(found)) == 1, zip(*words, strict=False)) if len(names) > 1 else ()
    return re.escape("".join(found[0] for found in shared))


def place_of(text: str, word: str) -> tuple[int, int] | None:
    """Return where a word begins and ends in a text, by separators, capitals and digits; None if it is not there.

    A part of another word is none, nor is what stands inside a variable.
    """
    if word not in text.lower():
        return None
    # The text after the last brace is not searched again for every variable that does not end.
    end = text.rfind("}") + 1
    plain = _VARIABLE.sub(_blank, text[:end]) + text[end:]
    plain = _NO_STAGE.sub(_blank, plain)
    found = (one.span() for one in _WORDS.finditer(plain) if one[0].lower() == word)
    return next(found, None)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def stage_of(template: Template) -> str:
    """Return the stage, or an empty text if it cannot be resolved."""
    return template.marked_stage or template.once(stage_of, lambda: _named_stage(template))


def _named_stage(template: Template) -> str:
    """Return the stage that is named most often in the physical names."""
    words = Counter[str]()
    for resource in template.of_type(*FORMS):
        name = template.name(resource)
        words.update(stage for stage in stages() if place_of(name, stage))
    return words.most_common(1)[0][0] if words else ""
