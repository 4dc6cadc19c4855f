"""Physical names: every one says its system and its stage, so that stages live side by side in one account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Makes the physical names of one system in one stage."""

    system: str
    stage: str

    def of(self, thing: str) -> str:
        """The physical name of a thing, such as `realtime-buffer-dev`."""
        return f"{self.system}-{thing}-{self.stage}"
