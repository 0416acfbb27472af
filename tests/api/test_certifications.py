"""``/platform/certifications`` without workers: who may do what, and what it answers."""

import base64
import uuid
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.api.conftest import Answer, Api
from tests.api.released import build
from tests.attestations.packing import built_here
from tests.certification.samples import COMMIT, evidence, files

from connectory.auth.administration import ProjectDraft, add_project
from connectory.auth.passwords import generate_now
from connectory.auth.roles import Role
from connectory.auth.store import create_organization
from connectory.auth.users import create_person
from connectory.certification.evidence import listing_of
from connectory.certification.store import save_evidence
from connectory.connectors import store
from connectory.durable import RunState
from connectory.durable.runs import move, runs_of
from connectory.findings.report import FullReport
from connectory.publishing.steps.finish import Conclusion, awaiting_review
from connectory.wire import replace

PATH = "/platform/certifications"
Document = dict[str, Any]
CREATOR = {"email": "ada@example.org", "name": "Ada", "company": "Engines"}


class World:
    """The creators' organization, which is not the reviewers', and everyone's way in."""

    def __init__(self, api: Api) -> None:
        self.api = api

        eve = generate_now()
        self.creators_password = eve.password

        def work(connection: Connection) -> str:
            made = create_organization(connection, "creators", "Creators")
            add_project(connection, ProjectDraft(key="creators"), made.id)
            create_person(connection, "eve", made.id, Role.ADMINISTRATOR, eve.hash)
            rest = create_organization(connection, "bystanders", "Bystanders")
            add_project(connection, ProjectDraft(key="bystanders"), rest.id)
            return made.id

        api.database.write_blocking(work)
        self.creator = api.caller("creators", "manage_connectors")
        self.bystander = api.caller("bystanders", "manage_project")
        self.reviewer = api.caller("demo", "manage_certifications")
        self.viewer = api.caller("demo", "view_certifications")
        self.pretender = api.caller("creators", "manage_certifications", "view_connectors")

    def ready(self, **changes: Any) -> tuple[Document, Document]:
        """A draft whose automatic checks have passed, and its certification."""
        draft = {
            "description": "Works out taxes for every cart.",
            "creator": CREATOR,
            "supportedRegions": ["europe-west1.gcp"],
            "documentationUrl": "https://example.org/tax",
        }
        body = self.api.draft(key=f"c-{uuid.uuid4()}", **draft)
        staged = self.api.send("POST", "/connectors/drafts", body, token=self.creator).body
        return self.passes(staged, **changes)

    def passes(self, staged: Document, **changes: Any) -> tuple[Document, Document]:
        """Publish with certification, and the end of its run."""
        asked = self.act(staged, {"action": "publish", "certification": True})
        assert asked.status == 201, asked
        commit, url = changes.get("commit", COMMIT), str(self.api.repository)
        made = built_here(self.api.data, build(), commit, url)

        def work(connection: Connection) -> None:
            run = runs_of(connection, staged["id"])[0]
            move(connection, run.id, RunState.RUNNING)
            stored = store.staged_with_id(connection, staged["id"])
            seen = evidence(listing=listing_of(stored.staged), tag_commit="", **changes)
            save_evidence(connection, run.id, seen)
            awaiting_review(connection, run, Conclusion(made, (), seen.report))

        self.api.database.write_blocking(work)
        return self.draft(staged), self.of(staged)

    def act(self, staged: Document, *actions: Document) -> Answer:
        path = f"/connectors/drafts/{staged['id']}"
        version = self.draft(staged)["version"]
        return self.api.send("POST", path, {"version": version, "actions": actions},
                             token=self.creator)  # fmt: skip

    def draft(self, staged: Document) -> Document:
        path = f"/connectors/drafts/{staged['id']}"
        return dict(self.api.send("GET", path, token=self.creator).body)

    def of(self, staged: Document) -> Document:
        page = self.api.send("GET", f"{PATH}?connectorId={staged['id']}", token=self.viewer)
        return dict(page.body["results"][-1])

    def read(self, review: Document, token: str | None = None) -> Document:
        answer = self.api.send("GET", f"{PATH}/{review['id']}", token=token or self.viewer)
        assert answer.status == 200, answer
        return dict(answer.body)

    def do(self, review: Document, act: str, token: str | None = None, **fields: Any) -> Answer:
        version = self.read(review)["review"]["version"]
        body = {"version": version} | fields if act != "comments" else fields
        path = f"{PATH}/{review['id']}/{act}"
        return self.api.send("POST", path, body, token=token or self.reviewer)

    def answered(self, review: Document) -> None:
        """Every requirement that is still open is met."""
        for line in self.read(review)["checklist"]:
            if line["decision"] == "Unknown":
                said = {"requirement": line["requirement"], "verdict": "Met", "note": "Seen"}
                done = self.do(review, "answers", **said)
                assert done.status == 200, done

    def granted(self, review: Document) -> Document:
        assert self.do(review, "take").status == 200
        self.answered(review)
        done = self.do(review, "grant", reason="Well made")
        assert done.status == 200, done
        return dict(done.body)

    def found(self, token: str, staged: Document) -> bool:
        page = self.api.send("GET", f"/connectors/search?id={staged['id']}", token=token)
        return bool(page.body["results"])


