"""Secrets in code, and cryptography that does not protect."""

from connectory.findings import Gate, Severity
from connectory.publishing.checks.code.catalogue.kind import kind

CRITICAL, MAJOR = Severity.CRITICAL, Severity.MAJOR

KINDS = (
    kind(
        "weak-hash",
        MAJOR,
        "A hash that is broken",
        what="A broken hash function (MD5 or SHA-1, or older) is used.",
        why="Two contents with one hash can be made, so it proves nothing.",
        fix="Use SHA-256, or scrypt or Argon2 for passwords; mark an exception if no attacker "
        "gains by a collision.",
    ),
    kind(
        "weak-cipher",
        CRITICAL,
        "Encryption that is broken",
        what="Encryption by a broken cipher or in ECB mode.",
        why="DES, RC4 and the like can be broken today, and ECB shows patterns of the content.",
        fix="Use AES-256-GCM with a fresh random IV for each message.",
    ),
    kind(
        "cipher-without-iv",
        CRITICAL,
        "createCipher does not exist any more",
        what="crypto.createCipher or createDecipher is called, which Node 22 does not have.",
        why="It derived the key badly and used no IV; the call now fails with a TypeError.",
        fix="Use createCipheriv with a key from scrypt and a random IV.",
    ),
    kind(
        "fixed-iv",
        MAJOR,
        "The IV of an encryption is always the same",
        what="Encryption with an IV that is written in the code.",
        why="The same content then always looks the same, and more can be worked out from that.",
        fix="Use crypto.randomBytes for each message and store the IV beside it.",
    ),
    kind(
        "predictable-token",
        MAJOR,
        "A secret that can be guessed",
        what="A token or secret is made with Math.random.",
        why="Its values can be worked out from a few earlier ones.",
        fix="Use crypto.randomUUID or crypto.randomBytes.",
    ),
    kind(
        "tls-verification-off",
        CRITICAL,
        "TLS certificates are not verified",
        what="The verification of TLS certificates is switched off.",
        why="Anyone on the way can read and change what is sent, tokens included.",
        fix="Leave verification on; for an own authority set NODE_EXTRA_CA_CERTS or ca.",
    ),
    kind(
        "weak-tls",
        CRITICAL,
        "An outdated version of TLS is allowed",
        what="A TLS version before 1.2 is allowed.",
        why="SSL and TLS 1.0 and 1.1 can be attacked and are refused by most servers.",
        fix="Remove the setting, or use minVersion: 'TLSv1.2'.",
    ),
    kind(
        "short-key",
        CRITICAL,
        "A key that is too short",
        what="An RSA key of less than 2048 bits is made.",
        why="Such keys can be broken.",
        fix="Use a modulusLength of at least 2048.",
    ),
    kind(
        "jwt-none",
        CRITICAL,
        "Tokens are accepted without a signature",
        what="A JSON web token is made or accepted without a valid signature.",
        why="Anyone can write a token that says anything.",
        fix="Verify with a key and name the algorithm, such as algorithms: ['RS256'].",
    ),
    kind(
        "hard-coded-jwt-secret",
        CRITICAL,
        "The secret of tokens is in the code",
        what="The secret that signs or verifies tokens is written in the code.",
        why="Everyone who can read the repository can make valid tokens, for every installation.",
        fix="Declare a securedConfiguration key in connect.yaml and read it from process.env.",
        shown=False,
    ),
    kind(
        "hard-coded-credential",
        CRITICAL,
        "A credential is in the code",
        what="{NAME} is set to a value that looks like a real credential.",
        why="Everyone who can read the repository has it, and it stays in the history.",
        fix="Declare a securedConfiguration key in connect.yaml, read it from process.env, and "
        "replace the credential where it is valid.",
        gate=Gate.CERTIFICATION,
        shown=False,
    ),
    kind(
        "logged-secret",
        MAJOR,
        "A secret is written to the log",
        what="A secret of the configuration or the authorization header is logged.",
        why="Logs are read by more people and kept longer than secrets should be.",
        fix="Log whether it is set, not what it is.",
    ),
)
