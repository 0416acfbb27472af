"""DSSE: a payload, what kind it is, and signatures over both.

https://github.com/secure-systems-lab/dsse. The signing itself is securesystemslib's.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass

from securesystemslib.dsse import Envelope as Dsse
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Signature as DsseSignature  # type: ignore[attr-defined]
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from connectory.attestations.documents import Malformed
from connectory.attestations.keys import KeyRing, PublicKey
from connectory.attestations.problems import Fault, Problem
from connectory.wire import Wire

MOST_SIGNATURES = 16


class Signature(Wire):
    """``sig`` in base64; ``keyid`` only a hint where to look for the key."""

    keyid: str
    sig: str


class Envelope(Wire):
    """``payload`` in base64."""

    payload: str
    payload_type: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Opened:
    """What is in an envelope and who signed it: ``signer`` is None when no trusted key did."""

    payload: bytes
    signer: PublicKey | None
    problems: tuple[Problem, ...]


def dsse(payload: bytes, payload_type: str) -> Dsse:
    return Dsse(payload, payload_type, {})


def sealed(envelope: Dsse) -> Envelope:
    """As it is written."""
    signatures = tuple(
        Signature(keyid=name, sig=b64encode(bytes.fromhex(one.signature)).decode())
        for name, one in envelope.signatures.items()
    )
    return Envelope(
        payload=b64encode(envelope.payload).decode(),
        payload_type=envelope.payload_type,
        signatures=signatures,
    )


def opened(envelope: Envelope, payload_type: str, trusted: KeyRing, where: str) -> Opened:
    """One signature by a trusted key is enough. Raises ``Malformed`` for what is no base64."""
    payload = _bytes(envelope.payload)
    if envelope.payload_type != payload_type:
        what = f"it is a {envelope.payload_type[:80]!r} where a {payload_type!r} should be"
        return Opened(payload, None, (Problem(Fault.PAYLOAD_TYPE, where, what),))
    problems: list[Problem] = []
    for signature in envelope.signatures[:MOST_SIGNATURES]:
        key = trusted.named(signature.keyid)
        if key is None:
            what = f"it is signed by the key {signature.keyid[:16]!r}, which is not trusted here"
            problems.append(Problem(Fault.KEY_UNTRUSTED, where, what))
        elif _signed(payload, payload_type, signature, key):
            return Opened(payload, key, ())
        else:
            what = f"the signature of the key {key.id[:16]} is over something else"
            problems.append(Problem(Fault.SIGNATURE, where, what))
    none = Problem(Fault.SIGNATURE, where, "nobody has signed it")
    return Opened(payload, None, tuple(problems) or (none,))


def _signed(payload: bytes, payload_type: str, signature: Signature, key: PublicKey) -> bool:
    made = DsseSignature(key.id, _bytes(signature.sig).hex())
    try:
        Dsse(payload, payload_type, {key.id: made}).verify([library_key(key)], 1)
    except VerificationError:
        return False
    return True


def library_key(key: PublicKey) -> SSlibKey:
    return SSlibKey.from_crypto(key.loaded(), keyid=key.id)


def _bytes(text: str) -> bytes:
    """One text for the same bytes: no blanks, no stray last bits."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("it holds something that is no base64") from None
    if b64encode(data).decode() != text:
        raise Malformed("it holds base64 that is not in its usual form")
    return data
