"""Every update action of the contract: what it changes, and what it refuses."""

from typing import Any

import pytest
from tests.connectors.test_update import PROJECT, draft, public_draft

from connectory.connectors.actions import (
    AddCertificationComment,
    ConnectorUpdate,
    Publish,
    SetName,
    SignedComment,
    Unlist,
)
from connectory.connectors.model import ConnectorStaged, ConnectorStatus
from connectory.connectors.progress import published, released
from connectory.connectors.update import update
from connectory.errors import InvalidJsonInputError
from connectory.events import ConnectorUnlisted
from connectory.wire import decode, encode, replace

EDITS: list[tuple[dict[str, Any], tuple[str, ...], Any]] = [
    ({"action": "setName", "name": "Tax 2"}, ("name",), "Tax 2"),
    ({"action": "setDescription", "description": "d"}, ("description",), "d"),
    (
        {"action": "setIntegrationTypes", "integrationTypes": ["tax", "psp", "tax"]},
        ("integration_types",),
        ("tax", "psp"),
    ),
    (
        {"action": "setSupportedRegions", "regions": ["us-east-2.aws"]},
        ("supported_regions",),
        ("us-east-2.aws",),
    ),
    (
        {"action": "setDocumentationUrl", "documentationUrl": "https://d"},
        ("documentation_url",),
        "https://d",
    ),
    ({"action": "setCreatorName", "creatorName": "Ada"}, ("creator", "name"), "Ada"),
    ({"action": "setCreatorTitle", "creatorTitle": "Dr."}, ("creator", "title"), "Dr."),
    ({"action": "setCreatorEmail", "creatorEmail": "b@b.de"}, ("creator", "email"), "b@b.de"),
    ({"action": "setCreatorCompany", "creatorCompany": "AG"}, ("creator", "company"), "AG"),
    ({"action": "setCreatorLogo", "logoUrl": "https://l"}, ("creator", "logo_url"), "https://l"),
    (
        {"action": "setCreatorNoOfContributors", "creatorNoOfContributors": 3},
        ("creator", "no_of_contributors"),
        3,
    ),
    (
        {"action": "setCreatorSupportUrl", "creatorSupportUrl": "https://s"},
        ("creator", "support_url"),
        "https://s",
    ),
    (
        {"action": "addPrivateProject", "privateProject": PROJECT},
        ("private_projects",),
        (PROJECT,),
    ),
]


def sent(*actions: dict[str, Any]) -> ConnectorUpdate:
    return decode(encode({"version": 1, "actions": actions}), ConnectorUpdate)


def value(staged: ConnectorStaged, path: tuple[str, ...]) -> Any:
    found: Any = staged
    for name in path:
        found = getattr(found, name)
    return found


@pytest.mark.parametrize(("action", "path", "expected"), EDITS)
def test_an_edit_changes_its_field_and_makes_the_draft_differ(
    action: dict[str, Any], path: tuple[str, ...], expected: Any
) -> None:
    before = replace(draft(), status=ConnectorStatus.PUBLISHED)
    changed, events = update(before, 1, sent(action).actions)
    assert value(changed, path) == expected
    assert (changed.has_changes, changed.version, changed.status) == (True, 2, "Published")
    assert events == ()


@pytest.mark.parametrize(("action", "path", "expected"), EDITS)
def test_the_same_edit_again_changes_nothing(
    action: dict[str, Any], path: tuple[str, ...], expected: Any
) -> None:
    changed, _ = update(draft(), 1, sent(action).actions)
    published_so = replace(changed, has_changes=False)
    assert update(published_so, 2, sent(action).actions) == (published_so, ())


def test_an_empty_text_clears_what_is_optional() -> None:
    filled, _ = update(draft(), 1, sent(*(action for action, _, _ in EDITS)).actions)
    clearing = [
        {"action": "setDocumentationUrl", "documentationUrl": ""},
        {"action": "setCreatorName", "creatorName": ""},
        {"action": "setCreatorCompany", "creatorCompany": ""},
    ]
    cleared, _ = update(filled, 2, sent(*clearing).actions)
    assert cleared.documentation_url is None
    assert (cleared.creator.name, cleared.creator.company) == (None, None)
    assert cleared.creator.title == "Dr."


