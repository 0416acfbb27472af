"""What programs say while they run, kept line by line."""

from pathlib import Path

from tests.publishing.conftest import Line, connect_yaml, package_json

from connectory.durable.runs import runs_of
from connectory.publishing import said
from connectory.publishing.said import EACH, KEPT, Said, lines_of


def test_lines_are_there_as_they_are_said(tmp_path: Path) -> None:
    told = []
    transcripts = Said(tmp_path, lambda: told.append(True))
    with transcripts.hearing("run", "install", "api") as heard:
        heard("one")
        (line,) = lines_of(tmp_path, "run", 0, 10)
        assert (line.number, line.step, line.application, line.text) == (1, "install", "api", "one")
        heard("two")
        assert [one.text for one in lines_of(tmp_path, "run", 1, 10)] == ["two"]
    assert told
    assert lines_of(tmp_path, "run", 2, 10) == ()
    assert lines_of(tmp_path, "another", 0, 10) == ()


def test_programs_side_by_side_share_one_count(tmp_path: Path) -> None:
    transcripts = Said(tmp_path, lambda: None)
    with (
        transcripts.hearing("run", "install", "api") as api,
        transcripts.hearing("run", "install", "job") as job,
    ):
        api("a")
        job("b")
        api("c")
    found = [(one.number, one.application, one.text) for one in lines_of(tmp_path, "run", 0, 10)]
    assert found == [(1, "api", "a"), (2, "job", "b"), (3, "api", "c")]


def test_the_last_lines_of_a_run_are_kept_and_cut(tmp_path: Path) -> None:
    most, transcripts = 3 * KEPT, Said(tmp_path, lambda: None)
    with transcripts.hearing("run", "build", "api") as heard:
        for number in range(most):
            heard(f"{number} " + "x" * 3000)
    found = lines_of(tmp_path, "run", 0, most)
    assert KEPT - EACH < len(found) <= KEPT
    assert [one.number for one in found] == list(range(found[0].number, most + 1))
    assert {len(one.text) for one in found} == {said.LONGEST}
    assert len(lines_of(tmp_path, "run", 0, 7)) == 7


def test_a_restart_goes_on_behind_what_was_written(tmp_path: Path) -> None:
    for text in ("before", "after"):
        with Said(tmp_path, lambda: None).hearing("run", "test", "api") as heard:
            heard(text)
    assert [(one.number, one.text) for one in lines_of(tmp_path, "run", 0, 9)] == [
        (1, "before"),
        (2, "after"),
    ]


def test_a_line_torn_by_a_crash_is_left_out(tmp_path: Path) -> None:
    with Said(tmp_path, lambda: None).hearing("run", "test", "api") as heard:
        heard("whole")
    (file,) = (tmp_path / "run").iterdir()
    with file.open("ab") as torn:
        torn.write(b'{"number":2,"te')
    assert [one.text for one in lines_of(tmp_path, "run", 0, 9)] == ["whole"]


def test_credentials_in_an_address_are_not_shown(tmp_path: Path) -> None:
    with Said(tmp_path, lambda: None).hearing("run", "install", "api") as heard:
        heard("GET https://ada:secret@registry.example.org/left-pad")
    (line,) = lines_of(tmp_path, "run", 0, 9)
    assert line.text == "GET https://***@registry.example.org/left-pad"


def test_a_full_disk_loses_lines_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "said"
    place.write_text("in the way")
    with Said(place, lambda: None).hearing("run", "install", "api") as heard:
        heard("lost")


def test_old_output_is_swept(tmp_path: Path) -> None:
    transcripts = Said(tmp_path, lambda: None)
    with transcripts.hearing("run", "install", "api") as heard:
        heard("one")
    written = (tmp_path / "run").stat().st_mtime
    transcripts.sweep(written - 1)
    assert lines_of(tmp_path, "run", 0, 9)
    transcripts.sweep(written + 1)
    assert not (tmp_path / "run").exists()


SPEAKING = {
    "connect.yaml": connect_yaml("service"),
    "service/package.json": package_json(
        scripts={
            "start": "node index.js",
            "postinstall": "node -e \"console.log('installing in', process.cwd() + '/index.js')\"",
            "test": "node -e \"console.error('testing')\"",
            "build": "node -e \"console.log('building')\"",
        },
    ),
    "service/index.js": "require('http').createServer((q, s) => s.end('x')).listen(8080);\n",
}


async def test_what_a_build_says_is_kept_with_its_step(line: Line) -> None:
    staged = await line.published(SPEAKING)
    assert staged.status == "Published"
    (run,) = await line.publishing.database.read(lambda c: runs_of(c, staged.id))
    directory = line.publishing.settings.output_directory
    lines = [(one.step, one.text) for one in lines_of(directory, run.id, 0, KEPT)]
    spoken = [one for one in lines if "ing" in one[1].partition(" ")[0]]
    assert [one for one in spoken if one[0] != "install"] == [
        ("test", "testing"),
        ("build", "building"),
    ]
    assert ("install", "installing in ./service/index.js") in lines
    assert "/workspace" not in str(lines)
