"""Secrets at rest: sealed with a key that lies beside the database, never in it (AES-256-GCM)."""

import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class SealBrokenError(Exception):
    """The sealed text was not sealed with this key for this owner, or was altered."""


class Seal:
    """Seals text for one owner: it opens only under the same key and the same owner."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, file: Path) -> "Seal":
        """The key in ``file``, made on first use, readable by its owner only."""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return cls(file.read_bytes())
        key = AESGCM.generate_key(bit_length=256)
        with os.fdopen(handle, "wb") as stream:
            stream.write(key)
            stream.flush()
            os.fsync(stream.fileno())
        return cls(key)

    def close(self, text: str, owner: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), owner.encode())
        return b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Raises ``SealBrokenError``."""
        data = b64decode(sealed)
        try:
            return self._cipher.decrypt(data[:NONCE], data[NONCE:], owner.encode()).decode()
        except InvalidTag as problem:
            raise SealBrokenError(owner) from problem
