"""The argument lists, as data."""

from pathlib import Path

import pytest

from connectory.sandbox import Command, Limits, Mount, boundaries, launch, pasta
from connectory.sandbox.bubblewrap import environment, options, proxy_variables

COMMAND = Command(
    ("node", "x.js"),
    cwd="/workspace",
    environment={"TOKEN": "secret"},
    mounts=(Mount(Path("/data/w"), "/workspace", writable=True), Mount(Path("/data/n"), "/node")),
    limits=Limits(memory=64 << 20),
)


def given(*, own_network: bool = True) -> tuple[str, ...]:
    return options(COMMAND, Path("/etc-of-ours"), {"A": "b"}, own_network=own_network, info=4, go=5)


def following(argv: tuple[str, ...], *words: str) -> bool:
    return any(argv[n : n + len(words)] == words for n in range(len(argv)))


def test_every_namespace_is_its_own() -> None:
    for name in ("user", "pid", "ipc", "uts", "net"):
        assert f"--unshare-{name}" in given()
    assert "--unshare-net" not in given(own_network=False)


def test_it_dies_with_the_platform_and_has_no_powers() -> None:
    assert {"--die-with-parent", "--new-session", "--clearenv"} <= set(given())
    assert following(given(), "--cap-drop", "ALL")


def test_mounts_say_who_may_write() -> None:
    assert following(given(), "--bind", "/data/w", "/workspace")
    assert following(given(), "--ro-bind", "/data/n", "/node")


def test_the_root_is_closed_after_the_last_mount() -> None:
    argv = given()
    assert argv.index("--remount-ro") > len(argv) - argv[::-1].index("--bind")


def test_the_environment_is_defaults_then_network_then_its_own() -> None:
    variables = environment(COMMAND, proxied=True, ca=True)
    assert variables["TOKEN"] == "secret"
    assert variables["HTTPS_PROXY"] == "http://127.0.0.1:3128"
    assert variables["NODE_EXTRA_CA_CERTS"] == "/etc/connectory/ca.pem"
    assert "HTTPS_PROXY" not in environment(COMMAND, proxied=False, ca=False)


def test_every_package_manager_hears_of_the_proxy() -> None:
    names = set(proxy_variables("http://p"))
    assert {"https_proxy", "npm_config_https_proxy", "YARN_HTTPS_PROXY", "HTTPS_PROXY"} <= names


def test_the_launcher_joins_groups_before_anything_else() -> None:
    argv = launch.limited(("bwrap",), Limits(file_size=1024), (Path("/cg/cgroup.procs"),), 20_000)
    assert argv[4:] == ("/cg/cgroup.procs", "--", "16384", "2", "-", "bwrap")


def test_without_groups_the_number_of_processes_is_limited_otherwise() -> None:
    assert launch.limited(("bwrap",), Limits(), (), 100)[4:8] == ("--", "100", "2097152", "4096")


def test_the_user_is_dropped_for_good() -> None:
    assert launch.dropped(("x",), 61000)[:5] == (
        "setpriv",
        "--reuid=61000",
        "--regid=61000",
        "--clear-groups",
        "--no-new-privs",
    )
    assert launch.dropped(("x",), None) == ("setpriv", "--no-new-privs", "--", "x")


def test_folders_only_root_may_enter_are_staged(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)
    assert not launch.reachable(closed / "inner")
    assert launch.reachable(Path("/usr/bin"))
    mounts = (Mount(closed, "/a"), Mount(closed, "/b", changes=Path("/changes")))
    assert launch.staged(("x",), (), Path("/at"), 61000) == ("x",)
    words = launch.staged(("x",), mounts, Path("/at"), 61000)[-7:]
    assert words == ("61000", str(closed), "over", "/changes", str(closed), "--", "x")


def test_no_value_can_smuggle_an_option() -> None:
    for hostile in ("x\0--bind\0/\0/host", "\0"):
        with pytest.raises(ValueError, match="environment variable"):
            Command(("x",), environment={"A": hostile})
        with pytest.raises(ValueError, match="NUL"):
            Command(("x", hostile))
    with pytest.raises(ValueError, match="environment variable"):
        Command(("x",), environment={"A=B": "c"})


def test_pasta_opens_one_port_on_loopback_and_none_of_the_hosts() -> None:
    argv = pasta.arguments("pasta", Path("/p/1"), 5000, 8080, resolver=False, ipv6=False)
    assert following(argv, "-t", "127.0.0.1/5000:8080")
    assert following(argv, "-T", "none", "-U", "none")
    assert "--no-map-gw" in argv
    assert "--dns-forward" not in argv
    assert "--ipv4-only" in argv
    shut = pasta.arguments("pasta", Path("/p/1"), None, None, resolver=True, ipv6=True)
    assert following(shut, "-t", "none")
    assert "--ipv4-only" not in shut


def test_a_resolver_that_is_out_of_reach_inside_is_forwarded_to() -> None:
    closed = boundaries.closed(boundaries.parsed(["203.0.113.0/24"]), ())
    inside = ((pasta.RESOLVER_INSIDE,), True)
    assert pasta.nameservers("nameserver 127.0.0.53\n", closed) == inside
    assert pasta.nameservers("nameserver 10.0.0.2\nnameserver 9.9.9.9", closed) == inside
    assert pasta.nameservers("nameserver 203.0.113.9", closed) == inside
    assert pasta.nameservers("nameserver fe80::1%eth0", closed) == inside
    assert pasta.nameservers("nameserver 9.9.9.9", closed) == (("9.9.9.9",), False)
    assert pasta.nameservers("# nothing\n", closed) == ((), False)