@pytest.fixture(scope="module")
def world(api_server: Api) -> World:
    return World(api_server)


def states(world: World, staged: Document) -> tuple[str, str]:
    return world.draft(staged)["status"], world.of(staged)["state"]


def test_a_grant_publishes_a_certified_connector_for_all(world: World) -> None:
    staged, review = world.ready()
    assert states(world, staged) == ("ReadyForCertification", "Waiting")
    assert world.do(review, "take").body["review"]["reviewer"].startswith("api-client:")
    assert states(world, staged) == ("InCertification", "Taken")
    assert not world.found(world.bystander, staged)
    world.answered(review)
    done = world.do(review, "grant").body
    assert done["review"]["state"] == "Granted"
    assert len(done["review"]["checklist"]) == len(done["checklist"])
    assert {one["verdict"] for one in done["review"]["checklist"]} == {"Met"}
    now = world.draft(staged)
    assert (now["status"], now["private"], now["alreadyListed"]) == ("Published", False, True)
    assert now["hasChanges"] is False
    connector = world.api.send("GET", f"/connectors/{staged['id']}", token=world.bystander).body
    assert (connector["certified"], connector["private"]) == (True, False)
    assert world.found(world.bystander, staged)
    again = world.act(staged, {"action": "publish", "certification": True})
    assert again.codes == ["ConnectorAlreadyCertified"]


def test_a_grant_waits_for_the_whole_checklist(world: World) -> None:
    staged, review = world.ready()
    world.do(review, "take")
    refused = world.do(review, "grant")
    assert (refused.status, refused.codes) == (400, ["CertificationUndecided"])
    assert "does-what-it-says" in refused.body["errors"][0]["requirements"]
    world.answered(review)
    said = {"requirement": "stateless", "verdict": "Unmet", "note": "It counts in memory"}
    world.do(review, "answers", **said)
    refused = world.do(review, "grant")
    assert refused.codes == ["CertificationRequirementUnmet"]
    assert states(world, staged) == ("InCertification", "Taken")


def test_what_the_evidence_denies_cannot_be_granted(world: World) -> None:
    _, review = world.ready(files=files(LICENSE=""))
    world.do(review, "take")
    said = {"requirement": "licence-file", "verdict": "Met", "note": "Trust me"}
    assert world.do(review, "answers", **said).codes == ["CertificationRequirementDecided"]
    world.answered(review)
    assert world.do(review, "grant").codes == ["CertificationRequirementUnmet"]


def test_a_rejection_says_why_in_the_report_and_unlocks_the_draft(world: World) -> None:
    staged, review = world.ready()
    world.do(review, "take")
    said = {"requirement": "stateless", "verdict": "Unmet", "note": "It counts in memory"}
    world.do(review, "answers", **said)
    assert world.do(review, "reject", reason="Not yet").status == 200
    assert states(world, staged) == ("Failed", "Rejected")
    entry = world.draft(staged)["publishingReport"]["entries"][-1]
    assert (entry["type"], entry["title"]) == ("Error", "Certification rejected")
    assert entry["message"] == "Not yet\nNot met:\n- stateless: It counts in memory"
    assert world.act(staged, {"action": "setName", "name": "Better"}).status == 201
    assert world.api.send("GET", f"/connectors/{staged['id']}", token=world.creator).status == 404
    _, second = world.passes(staged)
    assert (second["state"], second["id"] != review["id"]) == ("Waiting", True)


def test_comments_go_both_ways_while_the_draft_is_locked(world: World) -> None:
    staged, review = world.ready()
    world.do(review, "take")
    assert world.do(review, "comments", comment="Why this scope?").status == 200
    locked = world.act(staged, {"action": "setName", "name": "x"})
    assert locked.codes == ["ConnectorStagedInCertification"]
    said = world.act(staged, {"action": "addCertificationComment", "comment": "For orders"})
    assert said.status == 201
    told = world.draft(staged)["certificationInfo"]["comments"]
    assert [(one["userId"], one["comment"]) for one in told] == [
        ("demo", "Why this scope?"), ("creators", "For orders"),
    ]  # fmt: skip
    assert world.read(review)["comments"] == told


