"""`python -m hallmark.stage.embedded.launcher`: the emulator with our extensions, on the port in GATEWAY_PORT."""

import sys

from hallmark.errors import UserError
from hallmark.stage.embedded.guard import require_pinned_version


def main() -> None:
    """Run the emulator until it is ended; exit 2 when its version is not the pinned one."""
    try:
        require_pinned_version()
    except UserError as error:
        sys.exit(f"hallmark: {error}")
    from ministack.app import main as serve

    from hallmark.stage.embedded.extensions import install

    install()
    serve()


if __name__ == "__main__":
    main()
