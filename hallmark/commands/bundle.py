"""`hallmark bundle`, `hallmark verify`: evidence that leaves the house.

`verify` also works where only the package's base is installed.
"""

from pathlib import Path
from typing import Annotated

import typer


def bundle(
    key: Annotated[
        Path | None,
        typer.Option(help="A private key in PEM: Ed25519, ECDSA P-256 or RSA; without one the bundle is unsigned."),
    ] = None,
    output: Annotated[Path, typer.Option(help="The zip.")] = Path("build/hallmark-bundle.zip"),
    since: Annotated[Path | None, typer.Option(help="An earlier bundle: print and keep what changed.")] = None,
) -> None:
    """Put report, exports, evidence, SBOM and a signed statement of all into one zip.

    Evidence that the report refuses cannot be bundled; verdicts that failed can. The passphrase of an encrypted key is
    in $HALLMARK_KEY_PASSPHRASE, or typed. No key is made here: `openssl genpkey -algorithm ed25519 -out KEY.pem`.
    """
    from hallmark.bundle.command import bundle_command

    raise typer.Exit(bundle_command(output, key, since))


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The zip that `hallmark bundle` made.")],
    key: Annotated[
        Path | None, typer.Option(help="The public key or certificate in PEM whose key must have signed it.")
    ] = None,
    since: Annotated[Path | None, typer.Option(help="An earlier bundle: print what changed since.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check a bundle; name the first thing that was altered. Exit code 1 if any was, 2 if it is no bundle.

    Every byte of the zip, every digest, the statement, the signature with --key; then the verdicts, joined again from
    the evidence inside. Nothing else of the project is needed.
    """
    from hallmark.bundle.verify_command import verify_command

    raise typer.Exit(verify_command(bundle, key, since, as_json))
