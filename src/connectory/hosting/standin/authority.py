"""A certificate authority of this platform's own, believed only inside its sandboxes.

It can vouch for nothing but hosts below commercetools.com: whoever got hold of its key could not
pretend to be anybody else, not even to the programs that believe it.
"""

import datetime as dt
import os
import ssl
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DOMAIN = "commercetools.com"
YEARS = dt.timedelta(days=3650)
SPARE = dt.timedelta(days=365)
"""One that ends sooner than this is replaced when the platform starts."""
SKEW = dt.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def in_file(cls, file: Path) -> Self:
        """The one kept in ``file``, made if there is none that lasts; only its owner may read it.

        Key and certificate are one file: a crash leaves both or neither.
        """
        with suppress(OSError, ValueError):
            data = file.read_bytes()
            key = serialization.load_pem_private_key(data, None)
            found = x509.load_pem_x509_certificate(data)
            lasts = found.not_valid_after_utc > _now() + SPARE
            if lasts and isinstance(key, ec.EllipticCurvePrivateKey):
                return cls(key, found)
        made = cls.new()
        _keep(file, _pem(made.key) + made.pem)
        return made

    @classmethod
    def new(cls) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Connectory stand-in authority")
        domain = x509.NameConstraints([x509.DNSName(DOMAIN)], None)
        builder = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(domain, critical=True)
            .add_extension(_usage(signs=True), critical=True)
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    @property
    def pem(self) -> bytes:
        """The certificate: no secret."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, names: Iterable[str]) -> ssl.SSLContext:
        """For a server that is all of these hosts; its key is nowhere but in memory, except for the
        moment in which OpenSSL reads it from a file that only we may read."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = (
            _builder(_name("Connectory stand-in"), self.certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), False)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(purpose, critical=False)
            .add_extension(issuer, critical=False)
        )
        certificate = builder.sign(self.key, hashes.SHA256())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        with tempfile.NamedTemporaryFile() as file:
            file.write(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
            file.flush()
            context.load_cert_chain(file.name)
        return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - SKEW)
        .not_valid_after(_now() + YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _keep(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, made = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    Path(made).rename(file)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(kind, form, serialization.NoEncryption())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
