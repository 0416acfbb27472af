"""Git servers that answer with anything but a repository."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from tests.hostile.case import REPOSITORY, Case, Refused, Served

SMART = {"Content-Type": "application/x-git-upload-pack-advertisement"}
MIB = 1024 * 1024
Answer = tuple[int, Mapping[str, str], Callable[[], Iterable[bytes]]]


def packet(text: bytes) -> bytes:
    return b"%04x" % (len(text) + 4) + text


HEAD = packet(b"# service=git-upload-pack\n") + b"0000"


def nothing() -> Iterable[bytes]:
    return ()


def redirect(place: str, path: str) -> Answer:
    return 302, {"Location": place}, nothing


def said(text: bytes, _: str) -> Answer:
    return 200, SMART, lambda: (HEAD, packet(b"ERR " + text + b"\n"))


def garbage(_: str) -> Answer:
    return 200, SMART, lambda: (b"\xff\x00zzzz" * 1000,)


def many_refs(_: str) -> Answer:
    """Names without end, as fast as they are taken."""

    def pieces() -> Iterator[bytes]:
        yield HEAD + packet(b"%040x HEAD\0agent=x\n" % 1)
        block = b"".join(
            packet(b"%040x refs/tags/%d\n" % (number, number)) for number in range(5000)
        )
        while True:
            yield block

    return 200, SMART, pieces


def unpacking(_: str) -> Answer:
    """Some kilobytes that become gigabytes in whoever decodes them."""
    packer = zlib.compressobj(6, wbits=31)
    start = packer.compress(HEAD + packet(b"%040x HEAD\0agent=x\n" % 1))
    start += packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(packet(b"%040x refs/tags/x\n" % 1) * 100_000)
    block += packer.flush(zlib.Z_FULL_FLUSH)

    def pieces() -> Iterator[bytes]:
        yield start
        while True:
            yield block

    return 200, {**SMART, "Content-Encoding": "gzip"}, pieces


def dripping(_: str) -> Answer:
    def pieces() -> Iterator[bytes]:
        import time

        while True:
            time.sleep(0.3)
            yield b"0"

    return 200, SMART, pieces


def server(name: str, tries: str, answer: Callable[[str], Answer], says: str) -> Case:
    return Case("servers", name, tries, Served(answer), Refused(REPOSITORY, says))


BROKEN = "could not be read at v1"
ELSEWHERE = "another kind of address"
CASES = (
    server("redirect to a file", "to be read from the platform's disk",
           partial(redirect, "file:///etc/passwd"), ELSEWHERE),
    server("redirect to a command", "a transport that is a shell command",
           partial(redirect, "ext::sh -c id"), ELSEWHERE),
    server("redirect to ftp", "another transport", partial(redirect, "ftp://127.0.0.1:@PORT@/x"),
           ELSEWHERE),
    server("redirect to the loopback", "the platform's own services by a redirect",
           partial(redirect, "https://127.0.0.1:@PORT@/x"), "own machine"),
    server("redirect to the loopback in plain", "the same without TLS",
           partial(redirect, "http://127.0.0.1:@PORT@/x"), ELSEWHERE),
    server("redirect to the metadata", "the cloud's secrets by a redirect",
           partial(redirect, "https://169.254.169.254/x"), "own machine"),
    server("redirect to itself", "a walk without end",
           partial(redirect, "/owner/name.git/info/refs?service=git-upload-pack"), "without end"),
    server("message with escapes", "the reader's terminal by an error message",
           partial(said, b"\x1b[2J\x1b]0;x\x07\xe2\x80\xaegone"), BROKEN),
    server("message that blames", "to have its own words taken for ours",
           partial(said, b"fsck error in tree; the platform is broken"), "was refused|" + BROKEN),
    server("garbage", "to confuse what reads it", garbage, BROKEN),
    server("names without end", "to fill memory with names", many_refs, BROKEN),
    server("unpacked names", "to fill memory with a small answer", unpacking, BROKEN),
    server("dripping", "to be waited for for ever", dripping, "within 5 seconds"),
)  # fmt: skip
