"""``connectory verify``: does a certificate hold? Asks no network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectory.cli.screen import fail, person, settings_from, show_json

if TYPE_CHECKING:
    from connectory.attestations.keys import KeyRing
    from connectory.attestations.problems import Problem
    from connectory.attestations.proofs import Head

File = Annotated[Path, typer.Argument(help="The certificate's file, as a platform hands it out.")]
Layout = Annotated[
    Path | None,
    typer.Option(help="An OCI layout, folder or tar, that holds the artifacts: checked as well."),
]
Only = Annotated[str, typer.Option(help="The digest of the one image in the layout that is meant.")]
Key = Annotated[
    Path | None,
    typer.Option(help="The platform's public keys (trusted.json, or one in PEM form), got from it "
                 "another way than the certificate [default: those of this platform]."),
]  # fmt: skip
Kept = Annotated[
    Path | None,
    typer.Option(help="An earlier certificate of the platform: its log must be continued."),
]
Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


def verify(
    file: File,
    artifact: Layout = None,
    only: Only = "",
    key: Key = None,
    since: Kept = None,
    json: Json = False,
) -> None:
    """Check a certificate and all it rests on. Exit code 0: it holds; 1: it does not, and why;
    2: something could not be read."""
    trusted = _trusted(key)
    problems = _problems(file, trusted, artifact, only, _head(since, trusted))
    if json:
        show_json([{"fault": one.fault, "where": one.where, "what": one.what} for one in problems])
    for one in problems:
        person.print(f"  {one}", markup=False, soft_wrap=True)
    if problems:
        fail("The certificate does not hold." + _hint(problems))
    person.print("The certificate holds." if artifact else
                 "The certificate holds. No artifact was looked at: see --artifact.")  # fmt: skip


def _problems(
    file: Path, trusted: "KeyRing", artifact: Path | None, only: str, known: "Head | None"
) -> "list[Problem]":
    from connectory.attestations.documents import LARGEST, Malformed
    from connectory.attestations.images import files_of
    from connectory.attestations.problems import Fault, Problem
    from connectory.attestations.verify import verify as problems_of

    data = _read(file, LARGEST + 1)
    if artifact is None:
        return problems_of(data, trusted, known=known)
    try:
        with files_of(artifact) as files:
            return problems_of(data, trusted, files, only, known)
    except Malformed as problem:
        return [Problem(Fault.ARTIFACT_LAYOUT, str(artifact), str(problem))]
    except OSError as problem:
        fail(f"{artifact} cannot be read: {problem.strerror}", 2)


def _trusted(key: Path | None) -> "KeyRing":
    """The keys given, or those of the platform whose data lie here; none when there is none."""
    from connectory.attestations.documents import Malformed
    from connectory.attestations.keys import KeyRing, ring_from
    from connectory.attestations.signing import TRUSTED

    own = settings_from().directory / "keys" / TRUSTED
    if key is None and not own.exists():
        return KeyRing(keys=())
    place = key or own
    try:
        return ring_from(_read(place, 1 << 20))
    except Malformed as problem:
        fail(f"{place} holds no public keys: {problem}", 2)


def _head(since: Path | None, trusted: "KeyRing") -> "Head | None":
    """The head in an earlier certificate, if a trusted key signed it."""
    from connectory.attestations.bundle import from_json
    from connectory.attestations.documents import LARGEST, Malformed
    from connectory.attestations.proofs import head_of

    if since is None:
        return None
    try:
        earlier = from_json(_read(since, LARGEST + 1))
        head, problems = head_of(earlier.log.head, trusted, "log.head")
    except Malformed as problem:
        fail(f"{since} is no certificate: {problem}", 2)
    if problems:
        fail(f"The log's head in {since} is worth nothing: {problems[0].what}", 2)
    return head


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(most)
    except OSError as problem:
        fail(f"{file} cannot be read: {problem.strerror}", 2)


def _hint(problems: "list[Problem]") -> str:
    from connectory.attestations.problems import Fault

    if any(one.fault is Fault.KEY_UNTRUSTED for one in problems):
        return " Give the platform's public keys with --key, from a source that you trust."
    return ""
