"""The bill of materials: valid CycloneDX 1.6, the same bytes for the same artifact."""

import json
import random

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.attestations.conftest import COMPONENTS

from connectory.attestations.sbom import Component, Described, bill, purl

ABOUT = Described("mailer", "sha256:" + "a" * 64, "0.1.0")
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)


def test_it_is_valid_and_says_what_ships() -> None:
    written = bill(ABOUT, COMPONENTS)
    assert VALIDATOR.validate_str(written.decode()) is None
    found = {one["purl"]: one for one in json.loads(written)["components"]}
    assert sorted(found) == [
        "pkg:npm/%40scope/mail@1.0.0", "pkg:npm/express@4.19.2", "pkg:npm/qs@6.11.0",
    ]  # fmt: skip
    express = found["pkg:npm/express@4.19.2"]
    assert express["licenses"] == [{"expression": "MIT"}]
    assert express["hashes"] == [{"alg": "SHA-512", "content": "00" * 64}]
    odd = found["pkg:npm/%40scope/mail@1.0.0"]
    assert odd["licenses"] == [{"license": {"name": "SEE LICENSE IN FILE"}}]


def test_the_order_does_not_matter() -> None:
    listed = list(COMPONENTS) * 2
    random.Random(7).shuffle(listed)
    assert bill(ABOUT, listed) == bill(ABOUT, COMPONENTS)


def test_it_says_who_asks_for_whom() -> None:
    lines = {one["ref"]: one for one in json.loads(bill(ABOUT, COMPONENTS))["dependencies"]}
    assert lines["pkg:npm/express@4.19.2"]["dependsOn"] == ["pkg:npm/qs@6.11.0"]
    assert "dependsOn" not in lines["pkg:npm/qs@6.11.0"]


def test_another_artifact_has_another_bill() -> None:
    other = Described("mailer", "sha256:" + "b" * 64, "0.1.0")
    assert bill(other, COMPONENTS) != bill(ABOUT, COMPONENTS)


def test_an_application_without_packages_has_an_empty_one() -> None:
    assert VALIDATOR.validate_str(bill(ABOUT, ()).decode()) is None


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.lists(st.builds(Component, TEXT, TEXT, TEXT, TEXT), max_size=4))
@settings(max_examples=40, deadline=None)
def test_whatever_packages_say_it_stays_valid(components: list[Component]) -> None:
    assert VALIDATOR.validate_str(bill(ABOUT, components).decode()) is None


def test_a_package_url_escapes_what_it_must() -> None:
    assert purl("@a/b", "1.0.0+x y") == "pkg:npm/%40a/b@1.0.0%2Bx%20y"
