"""The entry point of cdk.json: stages x systems -> stacks.

`python -m infra.app [-c key=value ...]` writes build/cdk.out without the CDK's command line and without credentials.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.context import layers
from infra.errors import UserError
from infra.stage import ROOT, StageConfig, load


def main(argv: Sequence[str]) -> int:
    """Synthesizes the stages; 2 and one line on stderr when a parameter is bad."""
    try:
        _synthesize(load(layers(ROOT / "cdk.json", os.environ, argv)))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _synthesize(configs: Sequence[StageConfig]) -> None:
    # cfn-lint judges the templates in a gate of its own; the CDK's built-in validation would triple the time.
    os.environ.setdefault("CDK_VALIDATION", "false")
    # After the parameters: a bad one is refused before the slow import.
    from aws_cdk import App, DefaultStackSynthesizer

    from infra.account import AccountStack

    out = ROOT / os.environ.get("CDK_OUTDIR", "build/cdk.out")
    _forget_stacks(out)
    app = App(
        outdir=str(out),
        analytics_reporting=False,
        stack_traces=False,
        tree_metadata=False,
        default_stack_synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )
    account = AccountStack(app)
    for config in configs:
        # Each system is imported when it is wanted: what it consists of takes long to load.
        if "realtime" in config.systems:
            from infra.realtime.stack import RealtimeStack

            RealtimeStack(app, config).add_stack_dependency(account)
        if "load" in config.systems and config.load_workers:
            from infra.load.stack import LoadStack

            LoadStack(app, config)
    app.synth()


def _forget_stacks(out: Path) -> None:
    """A stage that is not synthesized this time must not be judged from last time's template."""
    for pattern in ("*.template.json", "*.assets.json"):
        for file in out.glob(pattern):
            file.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
