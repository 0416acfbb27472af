"""Repositories that are small on the wire and large everywhere else."""

from collections.abc import Iterable, Iterator

from tests.hostile.case import SPECIFICATION, Case, Contained, Refused, Written
from tests.hostile.cases.connectors import honest
from tests.hostile.cases.trees import FILE, FOLDER, committed
from tests.repositories.conftest import Origin

MIB = 1024 * 1024


def streamed(origin: Origin, lines: Iterable[bytes]) -> None:
    """One commit of these lines of git fast-import and the honest files, under the tag v1."""
    head = b"commit refs/tags/v1\ncommitter a <a@b> 1 +0000\ndata 0\n"
    own = [b"M 644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text.encode())
           for name, text in honest().items() if isinstance(text, str)]  # fmt: skip
    origin.git("fast-import", "--quiet", data=b"".join((head, *own, *lines)))


def many_files(origin: Origin) -> None:
    blob = origin.blob(b"x").encode()
    streamed(origin, (b"M 644 %s many/%d/%d\n" % (blob, n % 100, n) for n in range(100_000)))


def deep(origin: Origin, levels: int) -> None:
    blob = origin.blob(b"x").encode()
    streamed(origin, [b"M 644 %s %sx\n" % (blob, b"a/" * levels)])


def very_deep(origin: Origin) -> None:
    deep(origin, 5000)


def quite_deep(origin: Origin) -> None:
    deep(origin, 500)


def as_deep_as_accepted(origin: Origin) -> None:
    deep(origin, 199)


def exploding(origin: Origin) -> None:
    """Twelve folders in each of twelve folders, nine times: a few objects."""
    tree = origin.tree([(FILE, origin.blob(b"lol"), b"f")])
    for _ in range(9):
        tree = origin.tree([(FOLDER, tree, f"{number:02}".encode()) for number in range(12)])
    committed(origin, (FOLDER, tree, b"z"))


def one_large_file(origin: Origin) -> None:
    committed(origin, (FILE, origin.blob(bytes(80 * MIB)), b"zeros"))


def shared_large_file(origin: Origin) -> None:
    """Forty names of one object of 2 MiB."""
    blob = origin.blob(bytes(2 * MIB))
    committed(origin, *((FILE, blob, b"z%02d" % number) for number in range(40)))


def long_history(origin: Origin) -> None:
    """Two thousand commits, each with a file of its own."""

    def lines() -> Iterator[bytes]:
        for number in range(2000):
            yield b"commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 0\n" % number
            yield b"M 644 inline f%d\ndata 6\nx%05d\n" % (number, number)

    origin.git("fast-import", "--quiet", data=b"".join(lines()))
    head = b"commit refs/tags/v1\ncommitter a <a@b> 1 +0000\ndata 0\nfrom refs/heads/main\n"
    own = [b"M 644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text.encode())
           for name, text in honest().items() if isinstance(text, str)]  # fmt: skip
    origin.git("fast-import", "--quiet", data=b"".join((head, *own)))


def many_refs(origin: Origin) -> None:
    committed(origin)
    tip = origin.git("rev-parse", "v1")
    packed = "".join(f"{tip} refs/tags/v1.{number}\n" for number in range(50_000))
    (origin.path / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n"
                                             + "".join(sorted(packed.splitlines(keepends=True),
                                                              key=lambda line: line[41:])))  # fmt: skip  # noqa: E501


MANY = Refused(SPECIFICATION, "more than|more entries")
CASES = (
    Case("sizes", "100,000 files", "to be a tree without end", Written(many_files), MANY),
    Case("sizes", "5,000 levels", "to be deeper than any path", Written(very_deep),
         Refused(SPECIFICATION, "longer than|more entries")),
    Case("sizes", "500 levels", "to be deeper than a recursion", Written(quite_deep),
         Refused(SPECIFICATION, "folders deep")),
    Case("sizes", "199 levels", "to be as deep as is accepted", Written(as_deep_as_accepted),
         Contained("Published")),
    Case("sizes", "5 billion files", "to be a tree that explodes", Written(exploding), MANY),
    Case("sizes", "one file above the limit", "to fill the disk with some kilobytes",
         Written(one_large_file), Refused(SPECIFICATION, "take more than")),
    Case("sizes", "one file under forty names", "the same with less", Written(shared_large_file),
         Refused(SPECIFICATION, "take more than")),
    Case("sizes", "2,000 commits", "to be looked through for ever", Written(long_history),
         Contained("Published")),
    Case("sizes", "50,000 tags", "to list names for ever", Written(many_refs),
         Contained("Published")),
)  # fmt: skip
