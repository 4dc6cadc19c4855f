"""The step of a deployment that a wing names whose functions run images."""

from typing import TYPE_CHECKING

from hallmark.systems.wing import Step

if TYPE_CHECKING:  # a wing is loaded without its capabilities' dependencies
    from hallmark.stage import Stage


def _publish(stage: "Stage") -> None:
    from hallmark.images.publishing import publish

    publish(stage)


# After a stage's repositories, before the functions that name their images.
IMAGES = Step("build and push the images", _publish)
