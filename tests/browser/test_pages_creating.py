"""The pages of creators and reviewers, and the Marketplace: each holds what every page has to."""

import pytest
from tests.browser.scenes import CERTIFYING, CREATING, Scene
from tests.browser.walking import Walk

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]


@pytest.mark.parametrize("scene", [*CREATING, *CERTIFYING], ids=lambda one: one.name)
def test_page(scene: Scene, walk: Walk) -> None:
    walk(scene)
