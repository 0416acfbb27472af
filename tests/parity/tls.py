"""The platform behind TLS under commercetools' own host names, as a reverse proxy would put it."""

import datetime as dt
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@contextmanager
def served_as(names: tuple[str, ...], url: str, directory: Path) -> Iterator[tuple[int, Path]]:
    """TLS on a port of this machine, forwarded to ``url``: the port and the certificate file."""
    certificate, key = _self_signed(names, directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, context, url))
        thread.start()
        try:
            yield int(listener.getsockname()[1]), certificate
        finally:
            # wakes the accept; closing alone does not on Linux
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, context: ssl.SSLContext, url: str) -> None:
    clients = list[threading.Thread]()
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            clients.append(threading.Thread(target=_forward, args=(client, context, url)))
            clients[-1].start()
    for one in clients:
        one.join()


def _forward(client: socket.socket, context: ssl.SSLContext, url: str) -> None:
    """Bytes both ways until one side is done."""
    place = urlsplit(url)
    with (
        suppress(OSError),
        client,
        context.wrap_socket(client, server_side=True) as outside,
        socket.create_connection((place.hostname or "", place.port or 80)) as inside,
    ):
        other = {outside: inside, inside: outside}
        while True:
            ready = [outside] if outside.pending() else select.select(other, (), ())[0]
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                other[one].sendall(data)


def _self_signed(names: tuple[str, ...], directory: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Connectory parity test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = directory / "certificate.pem", directory / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
