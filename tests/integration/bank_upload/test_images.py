"""Each function runs the image that this tree's sources make, and no other can take its place."""

import pytest

from hallmark.stage import Stage
from infra.bank_upload.outputs import Output
from tests.support.published_images import Published

FUNCTIONS = {
    "validation": Output.VALIDATION_ARN,
    "transformation": Output.TRANSFORMATION_ARN,
    "notification": Output.NOTIFICATION_ARN,
}


@pytest.fixture(params=FUNCTIONS)
def image(stage: Stage, request: pytest.FixtureRequest) -> Published:
    """The image of each function."""
    return Published(stage, request.param, stage.outputs[FUNCTIONS[request.param]])


@pytest.mark.control("BU_FN_IMAGE", "BU_ECR")
def test_a_function_runs_the_digest_under_the_tag_of_this_tree_s_sources(image: Published) -> None:
    image.runs_by_its_digest(memory=512)


@pytest.mark.control("BU_FN_IMAGE")
@pytest.mark.embedded
def test_the_image_has_its_function_s_code_and_no_other_s(image: Published) -> None:
    """On AWS the digest alone is compared: another machine's builder makes other layers."""
    image.has_its_own_code_alone()


@pytest.mark.control("BU_ECR")
def test_a_tag_never_moves_and_images_are_scanned_and_tidied(image: Published) -> None:
    image.never_moves_and_is_tidied()


@pytest.mark.control("BU_ECR")
def test_only_the_function_of_its_name_pulls_from_a_repository(image: Published) -> None:
    image.is_pulled_by_its_function_alone()
