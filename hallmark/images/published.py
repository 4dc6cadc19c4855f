"""Where the images of a stage are: repositories and tags by this tree's sources, and the digests that were built."""

from collections.abc import Iterator
from dataclasses import dataclass

from hallmark.images.step import built
from hallmark.stage import Stage
from infra.constructs.image_function import content_tag, dockerfile_of, image_functions, repository_purpose
from infra.names import Names


@dataclass(frozen=True)
class Wanted:
    """A function's image: the repository of its stage, and the tag of its content."""

    system: str
    function: str
    repository: str
    tag: str

    @property
    def own_digest(self) -> str:
        """The digest of the image for the embedded stage, as it was built; UserError when it is not built."""
        return built(self.system, self.function).digest


def wanted(system: str, stage: str) -> Iterator[Wanted]:
    """Yield the images of a stage, by this tree's sources; UserError for a Dockerfile that cannot be built."""
    for function in (function for owner, function in image_functions() if owner == system):
        name = Names(system, stage).of(repository_purpose(function), "ecr")
        yield Wanted(system, function, name, content_tag(dockerfile_of(system, function)))


def own_digest(stage: Stage, repository: str, tag: str) -> str | None:
    """Return the digest that this tree's image has under a tag; None for a tag of other sources."""
    found = (one for one in wanted(stage.system, stage.name) if (one.repository, one.tag) == (repository, tag))
    return next((one.own_digest for one in found), None)
