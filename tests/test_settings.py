from pathlib import Path

import pytest

from connectory.settings import SettingsError, load, parse_mapping


def test_the_environment_wins_over_the_file_and_the_caller_over_both(tmp_path: Path) -> None:
    file = tmp_path / "connectory.toml"
    file.write_text('port = 1\nhost = "::1"\ndata = "/a"\n')
    settings = load({"CONNECTORY_PORT": "2", "CONNECTORY_DATA": "/b"}, file, data="/c", port=None)
    assert (settings.port, settings.host, settings.data) == (2, "::1", "/c")


def test_an_unknown_setting_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CONNECTORY_PROT"):
        load({"CONNECTORY_PROT": "1"})
    file = tmp_path / "connectory.toml"
    file.write_text("prot = 1\n")
    with pytest.raises(SettingsError, match="prot"):
        load({}, file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("ISOLATION", "docker"),
        ("GIT_ALLOW_LOCAL", "maybe"),
        ("APPLICATION_PORTS", "all"),
        ("GIT_MIRRORS", "nonsense"),
    ],
)
def test_a_value_a_setting_cannot_take_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        load({f"CONNECTORY_{name}": value})


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/=/srv/git, https://gitlab.com/=/srv/lab",
        "https://github.com/=/srv/git;https://gitlab.com/=/srv/lab",
        "https://github.com/=/srv/git\nhttps://gitlab.com/=/srv/lab",
        '{"https://github.com/": "/srv/git", "https://gitlab.com/": "/srv/lab"}',
    ],
)
def test_mirrors_may_be_written_in_several_ways(text: str) -> None:
    assert parse_mapping(text) == {
        "https://github.com/": "/srv/git",
        "https://gitlab.com/": "/srv/lab",
    }


def test_the_origin_is_what_a_client_on_this_machine_uses() -> None:
    assert load({}).origin == "http://127.0.0.1:8080"
    assert load({}, host="0.0.0.0", port=9).origin == "http://127.0.0.1:9"
    assert load({}, host="::1").origin == "http://[::1]:8080"
    assert load({"CONNECTORY_PUBLIC_URL": "https://c.example/"}).origin == "https://c.example"
