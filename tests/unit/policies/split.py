"""One template as two stacks that import from each other what they refer to."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]
_VARIABLE = re.compile(r"\$\{(\w+)(?:\.(\w+))?\}")


def split(document: Document, moves: Callable[[str, Document], bool]) -> tuple[Document, Document]:
    """Return the template without the resources that move, and one with these; references become imports."""
    own = document["Resources"]
    moved = {name for name, body in own.items() if moves(name, body)}
    assert moved and len(moved) < len(own), "nothing is split"
    outputs: tuple[Document, Document] = ({}, {})

    def imported(value: Any, here: bool) -> Any:
        if isinstance(value, list):
            return [imported(item, here) for item in value]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((key, argument),) = value.items()
            if key == "Ref" and is_away(argument, here):
                return exported(argument, {"Ref": argument})
            if key == "Fn::GetAtt" and is_away(argument[0], here):
                return exported(argument[0], {"Fn::GetAtt": argument})
            if key == "Fn::Sub" and isinstance(argument, str):
                return substituted(argument, here)
        return {key: imported(item, here) for key, item in value.items()}

    def is_away(name: Any, here: bool) -> bool:
        return name in own and (name in moved) != here

    def exported(name: str, value: Document) -> Document:
        key = re.sub(r"\W", "", f"{name}{value.get('Fn::GetAtt', ['', ''])[1]}")
        outputs[name in moved][f"Export{key}"] = {"Value": value, "Export": {"Name": f"dev-{key}"}}
        return {"Fn::ImportValue": {"Fn::Sub": f"dev-{key}"}}

    def substituted(text: str, here: bool) -> Document:
        variables: Document = {}

        def replace(match: re.Match[str]) -> str:
            name, attribute = match.groups()
            if not is_away(name, here):
                return match[0]
            value = {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
            variables[f"{name}{attribute or ''}"] = exported(name, value)
            return f"${{{name}{attribute or ''}}}"

        new = _VARIABLE.sub(replace, text)
        return {"Fn::Sub": [new, variables] if variables else text}

    def part(here: bool) -> Document:
        made: Document = {}
        for name, body in own.items():
            if (name in moved) == here:
                made[name] = imported(body, here)
                waits = body.get("DependsOn", [])
                made[name]["DependsOn"] = [
                    one for one in [waits] * isinstance(waits, str) or waits if not is_away(one, here)
                ]
        return made

    first, second = part(False), part(True)
    mine = {name: imported(one, False) for name, one in document.get("Outputs", {}).items()}
    return (
        {**document, "Resources": first, "Outputs": {**mine, **outputs[False]}},
        {"Metadata": document["Metadata"], "Resources": second, "Outputs": outputs[True]},
    )
