"""What anybody can check a certified Connector by: certificate, bills of materials, log, keys."""

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest
from tests.api.conftest import Api
from tests.api.released import release
from tests.api.test_certifications import PATH, Document, World, states, world

from connectory.artifacts import ArtifactStore
from connectory.attestations.attesting import DSSE
from connectory.attestations.bundle import Bundle, Certified, from_json
from connectory.attestations.documents import decoded
from connectory.attestations.images import files_of
from connectory.attestations.keys import KeyRing, ring_from
from connectory.attestations.problems import Fault
from connectory.attestations.proofs import head_of
from connectory.attestations.signing import Signing
from connectory.attestations.verify import statement_in, verify
from connectory.certification.certifying import pseudonym

__all__ = ["world"]
JSON, CYCLONEDX = "application/json", "application/vnd.cyclonedx+json"


def fetch(api: Api, path: str, token: str | None = None) -> tuple[int, bytes, str]:
    """As a stranger, unless there is a token."""
    request = urllib.request.Request(api.url + path)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read(), response.headers["content-type"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), refused.headers["content-type"]


def file(api: Api, path: str, token: str | None = None) -> bytes:
    status, content, _ = fetch(api, path, token)
    assert status == 200, content
    return content


def keys(api: Api) -> KeyRing:
    return ring_from(file(api, "/platform/log/keys.json"))


def said(api: Api, bundle: Bundle) -> Certified:
    found, _, problems = statement_in(
        bundle.certificate, "https://connectory.dev/certification/v1", Certified, keys(api), "x"
    )
    assert found is not None
    assert not problems
    return found


def of_connector(staged: Document) -> str:
    return f"/platform/connectors/{staged['id']}/certificate.json"


def of_review(review: Document) -> str:
    return f"{PATH}/{review['id']}/certificate.json"


def bill(staged: Document, name: str = "service") -> str:
    return f"/platform/connectors/{staged['id']}/sboms/{name}.json"


def log_size(api: Api) -> int:
    return int(json.loads(file(api, "/platform/log"))["size"])


def test_a_stranger_checks_a_certificate_with_nothing_but_the_platforms_keys(
    world: World,
) -> None:
    staged, review = world.ready()
    done = world.granted(review)
    content = file(world.api, of_connector(staged))
    assert verify(content, keys(world.api)) == []
    bundle = from_json(content)
    certificate = said(world.api, bundle).predicate
    assert certificate.connector.id == staged["id"]
    assert (certificate.connector.version, certificate.source.commit) == (1, review["commit"])
    assert certificate.report.digest == review["reportDigest"]
    assert {one.verdict for one in certificate.verdicts} == {"Met"}
    assert certificate.granted_at == done["review"]["decidedAt"]
    assert done["certificate"] == {
        "number": bundle.log.index, "issuedAt": certificate.granted_at,
    }  # fmt: skip
    with files_of(world.api.data / "artifacts") as layout:
        for one in certificate.applications:
            assert verify(content, keys(world.api), layout, one.artifact) == []


