"""The commands of the README, run as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONNECTORY = Path(sys.executable).with_name("connectory")
SERVE = "CONNECTORY_GIT_ALLOW_LOCAL=true make serve"
SECRETS = re.compile(r"client (id|secret) +(\S+)")
PATIENCE = 500
HELD = 'call -H "Prefer: wait=25"'
AGAIN = """
held() {
  for _ in 1 2 3 4 5 6 7 8; do
    answer=$(call -H "Prefer: wait=25" "$@")
    grep -qE '"(pending|Processing|Deploying|Undeploying)"' <<< "$answer" || break
  done
  printf '%s' "$answer"
}
"""
"""A busy machine may take longer than one answer is held: asked again, as a person would."""

pytestmark = [
    pytest.mark.registry,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "curl", "jq"))), reason="bash, curl or jq is missing"
    ),
]


def test_the_readme_leads_from_a_tag_to_an_answer_and_back(tmp_path: Path, free_port: int) -> None:
    first, *others = blocks(tmp_path, free_port)
    make, serve = first.split(" && " + SERVE)
    run(make, tmp_path, {})
    assert serve.strip() == ""
    with platform(tmp_path, free_port) as secrets:
        said = run(AGAIN + "\n".join(others).replace(HELD, "held"), tmp_path, secrets)
    assert '"isPreviewable": "true"' in said
    assert '"status": "Published"' in said
    assert '{"greeting":"Welcome, Ada!"' in said
    assert '"Undeploying"' in said
    assert "key=greeting does not exist" in said


def blocks(folder: Path, port: int) -> list[str]:
    """The commands of "Run it", with places of the test's own."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Run it\n")[2].partition("\n### ")[0]
    section = section.replace("/tmp/greeting", f"{folder}/greeting")
    section = section.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def run(script: str, folder: Path, secrets: dict[str, str]) -> str:
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **who, **secrets},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def platform(folder: Path, port: int) -> Iterator[dict[str, str]]:
    """What ``make serve`` starts, with the secrets of its first start."""
    said = folder / "platform.log"
    with (
        said.open("w") as log,
        subprocess.Popen(
            [str(CONNECTORY), "up", "--data", str(folder / "data"), "--port", str(port)],
            cwd=folder,
            env={**os.environ, "CONNECTORY_GIT_ALLOW_LOCAL": "true"},
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert b"is ready" in process.stdout.readline(), said.read_text()
            found = SECRETS.findall(said.read_text())
            yield {f"CLIENT_{name.upper()}": value for name, value in found}
        finally:
            process.terminate()
        assert process.wait(100) == 0, said.read_text()
