"""Evidence that was kept instead of made again says so."""

from dataclasses import replace

from hallmark.evidence import Evidence


def with_keeping(item: Evidence, kept: str) -> Evidence:
    """Say of evidence when it was kept, if it was, and since when nothing that it follows from has changed."""
    if not kept:
        return item
    inputs = ", ".join(f"{part} {digest[:12]}" for part, digest in sorted(item.inputs.items()))
    said = f"kept {kept}: unchanged since {item.started} (inputs {inputs})"
    return replace(item, detail="; ".join(filter(None, (item.detail, said))))
