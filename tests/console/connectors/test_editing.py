"""Edit: what was changed becomes one update, and nobody's change is lost."""

from typing import Any

from tests.api.released import release
from tests.console.connectors.conftest import current, page_of, says
from tests.console.support import Browser, Site


def test_every_field_can_be_changed_at_once(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    page = mia.follow(page_of(mia, draft), "Edit")
    page = mia.submit(
        page, "Save", name="Taxes", description="Works out taxes.", tag="2.0.0",
        documentationUrl="https://example.org/tax", email="bob@example.org", title="Mr",
        creatorName="Bob", company="Engines", contributors="4", integrationTypes=["erp"],
        regions=["us-east-2.aws"], supportUrl="https://example.org/help",
        logoUrl="https://example.org/logo.svg", furtherProjects="us-central1.gcp:theirs",
    )  # fmt: skip
    assert says(page) == ["The changes are saved."]
    now = current(site, draft)
    assert now["version"] == draft["version"] + 1
    assert (now["name"], now["description"]) == ("Taxes", "Works out taxes.")
    assert now["repository"] == {"url": str(site.repository), "tag": "2.0.0"}
    assert now["configurations"][0]["standardConfiguration"][0]["key"] == "SPEED"
    assert now["creator"] == {
        "email": "bob@example.org",
        "title": "Mr",
        "name": "Bob",
        "company": "Engines",
        "noOfContributors": 4,
        "supportUrl": "https://example.org/help",
        "logoUrl": "https://example.org/logo.svg",
    }
    assert (now["integrationTypes"], now["supportedRegions"]) == (["erp"], ["us-east-2.aws"])
    assert now["privateProjects"] == ["europe-west1.gcp:demo", "us-central1.gcp:theirs"]
    assert "setRepository" in page.text


def test_what_was_not_changed_is_not_sent(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    page = mia.submit(page_of(mia, draft, "edit"), "Save")
    assert says(page) == ["Nothing was changed."]
    assert current(site, draft) == draft
    page = mia.submit(page_of(mia, draft, "edit"), "Show the API call", title="Dr")
    assert '"setCreatorTitle"' in page.text
    assert "setName" not in page.text
    assert current(site, draft) == draft
    assert mia.submit(page, "Save").heading == "Tax"
    assert current(site, draft)["creator"]["title"] == "Dr"


def test_texts_are_cleared(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    mia.submit(page_of(mia, draft, "edit"), "Save", description="Some", company="Engines")
    page = page_of(mia, draft, "edit")
    mia.submit(page, "Save", description="", company="", projects=[])
    now = current(site, draft)
    assert (now["description"], now["creator"], now["privateProjects"]) == (
        "", {"email": "ada@example.org"}, [],
    )  # fmt: skip


def test_a_moved_tag_is_read_again(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    page = mia.submit(page_of(mia, draft, "edit"), "Save", again="yes")
    assert says(page) == ["The changes are saved."]
    assert current(site, draft)["version"] == draft["version"] + 1


def test_a_refused_tag_is_told_at_the_field(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    page = mia.submit(page_of(mia, draft, "edit"), "Save", tag="broken", name="Kept")
    assert page.status == 400
    field = page.root.find("input", name="tag")
    assert "line 2" in page.root.find("div", id=field["aria-describedby"]).text
    assert page.root.find("input", name="name")["value"] == "Kept"
    assert current(site, draft) == draft
    page = mia.submit(page, "Save", tag="2.0.0", furtherProjects="no project")
    assert page.status == 400
    page = mia.submit(page, "Save", furtherProjects="")
    assert says(page) == ["The changes are saved."]
    assert current(site, draft)["name"] == "Kept"


def test_a_number_cannot_be_taken_away(mia: Browser, site: Site, draft: dict[str, Any]) -> None:
    mia.submit(page_of(mia, draft, "edit"), "Save", contributors="3")
    page = mia.submit(page_of(mia, draft, "edit"), "Save", contributors="")
    assert page.status == 400
    assert "not taken away" in page.text


def test_both_changes_are_there_when_two_people_edit(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    page = page_of(mia, draft, "edit")
    theirs = ({"action": "setName", "name": "Theirs"}, {"action": "setCreatorTitle",
              "creatorTitle": "Dr"})  # fmt: skip
    assert site.update(draft, *theirs).status == 201
    page = mia.submit(page, "Save", name="Mine", description="Written by me.")
    assert page.status == 409
    assert "Somebody changed it meanwhile; this is how it is now." in page.text
    clash = page.root.find("div", id="conflict").text
    assert "Theirs" in clash
    assert "Mine" in clash
    assert page.root.find("input", name="title")["value"] == "Dr"
    assert current(site, draft)["name"] == "Theirs"
    page = mia.submit(page, "Save")
    assert says(page) == ["The changes are saved."]
    now = current(site, draft)
    assert (now["name"], now["description"]) == ("Mine", "Written by me.")
    assert now["creator"]["title"] == "Dr"


def test_a_locked_draft_says_so_and_takes_nothing(
    mia: Browser, site: Site, draft: dict[str, Any]
) -> None:
    page = page_of(mia, draft, "edit")
    site.update(draft, {"action": "publish", "certification": False})
    locked = page_of(mia, draft, "edit")
    assert "Nothing can be changed now. It is being published." in locked.text
    assert all("disabled" in one.attributes for one in locked.root.find_all("fieldset"))
    page = mia.submit(page, "Save", name="Taxes")
    assert page.status == 409
    page = mia.post(f"/console/connectors/{draft['id']}/edit",
                    [*page.form("Save").filled(name="Taxes"), ("go", "save")])  # fmt: skip
    assert "is being published" in page.text
    assert current(site, draft)["name"] == "Tax"


def test_projects_of_a_public_connector_stay(mia: Browser, site: Site) -> None:
    draft = release(site, site.create(name="Open", privateProjects=["us-central1.gcp:theirs"]),
                    public=True)  # fmt: skip
    page = page_of(mia, draft, "edit")
    assert "The connector is public" in page.text
    page = mia.submit(page, "Save", name="Opener")
    assert says(page) == ["The changes are saved."]
    assert current(site, draft)["privateProjects"] == ["us-central1.gcp:theirs"]