@pytest.mark.parametrize(
    "action",
    [
        {"action": "setSupportedRegions", "regions": []},
        {"action": "setSupportedRegions", "regions": ["mars"]},
        {"action": "setIntegrationTypes", "integrationTypes": ["magic"]},
        {"action": "setCreatorNoOfContributors", "creatorNoOfContributors": 0},
        {"action": "setCreatorNoOfContributors", "creatorNoOfContributors": "3"},
        {"action": "setCreatorEmail", "creatorEmail": "nobody"},
        {"action": "setCreatorLogo", "creatorLogo": "https://l"},
        {"action": "addCertificationComment", "comment": ""},
        {"action": "addCertificationComment", "comment": "x", "userId": "somebody"},
        {"action": "unlist", "now": True},
        {"action": "triggerCertification"},
    ],
)
def test_a_wrong_action_is_refused(action: dict[str, Any]) -> None:
    with pytest.raises(InvalidJsonInputError):
        sent(action)


@pytest.mark.parametrize("status", list(ConnectorStatus))
def test_a_comment_is_welcome_in_every_state(status: ConnectorStatus) -> None:
    before = replace(draft(), status=status)
    signed = AddCertificationComment(comment="Ready?").signed("demo", "2026-01-01T00:00:00.000Z")
    once, _ = update(before, 1, [signed])
    twice, events = update(once, 2, [replace(signed, comment="Yes.", user_id="team")])
    assert twice.certification_info is not None
    said = [(one.user_id, one.comment) for one in twice.certification_info.comments]
    assert said == [("demo", "Ready?"), ("team", "Yes.")]
    assert (twice.status, twice.has_changes, twice.version, events) == (status, False, 3, ())


def test_a_comment_does_not_open_the_lock_for_others() -> None:
    under_review = replace(draft(), status=ConnectorStatus.IN_CERTIFICATION)
    comment = SignedComment(comment="c", user_id="u", moment="m")
    with pytest.raises(Exception, match="already in certification"):
        update(under_review, 1, [comment, SetName(name="x")])


def test_unlisting_takes_a_public_connector_off_and_keeps_it_certified() -> None:
    unlisted, events = update(public_draft(), 1, [Unlist()])
    assert (unlisted.already_listed, unlisted.private, unlisted.status) == (
        False,
        False,
        "Published",
    )
    assert events == (ConnectorUnlisted("id-1"),)
    with pytest.raises(InvalidJsonInputError):
        update(unlisted, 2, [Unlist()])


def test_a_connector_that_was_never_listed_cannot_be_unlisted() -> None:
    for before in (draft(), published(draft())):
        with pytest.raises(InvalidJsonInputError) as refused:
            update(before, before.version, [Unlist()])
        assert "not listed" in str(refused.value.extra["detailedErrorMessage"])


def test_a_listed_connector_is_not_published_privately_over_its_public_version() -> None:
    with pytest.raises(InvalidJsonInputError):
        update(public_draft(), 1, [Publish(certification=False)])
    unlisted, _ = update(public_draft(), 1, [Unlist()])
    processing, _ = update(unlisted, 2, [Publish(certification=False)])
    done = published(processing)
    assert (done.private, done.status) == (True, "Published")
    assert released(done, 2, certified=False).private


def test_an_unlisted_connector_may_be_listed_again() -> None:
    unlisted, _ = update(public_draft(), 1, [Unlist()])
    again, _ = update(unlisted, 2, [Publish(certification=True)])
    assert again.status is ConnectorStatus.PROCESSING


def test_unlist_and_private_publish_go_in_one_request() -> None:
    changed, events = update(public_draft(), 1, [Unlist(), Publish(certification=False)])
    assert (changed.status, changed.version, len(events)) == ("Processing", 2, 2)
