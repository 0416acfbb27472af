"""Packages of the registry: archives that leave their place or swell, and what installs them."""

import gzip
import io
import tarfile
from collections.abc import Mapping

from tests.hostile.case import Case, Connector, Contained, Files, Package
from tests.hostile.cases.connectors import locked

MIB = 1024 * 1024
RUNS = Contained()
MANIFEST = b'{"name":"a","version":"1.0.0"}'
PATH = "/a/-/a-1.0.0.tgz"


def packed(files: Mapping[str, bytes], *odd: tarfile.TarInfo) -> bytes:
    """A package's archive of these files, and of entries that are none."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
        for entry in odd:
            archive.addfile(entry)
    return buffer.getvalue()


def entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, target, 0o6777
    return made


def swelling() -> bytes:
    """A file of 400 MiB in some hundred kilobytes."""
    whole = tarfile.TarInfo("package/zeros")
    whole.size = 400 * MIB
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1) as out:
        out.write(packed_plain(MANIFEST))
        out.write(whole.tobuf())
        for _ in range(400):
            out.write(bytes(MIB))
        out.write(bytes(1024))
    return buffer.getvalue()


def packed_plain(manifest: bytes) -> bytes:
    head = tarfile.TarInfo("package/package.json")
    head.size = len(manifest)
    return head.tobuf() + manifest.ljust(512, b"\0")


def installed(**answer: object) -> Connector:
    return Connector(files(), {PATH: Package(**answer)})  # type: ignore[arg-type]


def files() -> Files:
    place = {"version": "1.0.0", "resolved": f"https://registry.npmjs.org{PATH}"}
    return locked("a", "1.0.0", {"node_modules/a": place})


def scripted(script: str, *, binding: bytes = b"") -> Connector:
    """A dependency that runs ``script`` when it is installed."""
    manifest = b'{"name":"a","version":"1.0.0","scripts":{"postinstall":"sh run.sh"}}'
    own = {"package/package.json": manifest, "package/run.sh": script.encode()}
    own |= {"package/binding.gyp": binding} if binding else {}
    place = {
        "version": "1.0.0",
        "resolved": f"https://registry.npmjs.org{PATH}",
        "hasInstallScript": True,
    }
    whole = locked("a", "1.0.0", {"node_modules/a": place})
    return Connector(whole, {PATH: Package(packed(own))})


def case(
    name: str, tries: str, attack: Connector, ends: Contained = RUNS, weakness: str = ""
) -> Case:
    return Case("packages", name, tries, attack, ends, {"build_timeout": 6}, weakness=weakness)


FAILED = Contained("Failed")
HERE = {"package/package.json": MANIFEST}
CASES = (
    case("parent in an archive", "a file above the package",
         installed(body=packed({**HERE, "package/../../../../outside": b"x"}))),
    case("absolute path in an archive", "a file of the host",
         installed(body=packed({**HERE, "/tmp/hostile-archive": b"x"}))),
    case("link in an archive", "a link out of the package",
         installed(body=packed(HERE, entry("package/l", tarfile.SYMTYPE, "/etc/passwd")))),
    case("hard link in an archive", "another name for a file of the host",
         installed(body=packed(HERE, entry("package/l", tarfile.LNKTYPE, "/etc/passwd")))),
    case("device in an archive", "a device among the files",
         installed(body=packed(HERE, entry("package/d", tarfile.BLKTYPE)))),
    case("pipe in an archive", "a file that is waited for for ever",
         installed(body=packed(HERE, entry("package/p", tarfile.FIFOTYPE)))),
    case("set-user bits in an archive", "to run as somebody else",
         installed(body=packed(HERE, entry("package/s", tarfile.REGTYPE)))),
    case("swelling archive", "400 MiB in some kilobytes", installed(body=swelling())),
    case("archive of many files", "20,000 files in one package",
         installed(body=packed({**HERE, **{f"package/{n}": b"" for n in range(20_000)}}))),
    case("half an archive", "to break off in the middle",
         installed(body=packed(HERE)[:-40]), FAILED),
    case("no archive", "to be something else", installed(body=b"MZ" * 5000), FAILED),
    case("manifest of another", "to call itself a script",
         installed(body=packed({"package/package.json":
                                b'{"name":"../../x","bin":{"../../node":"x","a":"../../../sh"}}'}))),
    case("registry redirects to the host", "a service of the host by a redirect",
         installed(status=302, headers={"Location": "http://127.0.0.1:@PORT@/a.tgz"}), FAILED),
    case("registry redirects to the metadata", "the cloud's secrets by a redirect",
         installed(status=302, headers={"Location": "http://169.254.169.254/a"}), FAILED),
    case("registry redirects to a file", "a file of the host by a redirect",
         installed(status=302, headers={"Location": "file:///etc/passwd"}), FAILED),
    case("dependency that reads", "the host's files, in a script of a dependency",
         scripted("cat /etc/shadow /proc/1/environ /proc/*/environ; env; exit 1\n"), FAILED),
    case("dependency that reaches", "the host's services, in a script of a dependency",
         scripted("node -e \"fetch('http://169.254.169.254/')\" && echo REACHED; exit 1\n"),
         Contained("Failed", never="REACHED\\b(?!;)")),
    case("dependency that compiles", "a compiler's settings as commands",
         scripted("exit 0\n", binding=b"{'targets': [{'target_name': '<!(id)'}]}")),
)  # fmt: skip
