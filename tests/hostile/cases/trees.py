"""Trees that no honest Git would write, and honest ones with something hidden in them."""

from collections.abc import Callable

from tests.hostile.case import REPOSITORY, SPECIFICATION, Case, Contained, Refused, Written
from tests.hostile.cases.connectors import honest
from tests.repositories.conftest import Origin

Entry = tuple[str, str, bytes]
FILE, RUN, LINK, FOLDER, MODULE = "100644", "100755", "120000", "40000", "160000"


def committed(origin: Origin, *entries: Entry) -> None:
    """An honest connector with these entries beside it, under the tag v1."""
    files = honest()
    service = origin.tree(
        sorted(
            ((FILE, origin.blob(_bytes(text)), path.removeprefix("service/").encode())
             for path, text in files.items() if path.startswith("service/")),
            key=lambda entry: entry[2],
        )
    )  # fmt: skip
    yaml = origin.blob(_bytes(files["connect.yaml"]))
    own = [(FILE, yaml, b"connect.yaml"), (FOLDER, service, b"service")]
    names = {name for _, _, name in entries}
    kept = [one for one in own if one[2] not in names]
    origin.commit(origin.tree(sorted([*kept, *entries], key=_order)), "refs/tags/v1")


def _order(entry: Entry) -> bytes:
    """Git's own: a folder's name ends in a slash."""
    mode, _, name = entry
    return name + b"/" if mode == FOLDER else name


def named(name: bytes) -> Callable[[Origin], None]:
    return lambda origin: committed(origin, (FILE, origin.blob(b"x"), name))


def folder(name: bytes) -> Callable[[Origin], None]:
    def write(origin: Origin) -> None:
        inner = origin.tree([(FILE, origin.blob(b"[core]\n\thooksPath = ."), b"config")])
        committed(origin, (FOLDER, inner, name))

    return write


def link(target: bytes, name: bytes = b"link") -> Callable[[Origin], None]:
    return lambda origin: committed(origin, (LINK, origin.blob(target), name))


def link_in_link(origin: Origin) -> None:
    inner = [(LINK, origin.blob(b".."), b"up"), (LINK, origin.blob(b"up/../.."), b"zz")]
    committed(origin, (FOLDER, origin.tree(inner), b"d"))


def loop(origin: Origin) -> None:
    committed(origin, (LINK, origin.blob(b"zz"), b"z"), (LINK, origin.blob(b"z"), b"zz"))


def through_a_link(origin: Origin) -> None:
    inner = origin.tree([(FILE, origin.blob(b"x"), b"x")])
    committed(origin, (LINK, origin.blob(b"/tmp"), b"z"), (FOLDER, inner, b"z"))


def twice(origin: Origin) -> None:
    committed(origin, (FILE, origin.blob(b"1"), b"z"), (FILE, origin.blob(b"2"), b"z"))


def cases_collide(origin: Origin) -> None:
    both = (b"z", b"Z", b"\xc3\xa9", b"e\xcc\x81")
    committed(origin, *((FILE, origin.blob(name), name) for name in both))


def submodule(
    url: bytes, path: bytes = b"module", update: bytes = b"checkout"
) -> Callable[[Origin], None]:
    def write(origin: Origin) -> None:
        keys = b"\tpath = %s\n\turl = %s\n\tupdate = %s\n" % (path, url, update)
        text = b'[submodule "m"]\n' + keys
        modules = (FILE, origin.blob(text), b".gitmodules")
        committed(origin, modules, (MODULE, "1" * 40, b"module"))

    return write


def attributes(origin: Origin) -> None:
    text = (
        b"* filter=lfs ident eol=crlf working-tree-encoding=UTF-16 export-subst diff=x merge=x\n"
        b"service/index.js export-ignore\n[attr]binary text\n"
    )
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n" % (b"0" * 64)
    settings = b'[filter "lfs"]\n\tsmudge = id\n\tprocess = id\n[lfs]\n\turl = file:///etc\n'
    entries = ((b".gitattributes", text), (b".lfsconfig", settings), (b"large.bin", pointer))
    committed(origin, *((FILE, origin.blob(data), name) for name, data in entries))


def hooks(origin: Origin) -> None:
    script = origin.blob(b"#!/bin/sh\ntouch @FOLDER@/hooked\n")
    inner = [(RUN, script, name) for name in (b"post-checkout", b"reference-transaction")]
    settings = origin.blob(b"[core]\n\thooksPath = hooks\n\tfsmonitor = id\n")
    bare = [(FILE, origin.blob(b"ref: refs/heads/x\n"), b"HEAD"), (FILE, settings, b"config"),
            (FOLDER, origin.tree([]), b"objects"), (FOLDER, origin.tree([]), b"refs")]  # fmt: skip
    committed(
        origin, (FOLDER, origin.tree(inner), b"hooks"), (FOLDER, origin.tree(bare), b"nested")
    )


def missing_object(origin: Origin) -> None:
    committed(origin, (FILE, "1" * 40, b"z"))


def modes(origin: Origin) -> None:
    inner = [("100777", origin.blob(b"1"), b"a"), ("104755", origin.blob(b"2"), b"b")]
    committed(origin, (FOLDER, origin.tree(inner), b"z"))


def device(origin: Origin) -> None:
    committed(origin, ("010644", origin.blob(b"x"), b"z"))


def linked_yaml(origin: Origin) -> None:
    committed(origin, (LINK, origin.blob(b"/etc/passwd"), b"connect.yaml"))


