"""``connectory key``: the keys that certificates and provenance are signed with."""

from typing import Annotated

import typer

from connectory.cli.administration import Data, Json
from connectory.cli.screen import fail, person, settings_from, show_text

key = typer.Typer(
    help="Keys that certificates are signed with; a running platform sees every change at once.",
    no_args_is_help=True,
)


@key.command("list")
def list_keys(data: Data = None, json: Json = False) -> None:
    """List the public keys of a platform. With --json, in the form that verify takes as --key."""
    from connectory.attestations.documents import Malformed
    from connectory.attestations.keys import ring_to_json
    from connectory.attestations.signing import trusted_keys

    folder = settings_from(data=data).directory / "keys"
    try:
        ring = trusted_keys(folder)
    except Malformed as problem:
        fail(f"{folder} holds no public keys: {problem}", 2)
    if json:
        show_text(ring_to_json(ring).decode().rstrip())
        return
    for one in ring.keys:
        until = f"signed until {one.until}" if one.until else "signs"
        person.print(f"{one.id}  since {one.since}  {until}", markup=False, soft_wrap=True)
    if not ring.keys:
        person.print(f"There are no keys below {folder} yet: the first is made when it is needed.")


@key.command("rotate")
def rotate_key(
    data: Data = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Sign with a new key from now on. The old one is destroyed; what it signed stays valid."""
    from connectory.attestations.documents import Malformed
    from connectory.attestations.signing import PRIVATE, Signing

    folder = settings_from(data=data).directory / "keys"
    if not (folder / PRIVATE).exists():
        fail(f"There is no key below {folder} to replace.")
    if not yes:
        typer.confirm("The old key cannot be brought back. Replace it?", abort=True)
    try:
        new = Signing(folder).rotate()
    except Malformed as problem:
        fail(f"{folder} holds no public keys: {problem}", 2)
    person.print(f"Signing with {new.id} since {new.since}.", markup=False, soft_wrap=True)
    person.print("Give those who check certificates the new list: connectory key list --json")
