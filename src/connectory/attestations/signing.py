"""The platform's own key: made on first use, readable by its owner only, replaced on demand.

Below ``keys/`` lie ``signing.pem``, the one private key, and ``trusted.json``, every public key it
ever had. Who checks certificates is given a copy of the latter.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from connectory.attestations import envelope
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import KeyRing, PublicKey, public_key, ring_from, ring_to_json
from connectory.wire import now, replace, timestamp

PRIVATE = "signing.pem"
TRUSTED = "trusted.json"


class Signing:
    """Signs with the key in ``directory``. Any number of processes may share the directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._private = _private_key(directory / PRIVATE)
        self.ring = self._known()

    @property
    def key(self) -> PublicKey:
        """The one that signs."""
        found = self.ring.named(public_key(self._private.public_key()).id)
        if found is None:
            raise LookupError(f"{self.directory / TRUSTED} does not list the key that signs")
        return found

    def sign(self, payload: bytes, payload_type: str) -> Envelope:
        """The same payload under the same key gives the same bytes."""
        made = envelope.dsse(payload, payload_type)
        made.sign(CryptoSigner(self._private, envelope.library_key(self.key)))
        return envelope.sealed(made)

    def rotate(self) -> PublicKey:
        """A new key signs from now on. The old one is destroyed; what it signed stays valid. Waits
        for whoever is ``signing``."""
        with _locked(self.directory, fcntl.LOCK_EX):
            return self._rotated()

    def _rotated(self) -> PublicKey:
        private, moment = Ed25519PrivateKey.generate(), timestamp(now())
        self._private, self.ring = _private_key(self.directory / PRIVATE), self._known()
        new = public_key(private.public_key(), moment)
        # In this order a crash leaves a key too many among the trusted, never one too few.
        self._write_ring((*self.ring.keys, new))
        replace_file(self.directory / PRIVATE, _pem(private), 0o600)
        self._private = private
        ended = (one if one.until or one.id == new.id else replace(one, until=moment)
                 for one in self.ring.keys)  # fmt: skip
        self._write_ring(tuple(ended))
        return new

    def _known(self) -> KeyRing:
        """The trusted keys, with the one that signs among them."""
        ring = trusted_keys(self.directory)
        own = public_key(self._private.public_key(), timestamp(now()))
        if ring.named(own.id) is None:
            ring = KeyRing(keys=(*ring.keys, own))
            replace_file(self.directory / TRUSTED, ring_to_json(ring), 0o644)
        return ring

    def _write_ring(self, keys: tuple[PublicKey, ...]) -> None:
        self.ring = KeyRing(keys=keys)
        replace_file(self.directory / TRUSTED, ring_to_json(self.ring), 0o644)


@contextmanager
def signing(directory: Path) -> Iterator[Signing]:
    """The key as it is now, which nobody replaces meanwhile: all that is signed inside is signed
    by one key, within its time."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(directory, fcntl.LOCK_SH):
        yield Signing(directory)


def trusted_keys(directory: Path) -> KeyRing:
    """Every public key the platform ever had; none before its first. Raises ``Malformed``."""
    file = directory / TRUSTED
    return ring_from(file.read_bytes()) if file.exists() else KeyRing(keys=())


@contextmanager
def _locked(directory: Path, how: int) -> Iterator[None]:
    """The folder itself is the lock; the kernel frees it when the process dies."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _private_key(file: Path) -> Ed25519PrivateKey:
    """The key in the file; of several who make it at the same time, one wins."""
    if not file.exists():
        fresh = _written(file, _pem(Ed25519PrivateKey.generate()), 0o600)
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{file} holds no Ed25519 key")
    return key


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def replace_file(file: Path, data: bytes, mode: int) -> None:
    """The file with these bytes, whole on the disk, or as it was before."""
    _written(file, data, mode).replace(file)


def _written(file: Path, data: bytes, mode: int) -> Path:
    """A file beside it with these bytes, on the disk."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return fresh
