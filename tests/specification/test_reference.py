"""The reference page is what the schema says."""

from pathlib import Path

from connectory.specification.reference import reference
from connectory.specification.schema import APPLICATIONS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "connect-yaml.md"


def test_the_committed_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_the_page_names_every_key_of_every_application() -> None:
    page = reference()
    for type_, record in APPLICATIONS.items():
        assert f"`{type_}`" in page
        assert all(f"`{field.name}`" in page for field in record.fields)
