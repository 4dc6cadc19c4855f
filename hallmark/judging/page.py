"""docs/library.md: the library's policies, made of their cards. `python -m hallmark.judging.page` writes it."""

from collections.abc import Iterator
from itertools import groupby

from hallmark.judging.catalogue import load, ready_names, shape_text
from hallmark.judging.library import About, every, plain
from hallmark.project import ROOT
from policies.engine.catalogue import READY

PAGE = ROOT / "docs" / "library.md"
_HEAD = """\
# The library of policies

Made of the cards beside the policies, `policies/library/<topic>/<name>.yaml`, by `python -m hallmark.judging.page`.
`hallmark policy --explain <topic>/<name>` has the statement, the sources, examples and the fix of each.

A parameter has a type: `text`, `int`, `number`, `bool`, `any`, `list[...]` or `map[...]` of them. One that is optional
may be left out. A policy with *parts* asks its catalogue which resource plays which part
([policies.md](policies.md#a-catalogue-of-your-own)); every other judges any template.
"""


def render() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_policies(), *_catalogues()])


def _policies() -> Iterator[str]:
    for topic, found in groupby(every().values(), lambda one: one.id.partition("/")[0]):
        yield f"## {topic}\n"
        yield "| policy | asks for | judges | parameters | in |"
        yield "| --- | --- | --- | --- | --- |"
        yield from map(_line, found)
        yield ""


def _line(one: About) -> str:
    shown = ", ".join(f"`{kind}`" for kind in one.types[:4])
    types = f"{shown} and {len(one.types) - 4} more" if len(one.types) > 4 else shown or "the template as a whole"
    parameters = [f"`{name}`: {shape_text(shape)}" for name, shape in one.card.parameters.items()]
    needs = ", ".join([*parameters, *(["*parts*"] if one.needs_parts else [])])
    cells = (f"`{one.id}`", plain(one.card.statement), types, needs or "none", ", ".join(one.used_by))
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _catalogues() -> Iterator[str]:
    for name in ready_names():
        catalogue = load(READY / f"{name}.yaml", name)
        yield f"## Catalogue {name}\n"
        use = f"`hallmark policy TEMPLATE --catalogue {name}`"
        yield f"{catalogue.title}: {use}. The file says beside each parameter why.\n"
        yield "| row | severity | asks for | policies | means the same |"
        yield "| --- | --- | --- | --- | --- |"
        for row in catalogue.rows:
            policies = ", ".join(f"`{use.policy}`" for use, _ in row.judgement.policies)
            pages = [f"[AWS]({one})" if one.startswith("https://") else one for one in row.sources]
            yield f"| `{row.id}` | {row.severity} | {row.statement} | {policies} | {', '.join(pages)} |"
        yield ""


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
