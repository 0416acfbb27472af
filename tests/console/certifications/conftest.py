"""Certifications to review: automatic checks that have passed, without a pipeline."""

from collections.abc import Iterator

import pytest
from tests.api.test_certifications import World
from tests.console.people import People
from tests.console.support import Browser, Site


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    return World(site)


@pytest.fixture
def rita(people: People) -> Iterator[Browser]:
    """A reviewer at work."""
    with people.signed_in(people.reviewer) as browser:
        yield browser