def test_readers_of_the_certification_get_the_same(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    shown = file(world.api, of_connector(staged))
    for token in (world.viewer, world.creator):
        assert file(world.api, of_review(review), token) == shown
    assert fetch(world.api, of_review(review), world.bystander)[0] == 404
    assert fetch(world.api, of_review(review))[0] == 401


def test_a_certificate_names_no_login(world: World) -> None:
    staged, review = world.ready()
    done = world.granted(review)
    content = file(world.api, of_connector(staged))
    certificate = said(world.api, from_json(content)).predicate
    who = done["review"]["reviewer"]
    assert certificate.reviewer.id == pseudonym(review["id"], who)
    assert certificate.reviewer.name == "reviewer"
    assert who.partition(":")[2].encode() not in content
    persons = {one.by for one in from_json(content).checklist}
    assert persons == {"", "reviewer"}


def test_what_is_changed_on_the_way_is_noticed(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    document = json.loads(file(world.api, of_connector(staged)))
    document["checklist"][0]["note"] = "Or so they say"
    found = verify(json.dumps(document).encode(), keys(world.api))
    assert {one.fault for one in found} == {Fault.CHECKLIST}


def test_each_application_has_its_bill_of_materials(world: World) -> None:
    staged, review = world.ready()
    assert fetch(world.api, bill(staged))[0] == 404
    world.granted(review)
    for name in ("service", "listener", "nightly"):
        status, content, kind = fetch(world.api, bill(staged, name))
        assert (status, kind) == (200, CYCLONEDX)
        document = json.loads(content)
        assert (document["bomFormat"], document["metadata"]["component"]["name"]) == (
            "CycloneDX", name,
        )  # fmt: skip
    assert fetch(world.api, bill(staged, "nobody"))[0] == 404
    assert fetch(world.api, bill(staged, "%2e%2e%2fservice"))[0] == 404


def test_what_is_not_listed_does_not_exist_for_strangers(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    assert world.act(staged, {"action": "unlist"}).status == 201
    for path in (of_connector(staged), bill(staged)):
        assert fetch(world.api, path)[0] == 404
        assert fetch(world.api, path, world.bystander)[0] == 200
        assert fetch(world.api, path, "nonsense")[0] == 401
    nobody = world.api.caller("demo", "manage_api_clients")
    assert fetch(world.api, bill(staged), nobody)[0] == 403


def test_a_private_connector_has_no_certificate_and_shows_itself_to_its_own(
    world: World,
) -> None:
    staged = world.api.create(key=f"private-{uuid.uuid4()}")
    release(world.api, staged)
    assert fetch(world.api, of_connector(staged))[0] == 404
    assert fetch(world.api, of_connector(staged), world.api.token)[0] == 404
    assert fetch(world.api, bill(staged), world.bystander)[0] == 404
    # what nobody attested is no bill of materials, and our own fault
    assert fetch(world.api, bill(staged), world.api.token)[0] == 500


def test_what_is_not_granted_has_no_certificate(world: World) -> None:
    staged, review = world.ready()
    world.do(review, "take")
    assert world.read(review)["certificate"] is None
    assert fetch(world.api, of_review(review), world.viewer)[0] == 404
    world.do(review, "reject", reason="No")
    assert fetch(world.api, of_review(review), world.viewer)[0] == 404
    assert fetch(world.api, of_connector(staged))[0] == 404


def test_each_certified_version_has_a_certificate_of_its_own(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    first = from_json(file(world.api, of_connector(staged)))
    world.act(staged, {"action": "setName", "name": "Taxes"})
    _, second = world.passes(staged, since=review["id"])
    assert from_json(file(world.api, of_connector(staged))) == first
    world.granted(second)
    now = file(world.api, of_connector(staged))
    certificate = said(world.api, from_json(now)).predicate
    assert (certificate.connector.version, certificate.connector.name) == (2, "Taxes")
    earlier = from_json(file(world.api, of_review(review), world.viewer))
    assert earlier.certificate == first.certificate
    kept, _ = head_of(first.log.head, keys(world.api), "x")
    assert [one.fault for one in verify(now, keys(world.api), known=kept)] == [Fault.LOG_FORK]
    continued = file(world.api, f"{of_connector(staged)}?since={kept.size}")
    assert verify(continued, keys(world.api), known=kept) == []
    for bad in ("since=-1", "since=x"):
        assert fetch(world.api, f"{of_connector(staged)}?{bad}")[0] == 400


def test_the_log_has_a_head_that_everybody_reads(world: World) -> None:
    _, review = world.ready()
    before = log_size(world.api)
    world.granted(review)
    shown = json.loads(file(world.api, "/platform/log"))
    assert shown["size"] == before + 1
    head = from_json(file(world.api, of_review(review), world.viewer)).log.head
    assert head.payload == shown["head"]["payload"]


def test_a_replaced_key_takes_nothing_back(world: World) -> None:
    staged, review = world.ready()
    world.granted(review)
    Signing(world.api.data / "keys").rotate()
    assert verify(file(world.api, of_connector(staged)), keys(world.api)) == []
    other, second = world.ready()
    world.granted(second)
    for one in (staged, other):
        assert verify(file(world.api, of_connector(one)), keys(world.api)) == []


def spoil(world: World, fault: str) -> Any:
    """Something is wrong with what would be certified; how to put it right."""
    store = ArtifactStore(world.api.data / "artifacts")
    referrers = [one for name in store.index.digests() for one in store.index.referrers(name, DSSE)]
    before = store.index.path.read_bytes()
    if fault == "unattested":
        store.index.change([], dropped=referrers)
        return lambda: store.index.path.write_bytes(before)
    trusted = world.api.data / "keys" / "trusted.json"
    kept, strange = trusted.read_bytes(), Signing(world.api.data / "strange").ring
    trusted.write_text(json.dumps({"format": "connectory-keys/1", "keys": []}))
    assert strange.keys
    return lambda: trusted.write_bytes(kept)


@pytest.mark.parametrize("fault", ["unattested", "no key is trusted"])
def test_what_the_platform_cannot_show_is_not_granted(world: World, fault: str) -> None:
    staged, review = world.ready()
    world.do(review, "take")
    world.answered(review)
    size, mend = log_size(world.api), spoil(world, fault)
    try:
        refused = world.do(review, "grant")
    finally:
        mend()
    assert (refused.status, refused.codes) == (500, ["CertificationNotAttested"])
    assert refused.body["message"].startswith("The platform failed, not the connector")
    assert states(world, staged) == ("InCertification", "Taken")
    assert log_size(world.api) == size
    path = f"/connectors/{staged['id']}"
    assert world.api.send("GET", path, token=world.creator).status == 404
    assert world.do(review, "grant").status == 200
    assert decoded(file(world.api, of_connector(staged)), dict)["format"]
