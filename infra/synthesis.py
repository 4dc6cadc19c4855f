"""Synthesis from parameters to templates, without the CDK's command line and without credentials."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from infra import source_lines
from infra.context import Layer, layers
from infra.errors import UserError
from infra.paths import ROOT

if TYPE_CHECKING:
    from aws_cdk import App, DefaultStackSynthesizer

Plan = Callable[[Sequence[Layer]], "Callable[[App], None]"]


def synthesize(argv: Sequence[str], plan: Plan) -> int:
    """Synthesize into $CDK_OUTDIR or build/cdk.out; return 2 and print one line when a parameter is invalid.

    `plan` reads the parameters and returns what adds the stacks: an invalid one is refused before the slow import.
    """
    try:
        add = plan(layers(ROOT / "cdk.json", os.environ, argv))
        with source_lines.recorded() as recorder:
            app = _app()
            add(app)
            source_lines.write(recorder, Path(app.synth().directory))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _app() -> App:
    # cfn-lint has its own gate; the CDK's built-in validation would triple the time.
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
    """Return a synthesizer for one stack: a shared one would publish all stacks' files in all regions."""
    from aws_cdk import DefaultStackSynthesizer

    return DefaultStackSynthesizer(generate_bootstrap_version_rule=False)


def _forget_stacks(out: Path) -> None:
    """Remove the templates of stages that are not synthesized this time, so that no gate judges old ones."""
    for pattern in ("*.template.json", "*.assets.json", f"*{source_lines.SUFFIX}"):
        for file in out.glob(pattern):
            file.unlink()
