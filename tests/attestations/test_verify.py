"""A sound bundle passes; each way of tampering is found, and told for what it is."""

import hashlib
import json
import shutil
import tarfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.attestations.conftest import World

from connectory.attestations.bundle import to_json
from connectory.attestations.documents import canonical, digest_of
from connectory.attestations.images import files_of
from connectory.attestations.keys import KeyRing
from connectory.attestations.problems import Fault, Problem
from connectory.attestations.proofs import Head, head_of
from connectory.attestations.signing import Signing
from connectory.attestations.statement import PAYLOAD
from connectory.attestations.verify import verify
from connectory.wire import replace

Json = dict[str, Any]
Tamper = Callable[[World, Json], object]


def document(world: World) -> Json:
    found: Json = json.loads(to_json(world.bundle()))
    return found


def signed(world: World, payload: Json, kind: str = PAYLOAD) -> Json:
    """By who has the platform's key."""
    found: Json = json.loads(canonical(world.signing.sign(canonical(payload), kind)))
    return found


def payload(envelope: Json) -> Json:
    found: Json = json.loads(b64decode(envelope["payload"]))
    return found


def repacked(envelope: Json, change: Callable[[Json], object]) -> None:
    """The payload changed, the signature left."""
    content = payload(envelope)
    change(content)
    envelope["payload"] = b64encode(canonical(content)).decode()


def resigned(world: World, place: Json, key: str, change: Callable[[Json], object]) -> None:
    """The payload changed and signed with the true key."""
    content = payload(place[key])
    change(content)
    place[key] = signed(world, content, place[key]["payloadType"])


def certificate(change: Callable[[Json], object]) -> Tamper:
    return lambda world, d: repacked(d["certificate"], lambda c: change(c["predicate"]))


def reissued(change: Callable[[Json], object]) -> Tamper:
    return lambda world, d: resigned(world, d, "certificate", change)


def provenance(change: Callable[[Json], object]) -> Tamper:
    return lambda world, d: repacked(
        d["attestations"][0]["provenance"], lambda c: change(c["predicate"])
    )


def rebuilt(change: Callable[[Json], object]) -> Tamper:
    return lambda world, d: resigned(world, d["attestations"][0], "provenance", change)


def head(change: Callable[[Json], object]) -> Tamper:
    return lambda world, d: resigned(world, d["log"], "head", change)