def test_the_certified_version_stays_live_while_the_next_is_reviewed(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    world.act(staged, {"action": "setRepository", "tag": "2.0.0"})
    world.act(staged, {"action": "setDescription", "description": "Taxes, and more of them."})
    _, second = world.passes(staged, since=review["id"], commit="d" * 40)
    assert second["previous"] == review["id"]
    live = f"/connectors/{staged['id']}"
    assert world.api.send("GET", live, token=world.bystander).body["version"] == 1
    shown = world.read(second)
    carried = {one["requirement"] for one in shown["review"]["answers"]}
    assert {one["carriedFrom"] for one in shown["review"]["answers"]} == {review["id"]}
    opened = {one["requirement"] for one in shown["checklist"] if one["decision"] == "Unknown"}
    assert opened == {"does-what-it-says", "tag-stays"}
    assert not carried & opened
    changed = [(one["key"], one["change"]) for one in shown["difference"]["configuration"]]
    assert changed == [("MODE", "Removed"), ("SPEED", "Added")]
    world.do(second, "take")
    assert world.found(world.bystander, staged)
    world.do(second, "reject", reason="No")
    assert world.api.send("GET", live, token=world.bystander).body["version"] == 1
    assert world.found(world.bystander, staged)
    _, third = world.passes(staged, since=review["id"])
    world.granted(third)
    assert world.api.send("GET", live, token=world.bystander).body["version"] == 2


def test_a_second_request_is_refused_while_one_is_under_way(world: World) -> None:
    staged, review = world.ready()
    for act in ("take", "release"):
        again = world.act(staged, {"action": "publish", "certification": True})
        assert again.codes == ["ConnectorStagedInCertification"]
        path = f"/connectors/drafts/{staged['id']}"
        gone = world.api.send("DELETE", path, token=world.creator)
        assert gone.codes == ["ConnectorStagedInCertification"]
        assert world.do(review, act).status == 200
    assert states(world, staged) == ("ReadyForCertification", "Waiting")


LOCKED: list[Document] = [
    {"action": "setName", "name": "x"},
    {"action": "setDescription", "description": "x"},
    {"action": "setRepository", "tag": "2.0.0"},
    {"action": "addPrivateProject", "privateProject": "europe-west1.gcp:creators"},
    {"action": "updatePreviewable"},
    {"action": "publish", "certification": False},
    {"action": "publish", "certification": True},
    {"action": "unlist"},
]


@pytest.mark.parametrize("act", ["take", None], ids=["InCertification", "ReadyForCertification"])
def test_nothing_of_the_draft_changes_under_the_reviewers_eyes(
    world: World, act: str | None
) -> None:
    staged, review = world.ready()
    if act:
        world.do(review, act)
    before = world.draft(staged)
    for action in LOCKED:
        refused = world.act(staged, action)
        assert refused.codes == ["ConnectorStagedInCertification"], action
    assert world.draft(staged) == before


def test_the_creator_withdraws_and_can_go_on(world: World) -> None:
    staged, review = world.ready()
    world.do(review, "take")
    assert world.do(review, "withdraw", token=world.bystander).status == 404
    done = world.do(review, "withdraw", token=world.creator)
    assert done.body["review"]["reviewer"] == "reviewer"
    assert states(world, staged) == ("Draft", "Withdrawn")
    again = world.do(review, "withdraw", token=world.creator)
    assert again.codes == ["CertificationMoveNotAllowed"]
    path = f"/connectors/drafts/{staged['id']}"
    assert world.api.send("DELETE", path, token=world.creator).status == 200
    assert world.read(review)["comments"] == []


def test_a_certified_connector_is_published_still_after_a_withdrawal(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    world.act(staged, {"action": "setName", "name": "Taxes"})
    _, second = world.passes(staged)
    world.do(second, "withdraw", token=world.creator)
    assert world.draft(staged)["status"] == "Published"


def test_another_version_than_the_current_one_is_refused(world: World) -> None:
    _, review = world.ready()
    stale = world.do(review, "take", version=7)
    assert (stale.status, stale.codes) == (409, ["ConcurrentModification"])


def test_one_reviewer_does_not_decide_for_another(world: World) -> None:
    _, review = world.ready()
    world.do(review, "take")
    other = world.api.caller("demo", "manage_certifications")
    for act, fields in (("grant", {}), ("reject", {"reason": "x"}), ("tag", {})):
        refused = world.do(review, act, token=other, **fields)
        assert (refused.status, refused.codes) == (403, ["CertificationNotYours"])
    assert world.do(review, "take", token=other).codes == ["CertificationMoveNotAllowed"]
    assert world.do(review, "release", token=other).status == 200
    assert world.do(review, "take", token=other).status == 200


def test_a_scope_that_creators_give_themselves_makes_no_reviewer(world: World) -> None:
    _, review = world.ready()
    assert world.do(review, "take", token=world.pretender).status == 403
    assert world.do(review, "take", token=world.viewer).status == 403
    assert world.do(review, "take", token=world.creator).status == 403
    assert basic(world, "POST", f"{PATH}/{review['id']}/take", "eve",
                 world.creators_password).status == 403  # fmt: skip
    log = f"{PATH}/{review['id']}/log"
    assert world.api.send("GET", log, token=world.pretender).status == 403


def basic(world: World, method: str, path: str, name: str, password: str) -> Answer:
    who = base64.b64encode(f"{name}:{password}".encode()).decode()
    return world.api.send(
        method,
        path,
        {"version": 1} if method == "POST" else None,
        headers={"Authorization": f"Basic {who}"},
    )


def test_an_administrator_of_the_operator_reviews(world: World) -> None:
    staged, review = world.ready()
    first = world.api.first
    path = f"{PATH}/{review['id']}"
    assert basic(world, "POST", f"{path}/take", first.administrator, "wrong").status == 401
    taken = basic(world, "POST", f"{path}/take", first.administrator, first.password)
    assert taken.body["review"]["reviewer"] == f"user:{first.administrator}"
    seen = world.read(review, world.creator)["review"]
    assert (seen["reviewer"], seen["state"]) == ("reviewer", "Taken")
    own = basic(world, "GET", f"{PATH}?connectorId={staged['id']}", "eve", world.creators_password)
    assert own.body["total"] == 1


def test_creators_see_their_own_certifications_and_no_others(world: World) -> None:
    _, review = world.ready()
    path = f"{PATH}/{review['id']}"
    assert world.api.send("GET", path, token=world.bystander).status == 404
    assert world.api.send("GET", f"{path}/report.json", token=world.bystander).status == 404
    assert world.api.send("GET", PATH, token=world.bystander).body["total"] == 0
    assert world.api.send("GET", path, token=world.creator).status == 200
    report = world.api.send("GET", f"{path}/report.json", token=world.creator).body
    assert report["digest"] == review["reportDigest"]
    assert report["format"] == "connectory-report/1"
    nobody = world.api.caller("demo", "manage_api_clients")
    assert world.api.send("GET", path, token=nobody).status == 403
    assert world.api.send("GET", path, token="x").status == 401


def test_the_queue_is_filtered_and_paged(world: World) -> None:
    _, review = world.ready()
    world.do(review, "take")
    taken = world.api.send("GET", f"{PATH}?state=Taken&limit=500", token=world.viewer).body
    assert {one["state"] for one in taken["results"]} == {"Taken"}
    assert review["id"] in {one["id"] for one in taken["results"]}
    first = world.api.send("GET", f"{PATH}?limit=1", token=world.viewer).body
    assert (first["count"], first["limit"], first["offset"]) == (1, 1, 0)
    for bad in ("state=Lost", "connectorId=x", "limit=-1"):
        answer = world.api.send("GET", f"{PATH}?{bad}", token=world.viewer)
        assert answer.codes == ["InvalidQueryParam"]


def test_the_log_names_who_did_what(world: World) -> None:
    _, review = world.ready()
    world.granted(review)
    log = world.api.send("GET", f"{PATH}/{review['id']}/log", token=world.reviewer).body["events"]
    actions = [one["action"] for one in log]
    assert actions[:2] == ["opened", "taken"]
    assert actions[-1] == "granted"
    assert {one["who"].partition(":")[0] for one in log} == {"platform", "api-client"}


def test_taking_asks_for_a_look_at_the_tag(world: World) -> None:
    _, review = world.ready()
    world.do(review, "take")
    assert world.do(review, "tag").status == 200
    runs = world.api.database.read_blocking(lambda c: runs_of(c, review["id"]))
    assert [one.workflow for one in runs] == ["tag", "tag"]


def test_nothing_is_done_where_nothing_is(world: World) -> None:
    path = f"{PATH}/{uuid.uuid4()}"
    assert world.api.send("GET", path, token=world.viewer).status == 404
    for act in ("take", "release", "tag", "grant"):
        answer = world.api.send("POST", f"{path}/{act}", {"version": 1}, token=world.reviewer)
        assert answer.codes == ["ResourceNotFound"], act


def test_the_report_is_the_one_that_was_judged(world: World) -> None:
    import msgspec

    _, review = world.ready()
    body = world.api.send("GET", f"{PATH}/{review['id']}/report.json", token=world.viewer).body
    kept = msgspec.convert(body, FullReport, strict=False)
    assert kept.digest == replace(evidence()).report.digest
