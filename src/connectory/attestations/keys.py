"""Public keys: which there are, what they are called, from when until when they sign."""

import hashlib
from base64 import b64decode, b64encode

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from connectory.attestations.documents import Malformed, canonical, decoded
from connectory.wire import Wire

RING = "connectory-keys/1"
PEM = b"-----BEGIN "


class PublicKey(Wire):
    """An Ed25519 key. ``id`` is the SHA-256 of ``public``, its DER form (SubjectPublicKeyInfo),
    in hexadecimal. It signs from ``since`` until before ``until``; empty: no bound."""

    id: str
    public: str
    """Base64."""
    since: str = ""
    until: str = ""

    @property
    def honest(self) -> bool:
        """Whether its name is its own."""
        try:
            return self.id == hashlib.sha256(self.der).hexdigest()
        except ValueError:
            return False

    @property
    def der(self) -> bytes:
        """Raises ``ValueError``."""
        return b64decode(self.public, validate=True)

    def signs_at(self, moment: str) -> bool:
        return self.since <= moment and (not self.until or moment < self.until)

    def loaded(self) -> Ed25519PublicKey:
        """Raises ``Malformed`` for what is no Ed25519 key."""
        try:
            key = load_der_public_key(self.der)
        except ValueError:
            raise Malformed(f"the key {self.id[:16]} cannot be read") from None
        if not isinstance(key, Ed25519PublicKey):
            raise Malformed(f"the key {self.id[:16]} is no Ed25519 key")
        return key

    def pem(self) -> str:
        """As ``openssl pkey -pubin`` and others read it."""
        return self.loaded().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class KeyRing(Wire, tag_field="format", tag=RING):
    """The keys of one platform: the last one without ``until`` signs, the others did."""

    keys: tuple[PublicKey, ...]

    def named(self, name: str) -> PublicKey | None:
        return next((one for one in self.keys if one.id == name and one.honest), None)


def public_key(key: Ed25519PublicKey, since: str = "") -> PublicKey:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(
        id=hashlib.sha256(der).hexdigest(), public=b64encode(der).decode(), since=since
    )


def ring_to_json(ring: KeyRing) -> bytes:
    return msgspec.json.format(canonical(ring), indent=2) + b"\n"


def ring_from(data: bytes) -> KeyRing:
    """A key ring, or a single public key in PEM form. Raises ``Malformed``."""
    if data.lstrip().startswith(PEM):
        return KeyRing(keys=(_from_pem(data),))
    ring = decoded(data, KeyRing)
    for key in ring.keys:
        key.loaded()
        if not key.honest:
            raise Malformed(f"the key {key.id[:16]} has not the name that its bytes have")
    return ring


def _from_pem(data: bytes) -> PublicKey:
    try:
        key = load_pem_public_key(data.lstrip())
    except ValueError:
        raise Malformed("it is no public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed("it is no Ed25519 key")
    return public_key(key)
