"""What bubblewrap is told: pure functions from a command to its options."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from connectory.sandbox.model import Command, Mount, Outlet

PROXY_PORT = 3128
CA_INSIDE = "/etc/connectory/ca.pem"
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
SHARED_ETC = ("ssl", "ca-certificates", "pki", "alternatives", "ld.so.cache", "localtime")
NAMESPACES = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts")
DEFAULTS = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108
NO_PROXY = "localhost,127.0.0.1,::1"


def options(
    command: Command,
    files: Path,
    environment: Mapping[str, str],
    *,
    own_network: bool,
    info: int,
    go: int,
    instead: Mapping[str, Path] | None = None,
) -> tuple[str, ...]:
    """Everything but the program itself; travels through a pipe, so that no variable and no path
    shows in the host's process list. Mounts must already name sources the sandbox's user can
    reach. `info` and `go` are inherited descriptors. `instead`: by name in /etc, other files than
    those in `files`."""
    return (
        *NAMESPACES,
        "--unshare-cgroup-try",
        *(("--unshare-net",) if own_network else ()),
        *("--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--hostname", "sandbox"),
        *_system(Path("/")),
        *_etc(files, instead or {}),
        *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--size", str(command.limits.memory), "--tmpfs", "/tmp"),  # noqa: S108
        *_mounts(command.mounts),
        *("--remount-ro", "/", "--remount-ro", "/dev"),
        *_variables(environment),
        *("--chdir", command.cwd),
        # not --block-fd: that goes on when the platform dies, and nobody is left to end it
        *("--info-fd", str(info), "--seccomp", str(go)),
    )


def environment(
    command: Command, *, proxied: bool, ca: bool, port: int | None = None
) -> dict[str, str]:
    """The program's variables: defaults, what its network needs, and its own on top."""
    return {
        **DEFAULTS,
        **(proxy_variables(f"http://127.0.0.1:{PROXY_PORT}") if proxied else {}),
        **({"NODE_EXTRA_CA_CERTS": CA_INSIDE, "SSL_CERT_FILE": CA_INSIDE} if ca else {}),
        **command.environment,
        **({"PORT": str(port)} if port is not None else {}),
    }


def proxy_variables(url: str) -> dict[str, str]:
    """Every spelling that npm, both yarns, pnpm and Node's own fetch listen to."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    managers = ("npm_config_proxy", "npm_config_https_proxy", "YARN_HTTP_PROXY", "YARN_HTTPS_PROXY")
    return {
        **dict.fromkeys((*names, *managers), url),
        **dict.fromkeys(("NO_PROXY", "no_proxy", "npm_config_noproxy"), NO_PROXY),
        "NODE_USE_ENV_PROXY": "1",
    }


def _system(root: Path) -> Iterable[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM:
        path = root / name
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), f"/{name}")
        elif path.is_dir():
            yield from ("--ro-bind", f"/{name}", f"/{name}")


def _etc(files: Path, instead: Mapping[str, Path]) -> Iterable[str]:
    for name in SHARED_ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for name in ETC:
        yield from ("--ro-bind", str(instead.get(name, files / name)), f"/etc/{name}")
    yield from ("--ro-bind-try", str(files / "ca.pem"), CA_INSIDE)


def _mounts(mounts: tuple[Mount, ...]) -> Iterable[str]:
    for mount in mounts:
        yield from ("--bind" if mount.written else "--ro-bind", str(mount.source), mount.target)


def _variables(environment: Mapping[str, str]) -> Iterable[str]:
    for name, value in environment.items():
        yield from ("--setenv", name, value)


ETC = ("passwd", "group", "hosts", "nsswitch.conf", "resolv.conf")


def etc(user: int, nameservers: tuple[str, ...]) -> dict[str, str]:
    """The sandbox's own /etc files: one user, the loopback names, the given name servers."""
    return {
        "passwd": f"sandbox:x:{user}:{user}:sandbox:/tmp:/bin/sh\n",
        "group": f"sandbox:x:{user}:\n",
        "hosts": hosts(()),
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
        "resolv.conf": "".join(f"nameserver {server}\n" for server in nameservers),
    }


def hosts(outlets: Iterable[Outlet]) -> str:
    """/etc/hosts of a sandbox: its own names, and those that lead to the platform."""
    named = (f"{one.address} {name}\n" for one in outlets for name in one.names)
    return "127.0.0.1 localhost sandbox\n::1 localhost sandbox\n" + "".join(named)
