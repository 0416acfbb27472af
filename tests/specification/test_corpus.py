"""Agreement with the official parser over connectors in use and files wrong in one way each."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectory.specification import check

CORPUS = Path(__file__).parent / "corpus"

# Files on which we differ on purpose, and why.
DIFFERENCES = {
    "variants/endpoint-redos-30.yaml": "the official pattern never ends; ours says Invalid",
    "variants/endpoint-redos-3000.yaml": "the official pattern never ends; ours says Invalid",
    "variants/yaml-deep-nesting.yaml": "the official parser runs out of memory; ours refuses",
}

# Where a file is not YAML at all, the official parser prints the words of its YAML library. We
# use the same words for what is no matter of syntax.
SHARED_WORDS = (
    "Map keys must be unique at line 3, column 5",
    "Excessive alias count indicates a resource exhaustion attack",
    "Unresolved alias (the anchor must be set before the alias): nope",
    "Source contains multiple documents",
)


@dataclass(frozen=True)
class Verdict:
    file: str
    valid: bool | None
    messages: list[str]

    @property
    def content(self) -> bytes:
        return (CORPUS / self.file).read_bytes()

    @property
    def about_syntax(self) -> bool:
        return self.valid is False and not self.messages[0].startswith("[")


VERDICTS = [
    Verdict(entry["file"], entry["valid"], entry["messages"])
    for entry in json.loads((CORPUS / "verdicts.json").read_text(encoding="utf-8"))
]
AGREED = [verdict for verdict in VERDICTS if verdict.file not in DIFFERENCES]


def _by_file(verdicts: list[Verdict]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("verdict", verdicts, ids=lambda verdict: verdict.file)


def test_the_corpus_is_complete() -> None:
    files = {str(path.relative_to(CORPUS)) for path in CORPUS.glob("*/*.yaml")}
    assert files == {verdict.file for verdict in VERDICTS}
    assert len(files) > 250


def test_the_official_parser_gives_no_verdict_only_where_we_differ() -> None:
    assert {verdict.file for verdict in VERDICTS if verdict.valid is None} == set(DIFFERENCES)


@_by_file(AGREED)
def test_the_verdict_is_the_official_one(verdict: Verdict) -> None:
    assert (check(verdict.content) == ()) is verdict.valid


@_by_file([verdict for verdict in AGREED if verdict.valid is False and not verdict.about_syntax])
def test_the_messages_are_the_official_ones_in_the_same_order(verdict: Verdict) -> None:
    assert [str(problem) for problem in check(verdict.content)] == verdict.messages


@_by_file([verdict for verdict in AGREED if verdict.about_syntax])
def test_what_is_no_yaml_gets_one_problem_with_a_position(verdict: Verdict) -> None:
    (problem,) = check(verdict.content)
    assert problem.path == ()
    assert problem.line >= 1
    assert problem.column >= 1


@pytest.mark.parametrize("words", SHARED_WORDS)
def test_the_words_of_the_official_parser_for_broken_documents(words: str) -> None:
    official = [verdict for verdict in VERDICTS if any(words in said for said in verdict.messages)]
    assert official
    for verdict in official:
        assert any(words in problem.message for problem in check(verdict.content))


@_by_file([verdict for verdict in VERDICTS if verdict.file in DIFFERENCES])
def test_files_that_hang_the_official_parser_are_refused(verdict: Verdict) -> None:
    (problem,) = check(verdict.content)
    assert problem.message in {"Invalid", "The file is nested more than 64 levels deep"}


@_by_file([verdict for verdict in VERDICTS if verdict.valid is not True])
def test_every_problem_points_into_the_file(verdict: Verdict) -> None:
    lines = verdict.content.count(b"\n") + 2
    for problem in check(verdict.content):
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
