"""The gate cfn-lint sees what a template tells cfn-lint to ignore."""

import json
from pathlib import Path

from hallmark.gates.cfn_lint import lint
from hallmark.synthesized import Synthesized

FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Code": {"ZipFile": "x"},
        "Handler": "a.b",
        "Role": "arn:aws:iam::1:role/r",
        "Runtime": "nodejs18.x",
    },
    "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W2531"]}}},
}


def test_cfn_lint_finds_what_the_template_tells_it_to_ignore(tmp_path: Path) -> None:
    file = tmp_path / "x.template.json"
    file.write_text(json.dumps({"Resources": {"Fn": FUNCTION}}, indent=1))
    (found,) = lint([Synthesized(file)])
    assert ("W2531", "Fn") in {(rule, resource) for rule, resource, *_ in found}
