"""A synth from its parameters to a folder of templates, without the CDK's command line and without credentials."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from infra.context import Layer, layers
from infra.errors import UserError
from infra.paths import ROOT

if TYPE_CHECKING:
    from aws_cdk import App, DefaultStackSynthesizer

Plan = Callable[[Sequence[Layer]], "Callable[[App], None]"]


def synthesize(argv: Sequence[str], plan: Plan) -> int:
    """Synthesize into $CDK_OUTDIR or build/cdk.out; 2 and one line on stderr when a parameter is bad.

    `plan` reads the parameters and returns what adds the stacks: a bad one is refused before the slow import.
    """
    try:
        add = plan(layers(ROOT / "cdk.json", os.environ, argv))
        app = _app()
        add(app)
        app.synth()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _app() -> App:
    # cfn-lint judges the templates in a gate of its own; the CDK's built-in validation would triple the time.
    os.environ.setdefault("CDK_VALIDATION", "false")
    from aws_cdk import App

    out = ROOT / os.environ.get("CDK_OUTDIR", "build/cdk.out")
    _forget_stacks(out)
    return App(
        outdir=str(out),
        analytics_reporting=False,
        stack_traces=False,
        tree_metadata=False,
    )


def synthesizer() -> DefaultStackSynthesizer:
    """Return a synthesizer for one stack: one that stacks share would publish the files of all, in all regions."""
    from aws_cdk import DefaultStackSynthesizer

    return DefaultStackSynthesizer(generate_bootstrap_version_rule=False)


def _forget_stacks(out: Path) -> None:
    """A stage that is not synthesized this time must not be judged from last time's template."""
    for pattern in ("*.template.json", "*.assets.json"):
        for file in out.glob(pattern):
            file.unlink()