def put(*path: str | int, value: Any) -> Callable[[Json], None]:
    def work(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value

    return work


def on(*path: str | int, value: Any) -> Tamper:
    return lambda world, d: put(*path, value=value)(d)


def other_key(world: World, d: Json, tmp: str) -> Json:
    """A stranger's signature over the same payload."""
    stranger = Signing(world.layout.parent / f"stranger-{tmp}")
    content = b64decode(d["certificate"]["payload"])
    made: Json = json.loads(canonical(stranger.sign(content, PAYLOAD)))
    return made


def _stranger(world: World, d: Json) -> None:
    d["certificate"] = other_key(world, d, "a")


def _strangers_name(world: World, d: Json) -> None:
    made = other_key(world, d, "b")
    made["signatures"][0]["keyid"] = d["certificate"]["signatures"][0]["keyid"]
    d["certificate"] = made


def _flip_signature(_world: World, d: Json) -> None:
    one = d["certificate"]["signatures"][0]
    raw = bytearray(b64decode(one["sig"]))
    raw[5] ^= 1
    one["sig"] = b64encode(bytes(raw)).decode()


def _loose_base64(_world: World, d: Json) -> None:
    one = d["certificate"]["signatures"][0]
    one["sig"] = one["sig"][:-3] + chr(ord(one["sig"][-3]) + 1) + "=="


def _confused(world: World, d: Json) -> None:
    """A signed head of the log, handed out as a certificate."""
    d["certificate"] = d["log"]["head"]


def _provenance_as_certificate(world: World, d: Json) -> None:
    d["certificate"] = d["attestations"][0]["provenance"]


def _payload_twice(world: World, d: Json) -> None:
    raw = b64decode(d["certificate"]["payload"])
    twice = raw[:-1] + b',"_type":"other"}'
    made = world.signing.sign(twice, PAYLOAD)
    d["certificate"] = json.loads(canonical(made))


def _other_proof(world: World, d: Json) -> None:
    from connectory.attestations import log

    other = world.database.read_blocking(lambda c: log.included(c, 2))
    d["log"] = json.loads(canonical(other))


def _swap(world: World, d: Json) -> None:
    d["attestations"][0]["artifact"], d["attestations"][1]["artifact"] = (
        d["attestations"][1]["artifact"],
        d["attestations"][0]["artifact"],
    )


def _key_lies(world: World, d: Json) -> None:
    d["keys"][0]["id"] = "0" * 64


def _extra_component(world: World, d: Json) -> None:
    d["attestations"][0]["sbom"]["components"].pop()


def _other_source(content: Json) -> None:
    for one in content["predicate"]["buildDefinition"]["resolvedDependencies"]:
        if "gitCommit" in one.get("digest", {}):
            one["digest"]["gitCommit"] = "9" * 40


def _other_sbom(content: Json) -> None:
    content["predicate"]["runDetails"]["byproducts"][0]["digest"]["sha256"] = "0" * 64


def _refused_report(world: World, d: Json) -> None:
    """Everything signed anew over a report that refuses."""
    d["report"]["verdict"] = "refused"
    content = digest_of(d["report"])
    resigned(world, d, "certificate", put("predicate", "report", "content", value=content))


EARLY = "2001-01-01T00:00:00.000Z"
WAYS: dict[str, tuple[Tamper, Fault, str]] = {
    # the report
    "a finding's severity": (on("report", "findings", 0, "severity", value="low"), Fault.REPORT,
                             "report"),
    "a finding removed": (on("report", "findings", value=[]), Fault.REPORT, "report"),
    "the report's digest": (on("report", "digest", value="sha256:" + "4" * 64), Fault.REPORT,
                            "report.digest"),
    "a field added to the report": (on("report", "note", value="fine"), Fault.REPORT, "report"),
    "the report's commit": (on("report", "connector", "commit", value="5" * 40), Fault.SOURCE,
                            "report.connector.commit"),
    "a report that refuses, signed anew": (_refused_report, Fault.REPORT, "report.verdict"),
    # the checklist
    "a verdict": (on("checklist", 1, "verdict", value="Unmet"), Fault.CHECKLIST, "checklist[1]"),
    "who confirmed": (on("checklist", 1, "by", value="mallory"), Fault.CHECKLIST, "checklist[1]"),
    "when it was confirmed": (on("checklist", 1, "at", value=EARLY), Fault.CHECKLIST, "checklist"),
    "a note": (on("checklist", 1, "note", value="-"), Fault.CHECKLIST, "checklist"),
    "evidence": (on("checklist", 0, "evidence", value=["run 2"]), Fault.CHECKLIST, "checklist"),
    "a requirement left out": (lambda w, d: d["checklist"].pop(), Fault.CHECKLIST,
                               "checklist[1]"),
    "the checklist turned around": (lambda w, d: d["checklist"].reverse(), Fault.CHECKLIST,
                                    "checklist[0]"),
    # the certificate
    "the reviewer": (certificate(put("reviewer", "name", value="mallory")), Fault.SIGNATURE,
                     "certificate"),
    "the time": (certificate(put("grantedAt", value=EARLY)), Fault.SIGNATURE, "certificate"),
    "the commit": (certificate(put("source", "commit", value="5" * 40)), Fault.SIGNATURE,
                   "certificate"),
    "a signed verdict": (certificate(put("verdicts", 0, "verdict", value="Unmet")),
                         Fault.SIGNATURE, "certificate"),
    "the certificate for another artifact": (
        certificate(put("applications", 0, "artifact", value="sha256:" + "6" * 64)),
        Fault.SIGNATURE, "certificate"),
    "a subject that is not spoken of, signed": (
        reissued(put("subject", 0, "digest", value={"sha256": "6" * 64})), Fault.SUBJECT,
        "certificate"),
    "another artifact, signed but not logged": (
        reissued(put("predicate", "applications", 0, "artifact", value="sha256:" + "6" * 64)),
        Fault.LOG_PROOF, "log.proof"),
    "another predicate, signed": (reissued(put("predicateType", value="https://else/v1")),
                                  Fault.STATEMENT, "certificate"),
    "another statement type, signed": (reissued(put("_type", value="https://else/v1")),
                                       Fault.STATEMENT, "certificate"),
    "a field nobody knows, signed": (reissued(put("predicate", "extra", value=1)),
                                     Fault.UNREADABLE, "certificate"),
    "before the key was made, signed": (reissued(put("predicate", "grantedAt", value=EARLY)),
                                        Fault.KEY_EXPIRED, "certificate"),
    # the envelope
    "a bit of the signature": (_flip_signature, Fault.SIGNATURE, "certificate"),
    "loose base64": (_loose_base64, Fault.UNREADABLE, "certificate"),
    "no signature": (on("certificate", "signatures", value=[]), Fault.SIGNATURE, "certificate"),
    "the key's name": (on("certificate", "signatures", 0, "keyid", value="7" * 64),
                       Fault.KEY_UNTRUSTED, "certificate"),
    "a stranger's signature": (_stranger, Fault.KEY_UNTRUSTED, "certificate"),
    "a stranger's signature by a trusted name": (_strangers_name, Fault.SIGNATURE, "certificate"),
    "the payload's type": (on("certificate", "payloadType", value="text/plain"),
                           Fault.PAYLOAD_TYPE, "certificate"),
    "a log head as certificate": (_confused, Fault.PAYLOAD_TYPE, "certificate"),
    "a provenance as certificate": (_provenance_as_certificate, Fault.STATEMENT, "certificate"),
    "a key twice in the payload": (_payload_twice, Fault.UNREADABLE, "certificate"),
    "a shown key under a false name": (_key_lies, Fault.KEY_FALSE, "keys[0]"),
    # the log
    "the place in the log": (on("log", "index", value=0), Fault.LOG_PROOF, "log.proof"),
    "a hash of the proof": (on("log", "proof", 0, value="00" * 32), Fault.LOG_PROOF, "log.proof"),
    "a shortened proof": (lambda w, d: d["log"]["proof"].pop(), Fault.LOG_PROOF, "log.proof"),
    "a hash that is none": (on("log", "proof", 0, value="zz"), Fault.UNREADABLE, "log"),
    "an endless proof": (on("log", "proof", value=["00" * 32] * 65), Fault.UNREADABLE, "log"),
    "the proof of another entry": (_other_proof, Fault.LOG_PROOF, "log.proof"),
    "a forged root": (lambda w, d: repacked(d["log"]["head"], put("root", value="00" * 32)),
                      Fault.SIGNATURE, "log.head"),
    "a forked log, signed": (head(put("root", value="00" * 32)), Fault.LOG_PROOF, "log.proof"),
    "a head from before the grant, signed": (head(put("time", value=EARLY)), Fault.LOG_TIME,
                                             "log.head"),
    "a certificate as head": (lambda w, d: d["log"].update(head=d["certificate"]),
                              Fault.PAYLOAD_TYPE, "log.head"),
    # provenance and bill of materials
    "a component removed": (_extra_component, Fault.SBOM, "attestations[mailer].sbom"),
    "a component's version": (
        on("attestations", 0, "sbom", "components", 0, "version", value="9.9.9"), Fault.SBOM,
        "attestations[mailer].sbom"),
    "the builder": (provenance(put("runDetails", "builder", "id", value="https://evil")),
                    Fault.SIGNATURE, "attestations[mailer].provenance"),
    "a parameter": (provenance(put("buildDefinition", "internalParameters", value={})),
                    Fault.SIGNATURE, "attestations[mailer].provenance"),
    "another builder, signed": (
        rebuilt(put("predicate", "runDetails", "builder", "id", value="https://evil")),
        Fault.BUILDER, "attestations[mailer].provenance"),
    "another commit built, signed": (rebuilt(_other_source), Fault.SOURCE,
                                     "attestations[mailer].provenance"),
    "another bill named, signed": (rebuilt(_other_sbom), Fault.SBOM,
                                   "attestations[mailer].provenance"),
    "another tag built, signed": (
        rebuilt(put("predicate", "buildDefinition", "externalParameters", "tag", value="v9")),
        Fault.PROVENANCE, "attestations[mailer].provenance"),
    "attestations swapped": (_swap, Fault.SUBJECT, "attestations[mailer].provenance"),
    "an attestation missing": (lambda w, d: d["attestations"].pop(0),
                               Fault.ATTESTATION_MISSING, "attestations[mailer]"),
    "an attestation too many": (
        lambda w, d: d["attestations"].append(
            d["attestations"][0] | {"artifact": "sha256:" + "6" * 64}),
        Fault.SUBJECT, "attestations[2]"),
    # the file
    "another format": (on("format", value="connectory-certificate/2"), Fault.UNREADABLE,
                       "bundle"),
    "a field nobody knows": (on("extra", value=1), Fault.UNREADABLE, "bundle"),
}  # fmt: skip


def test_a_sound_bundle_holds(sound: World) -> None:
    with files_of(sound.layout) as files:
        assert verify(to_json(sound.bundle()), sound.signing.ring, files) == []


@pytest.mark.parametrize("way", WAYS)
def test_tampering_is_found(sound: World, way: str) -> None:
    tamper, fault, where = WAYS[way]
    changed = document(sound)
    tamper(sound, changed)
    found = verify(json.dumps(changed).encode(), sound.signing.ring)
    assert (fault, where) in {(one.fault, one.where) for one in found}, found


def test_bytes_that_are_no_bundle(sound: World) -> None:
    data = to_json(sound.bundle())
    twice = data.replace(b'"report": {', b'"report": {"verdict": "refused",', 1)
    odd = data.replace(b'"index": 1', b'"index": NaN')
    for one in (b"", data[:-40], twice, b"[" * 100_000, odd, b"\xff" + data):
        (problem,) = verify(one, sound.signing.ring)
        assert problem.fault is Fault.UNREADABLE
    (problem,) = verify(b" " * (64 << 20) + data, sound.signing.ring)
    assert "more than 64 MiB" in problem.what


def test_spacing_and_order_mean_nothing(sound: World) -> None:
    changed = dict(reversed(document(sound).items()))
    assert verify(json.dumps(changed).encode(), sound.signing.ring) == []


def test_without_a_trusted_key_nothing_holds(sound: World) -> None:
    found = verify(to_json(sound.bundle()), KeyRing(keys=()))
    assert {one.fault for one in found} == {Fault.KEY_UNTRUSTED}


def test_a_key_that_ended_before_the_grant_is_found(sound: World) -> None:
    (key,) = sound.signing.ring.keys
    ended = KeyRing(keys=(replace(key, until=key.since),))
    found = verify(to_json(sound.bundle()), ended)
    assert {(one.fault, one.where) for one in found} == {
        (Fault.KEY_EXPIRED, "certificate"),
        (Fault.KEY_EXPIRED, "log.head"),
    }


def test_what_the_key_before_signed_stays_valid(world: World) -> None:
    world.signing.rotate()
    world.issue(world.granted)
    assert verify(to_json(world.bundle()), world.signing.ring) == []
    only_new = KeyRing(keys=world.signing.ring.keys[1:])
    faults = {one.fault for one in verify(to_json(world.bundle()), only_new)}
    assert faults == {Fault.KEY_UNTRUSTED}


def seen(world: World) -> Head:
    found, problems = head_of(world.bundle().log.head, world.signing.ring, "head")
    assert problems == []
    return found


def test_a_log_that_grew_is_still_the_same(world: World) -> None:
    earlier = seen(world)
    for _ in range(5):
        world.issue(world.granted)
    proven = to_json(world.bundle(earlier.size))
    assert verify(proven, world.signing.ring, known=earlier) == []
    unproven = verify(to_json(world.bundle()), world.signing.ring, known=earlier)
    assert faults_of(unproven) == {Fault.LOG_FORK}


@pytest.mark.parametrize("size", [2, 3, 9])
def test_another_log_than_the_one_seen_is_found(sound: World, size: int) -> None:
    other = Head(size=size, root="00" * 32, time=seen(sound).time)
    data = to_json(sound.bundle(2))
    assert faults_of(verify(data, sound.signing.ring, known=other)) == {Fault.LOG_FORK}


def faults_of(problems: list[Problem]) -> set[Fault]:
    return {one.fault for one in problems}


# the artifact itself


def blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / "sha256" / digest.removeprefix("sha256:")


def spoiled(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def manifest_of(world: World, layout: Path) -> Json:
    found: Json = json.loads(blob(layout, world.artifacts[0]).read_bytes())
    return found


def _layer(world: World, layout: Path) -> None:
    spoiled(blob(layout, manifest_of(world, layout)["layers"][0]["digest"]))


def _longer_layer(world: World, layout: Path) -> None:
    path = blob(layout, manifest_of(world, layout)["layers"][0]["digest"])
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\0")


def _no_layer(world: World, layout: Path) -> None:
    blob(layout, manifest_of(world, layout)["layers"][0]["digest"]).unlink()


def _config(world: World, layout: Path) -> None:
    spoiled(blob(layout, manifest_of(world, layout)["config"]["digest"]))


def _manifest(world: World, layout: Path) -> None:
    spoiled(blob(layout, world.artifacts[0]))


def _no_manifest(world: World, layout: Path) -> None:
    blob(layout, world.artifacts[0]).unlink()


def index_of(layout: Path) -> Json:
    found: Json = json.loads((layout / "index.json").read_bytes())
    return found


def _unlisted(world: World, layout: Path) -> None:
    index = index_of(layout)
    index["manifests"] = [e for e in index["manifests"] if e["digest"] != world.artifacts[0]]
    (layout / "index.json").write_text(json.dumps(index))


def another_image(world: World, layout: Path, **noted: str) -> None:
    """A whole image beside the certified ones, with other code in it."""
    manifest = manifest_of(world, layout) | {"annotations": {"evil": "yes"}}
    data = canonical(manifest)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    blob(layout, digest).write_bytes(data)
    index = index_of(layout)
    line = {"mediaType": manifest["mediaType"], "digest": digest, "size": len(data), **noted}
    index["manifests"].append(line)
    (layout / "index.json").write_text(json.dumps(index))


def _another(world: World, layout: Path) -> None:
    another_image(world, layout)


def _another_in_disguise(world: World, layout: Path) -> None:
    another_image(world, layout, artifactType="application/vnd.cyclonedx+json")


def _no_index(_world: World, layout: Path) -> None:
    (layout / "index.json").unlink()


def _odd_index(_world: World, layout: Path) -> None:
    (layout / "index.json").write_text('{"manifests": [], "manifests": []}')


SPOILED: dict[str, tuple[Callable[[World, Path], None], Fault]] = {
    "a byte of the layer": (_layer, Fault.ARTIFACT_LAYER),
    "bytes after the layer": (_longer_layer, Fault.ARTIFACT_LAYER),
    "no layer": (_no_layer, Fault.ARTIFACT_LAYER),
    "a byte of the configuration": (_config, Fault.ARTIFACT_CONFIG),
    "a byte of the manifest": (_manifest, Fault.ARTIFACT_MANIFEST),
    "no manifest": (_no_manifest, Fault.ARTIFACT_MISSING),
    "not in the index": (_unlisted, Fault.ARTIFACT_MISSING),
    "another image": (_another, Fault.ARTIFACT_UNKNOWN),
    "another image in disguise": (_another_in_disguise, Fault.ARTIFACT_UNKNOWN),
    "no index": (_no_index, Fault.ARTIFACT_LAYOUT),
    "an index that says two things": (_odd_index, Fault.ARTIFACT_LAYOUT),
}


@pytest.mark.parametrize("packed", ["folder", "tar"])
@pytest.mark.parametrize("way", SPOILED)
def test_a_spoiled_artifact_is_found(sound: World, tmp_path: Path, way: str, packed: str) -> None:
    spoil, fault = SPOILED[way]
    layout = tmp_path / "copy"
    shutil.copytree(sound.layout, layout)
    spoil(sound, layout)
    if packed == "tar":
        with tarfile.open(tmp_path / "copy.tar", "w") as archive:
            archive.add(layout, ".")
        layout = tmp_path / "copy.tar"
    with files_of(layout) as files:
        found = verify(to_json(sound.bundle()), sound.signing.ring, files)
    assert faults_of(found) == {fault}


def test_one_image_of_many_is_enough_when_it_is_named(sound: World, tmp_path: Path) -> None:
    layout = tmp_path / "copy"
    shutil.copytree(sound.layout, layout)
    another_image(sound, layout)
    data, ring = to_json(sound.bundle()), sound.signing.ring
    with files_of(layout) as files:
        assert verify(data, ring, files, sound.artifacts[0]) == []
        other = "sha256:" + "8" * 64
        assert Fault.ARTIFACT_UNKNOWN in faults_of(verify(data, ring, files, other))


def test_an_archive_with_one_name_twice_is_refused(sound: World, tmp_path: Path) -> None:
    from connectory.attestations.documents import Malformed

    with tarfile.open(tmp_path / "twice.tar", "w") as archive:
        archive.add(sound.layout / "index.json", "index.json")
        archive.add(sound.layout / "index.json", "./index.json")
    with pytest.raises(Malformed, match="twice"), files_of(tmp_path / "twice.tar"):
        pass
