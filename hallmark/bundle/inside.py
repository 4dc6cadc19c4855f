"""The places in a bundle, and the files of the checkout that it holds under `checkout/`.

Standard library only, but for the package itself.
"""

CHECKOUT, REPORT, EXPORT, CONTROLS = "checkout/", "report/", "export/", "controls/"
SBOM, DIFFERENCE = "sbom.cdx.json", "difference.json"
EVIDENCE = f"{CHECKOUT}build/evidence/"
EVIDENCE_MANIFEST = f"{EVIDENCE}manifest.json"
ASSEMBLY = f"{CHECKOUT}build/cdk.out/"
FIDELITY = "hallmark/stage/embedded/fidelity.yaml"
WAIVERS = "policies/waivers.yaml"


def report_of(system: str) -> str:
    """Return the place of a system's report for programs."""
    return f"{REPORT}{system}/report.json"


def controls_of(system: str) -> str:
    """Return the place of a system's controls as they were joined."""
    return f"{CONTROLS}{system}.json"
