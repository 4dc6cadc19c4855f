"""The gate lint: `python -m hallmark.gates.lint` runs ruff, pyrefly and the TypeScript compiler.

Separate from `hallmark gate lint -- ...`, which takes longer to load than ruff takes to run.
"""

import sys

from hallmark.build import PACKAGES, build
from hallmark.gates.running.command import run_commands
from hallmark.gates.running.systems import exit_code
from hallmark.project import NODE_MODULES, node
from infra.errors import UserError

GATE = "lint"
PYTHON = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["pyrefly", "check", "--python-interpreter-path", sys.executable],
)
TYPESCRIPT = [str(NODE_MODULES / "typescript" / "bin" / "tsc"), "--noEmit"]


def main() -> int:
    """Run all tools; return the first exit code that is not 0, or 2 for a missing tool."""
    try:
        build(steps=(PACKAGES,))
        return run_commands(GATE, (*PYTHON, [node(), *TYPESCRIPT]), templates=lambda _: {})
    except UserError as error:
        return exit_code(error)


if __name__ == "__main__":
    sys.exit(main())
