"""The states an installation ran in, what differs between them, and the way back."""

import pytest
from tests.api.released import finish, values
from tests.console.installations.conftest import SECRET, Document, Shop, messages, page_of
from tests.console.support import Browser, Page

from connectory.console.installations.comparing import Change, Place, comparison, policy_text


@pytest.fixture(scope="module")
def many(shop: Shop) -> Document:
    """With applications of three kinds."""
    return shop.connector("many", name="Many")


@pytest.fixture
def twice(shop: Shop, mia: Browser, many: Document) -> Document:
    """An installation with two revisions, of which the second runs."""
    configured = [values(), {"applicationName": "listener"}, {"applicationName": "nightly"}]
    shared = {"standardConfiguration": [{"key": "REGION", "value": "north"}]}
    deployment = shop.installed(many, configurations=configured, globalConfiguration=shared)
    page = mia.get(page_of(deployment, "/configuration"))
    changed = {
        "value.service.MODE": "slow",
        "value.service.TOKEN": SECRET,
        "value..SHARED": "both",
        "schedule.value.nightly": "@hourly",
        "retry.value.listener.strategy": "exponential-backoff",
    }
    assert mia.submit(page, "Redeploy", **changed).status == 200
    return finish(shop.site, deployment)


def rows(page: Page) -> list[list[str]]:
    return [
        [one.text for one in row.find_all("th", "td")]
        for row in page.root.find("tbody").find_all("tr")
    ]


def test_every_state_is_listed_and_the_one_that_runs_says_so(mia: Browser, twice: Document) -> None:
    found = rows(mia.get(page_of(twice, "/revisions")))
    assert [(row[0], row[4]) for row in found] == [
        ("Revision 2", "Runs now"),
        ("Revision 1", "ran before"),
    ]


def test_a_state_is_shown_with_what_going_back_would_change(mia: Browser, twice: Document) -> None:
    page = mia.get(page_of(twice, "/revisions/1"))
    assert page.heading == "Revision 1 of Many"
    assert "What going back would change" in page.text
    assert rows(page) == [
        ["All applications SHARED", "set, hidden", "nothing"],
        ["service MODE", "slow", "fast"],
        ["service TOKEN", "set, hidden", "set, another value"],
        ["listener retry policy", "with growing pauses, 10 to 600 s", "at once"],
        ["nightly schedule", "@hourly", "0 0 * * *"],
    ]
    assert SECRET not in page.source
    assert "*" * 4 not in page.source


def test_what_runs_says_what_it_changed(mia: Browser, twice: Document) -> None:
    page = mia.get(page_of(twice, "/revisions/2"))
    assert "What it changed" in page.text
    assert ["service MODE", "fast", "slow"] in rows(page)
    assert "It runs now." in page.text
    assert not page.has_button("Roll back to revision 2")


def test_going_back(shop: Shop, mia: Browser, twice: Document) -> None:
    page = mia.follow(mia.get(page_of(twice, "/revisions")), "Revision 1")
    page = mia.submit(page, "Roll back to revision 1")
    assert "Many goes back to revision 1." in messages(page)
    assert f"POST /demo/deployments/{twice['id']}/revisions/1/rollback" in messages(page)
    known = shop.now(twice)
    assert known["rollbackRevision"] == 1
    assert known["applications"][0]["standardConfiguration"] == [{"key": "MODE", "value": "fast"}]
    page = mia.get(page_of(twice, "/revisions/1"))
    assert "It is being deployed just now" in page.text
    assert not page.has_button("Roll back to revision 1")
    finish(shop.site, twice)
    found = rows(mia.get(page_of(twice, "/revisions")))
    assert found[0][4] == "Runs now brought back from revision 1"
    same = mia.get(page_of(twice, "/revisions/1"))
    assert "Nothing that can be seen: the same version, values and applications." in same.text
    assert "cannot be seen: TOKEN of service." in same.text


def test_after_a_failure_what_runs_can_be_gone_back_to(
    shop: Shop, mia: Browser, twice: Document
) -> None:
    mia.submit(mia.get(page_of(twice)), "Redeploy")
    finish(shop.site, twice, "Failed")
    assert rows(mia.get(page_of(twice, "/revisions")))[0][4] == "Runs now"
    page = mia.submit(mia.get(page_of(twice, "/revisions/2")), "Roll back to revision 2")
    assert "Many goes back to revision 2." in messages(page)


def test_a_change_meanwhile_is_told(shop: Shop, mia: Browser, twice: Document) -> None:
    old = mia.get(page_of(twice, "/revisions/1"))
    mia.submit(mia.get(page_of(twice)), "Redeploy")
    finish(shop.site, twice)
    page = mia.submit(old, "Roll back to revision 1")
    assert "Somebody changed it meanwhile" in messages(page)
    assert shop.now(twice)["status"] == "Deployed"


def test_a_revision_that_is_none_is_not_there(shop: Shop, mia: Browser, twice: Document) -> None:
    token = dict(mia.get(page_of(twice)).form("Redeploy").filled())
    for number in ("99", "x", "1e3", "٣", "-1", "9" * 40):
        assert mia.get(page_of(twice, f"/revisions/{number}")).status == 404, number
        page = mia.post(page_of(twice, f"/revisions/{number}/rollback"), token)
        assert page.status == (200 if number == "99" else 404), number
    assert shop.now(twice)["status"] == "Deployed"


def state(**changes: object) -> Document:
    repository = {"url": "https://example.org/a.git", "tag": "1.0.0"}
    connector = {"version": 1, "repository": repository}
    return {"connector": connector, "applications": [], **changes}


def application(name: str = "one", **changes: object) -> Document:
    return {"applicationName": name, "standardConfiguration": [], "securedConfiguration": []} | (
        changes
    )


def test_versions_tags_and_applications_are_compared() -> None:
    repository = {"url": "https://example.org/a.git", "tag": "2.0.0"}
    after = state(
        connector={"version": 2, "repository": repository}, applications=[application("two")]
    )
    found = comparison(state(applications=[application("one")]), after)
    assert found.changes == (
        Change(Place("Connector", "version"), "1", "2"),
        Change(Place("Connector", "tag"), "1.0.0", "2.0.0"),
        Change(Place("one", ""), "runs", ""),
        Change(Place("two", ""), "", "runs"),
    )


def test_of_secured_values_only_lengths_are_known() -> None:
    def with_secret(mask: str) -> Document:
        return state(applications=[application(securedConfiguration=[{"key": "A", "value": mask}])])

    place = Place("one", "A")
    same = comparison(with_secret("***"), with_secret("***"))
    assert (same.changes, same.hidden) == ((), (place,))
    longer = comparison(with_secret("***"), with_secret("****"))
    assert longer.changes == (Change(place, "set, hidden", "set, another value"),)
    emptied = comparison(with_secret("***"), with_secret(""))
    assert emptied.changes == (Change(place, "set, hidden", ""),)
    assert comparison(with_secret(""), with_secret("")).hidden == ()


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (None, ""),
        ({"strategy": "immediate"}, "at once"),
        (
            {"strategy": "exponential-backoff", "minBackoffSeconds": 1, "maxBackoffSeconds": 9,
             "maxAttempts": 5},
            "with growing pauses, 1 to 9 s, at most 5 times",
        ),
    ],
)  # fmt: skip
def test_a_retry_policy_in_words(policy: Document | None, said: str) -> None:
    assert policy_text(policy) == said