def linked_service(origin: Origin) -> None:
    real = origin.tree([(FILE, origin.blob(b"{}"), b"package.json")])
    committed(origin, (FOLDER, real, b"real"), (LINK, origin.blob(b"real"), b"service"))


def not_a_commit(origin: Origin) -> None:
    origin.git("update-ref", "refs/tags/v1", origin.blob(b"x"))


def tagged_tags(origin: Origin) -> None:
    """A tag of a tag, two hundred times, of a file."""
    object_, kind = origin.blob(b"x"), "blob"
    for number in range(200):
        text = f"object {object_}\ntype {kind}\ntag t{number}\ntagger a <a@b> 1 +0000\n\nx\n"
        object_, kind = origin.git("hash-object", "-w", "-t", "tag", "--stdin",
                                   data=text.encode()), "tag"  # fmt: skip
    origin.git("update-ref", "refs/tags/v1", object_)


def case(name: str, tries: str, write: Callable[[Origin], None], ends: Refused | Contained) -> Case:
    return Case("trees", name, tries, Written(write), ends)


OUT = Refused(SPECIFICATION, "leads out of the repository")
GIT = Refused(REPOSITORY, "dangerous or broken|passes for Git's own folder")
PLAIN = Refused(SPECIFICATION, "not a plain path|control characters or backslashes")
DANGEROUS = Refused(REPOSITORY, "could not be read|was refused")
KEPT = Contained("Published")
CASES = (
    case("dot git", "a repository's configuration of its own", folder(b".git"), GIT),
    case("dot git in capitals", "the same where case does not count", folder(b".GIT"), GIT),
    case("dot git for macOS", "the same with a letter nobody sees",
         folder(".g\u200dit".encode()), GIT),
    case("dot git for Windows", "the same by its short name", folder(b"git~1"), GIT),
    case("dot git with a dot", "the same with an end that is cut off", folder(b".git."), GIT),
    case("dot git with a space", "the same with a space", folder(b".git "), GIT),
    case("dot git as a stream", "the same as a stream of NTFS",
         folder(b".git::$INDEX_ALLOCATION"), GIT),
    case("dot git in wide letters", "the same in full-width letters",
         folder("\uff0e\uff47\uff49\uff54".encode()), Refused(SPECIFICATION, "passes for Git's own folder")),  # noqa: E501
    case("parent folder", "a folder above", folder(b".."), DANGEROUS),
    case("slash in a name", "a file beside the repository", named(b"../outside"), DANGEROUS),
    case("absolute name", "a file of the host", named(b"/tmp/hostile-name"), DANGEROUS),
    case("backslash in a name", "a folder above, on Windows", named(b"a\\..\\b"), PLAIN),
    case("escape in a name", "the reader's terminal", named(b"a\x1b[2Jb"), PLAIN),
    case("line break in a name", "a second entry of a listing", named(b"a\nb"), PLAIN),
    case("not UTF-8", "a name that is no text", named(b"\xff\xfe"),
         Refused(SPECIFICATION, "UTF-8")),
    case("direction override in a name", "a file that looks like another",
         named("a\u202egnp.sh".encode()), Contained()),
    case("names of Windows", "devices of another system", named(b"CON"), KEPT),
    case("long name", "a name no file can have", named(b"n" * 300), PLAIN),
    case("absolute link", "a file of the host by a link", link(b"/etc/passwd"), OUT),
    case("link out", "a file above by a link", link(b"../outside"), OUT),
    case("link to the root", "all of the host by a link", link(b"/"), OUT),
    case("link through a link", "to leave the tree in two steps", link_in_link, OUT),
    case("link to itself", "a walk without end", link(b"link"), Contained()),
    case("links in a circle", "a walk without end in two steps", loop, Contained()),
    case("link with a long target", "a buffer", link(b"a/" * 4000), Refused(
        SPECIFICATION, "no real target")),
    case("link with a NUL", "a target that ends early", link(b"a\0b"), OUT),
    case("write through a link", "to write where a link leads", through_a_link, DANGEROUS),
    case("a name twice", "to be checked once and written twice", twice, DANGEROUS),
    case("names that differ in case", "to replace a file where case does not count",
         cases_collide, KEPT),
    case("submodule by a command", "a command for a submodule", submodule(b"ext::sh -c id"), KEPT),
    case("submodule above", "a repository of the host", submodule(b"../../../secret"), KEPT),
    case("submodule with a command", "a command to update a submodule",
         submodule(b"https://github.com/o/r", update=b"!id"), DANGEROUS),
    case("submodule as an option", "an option of git clone", submodule(b"--upload-pack=id"), KEPT),
    case("submodule in Git's folder", "hooks by a submodule's path",
         submodule(b"https://github.com/o/r", b".git/hooks"), KEPT),
    case("filters", "programs for files, LFS and other encodings", attributes, KEPT),
    case("hooks and a nested repository", "hooks and settings among the files", hooks, KEPT),
    case("missing object", "a tree with a hole", missing_object, DANGEROUS),
    case("odd modes", "a program that runs as its owner", modes, KEPT),
    case("device", "a pipe among the files", device, KEPT),
    case("linked connect.yaml", "a file of the host as connect.yaml", linked_yaml,
         Refused(SPECIFICATION, "symbolic link")),
    case("linked application", "an application that is somewhere else", linked_service,
         Contained("Failed", "no folder service")),
    case("tag of a file", "a tag that is no commit", not_a_commit,
         Refused(REPOSITORY, "does not stand for a commit")),
    case("tag of tags", "a tag that never ends", tagged_tags,
         Refused(REPOSITORY, "does not stand for a commit|could not be read")),
)  # fmt: skip


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
