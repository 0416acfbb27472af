"""The decisions of publishing, on plain data."""

from pathlib import Path

import pytest

from connectory.durable import Rejected
from connectory.publishing import content, package, report, source
from connectory.publishing.model import PlannedApplication
from connectory.publishing.package import Package
from connectory.publishing.steps.install import has_install_scripts
from connectory.publishing.tools import failures, scripts
from connectory.specification import ApplicationType
from connectory.toolchains import managers
from connectory.toolchains.managers import Kind, Manager, choose

NODE, NPM = Path("/n/node"), Path("/m/npm.js")


def scripted(**given: str) -> Package:
    return Package(
        name="x", version="1.0.0", scripts={k.replace("_", "-"): v for k, v in given.items()}
    )


@pytest.mark.parametrize(
    ("names", "lock", "declared", "expected"),
    [
        ({"package-lock.json"}, "", None, Manager(Kind.NPM, "package-lock.json")),
        ({"npm-shrinkwrap.json"}, "", None, Manager(Kind.NPM, "npm-shrinkwrap.json")),
        ({"yarn.lock"}, "# yarn lockfile v1", None, Manager(Kind.YARN, "yarn.lock")),
        ({"yarn.lock"}, "# yarn lockfile v1", "yarn@4.1.0", Manager(Kind.YARN, "yarn.lock")),
        ({"yarn.lock"}, "__metadata:\n  version: 6\n", None,
         Manager(Kind.BERRY, "yarn.lock", ">=3.2.0 <4.0.0")),
        ({"yarn.lock"}, "__metadata:\n  version: 8\n", "yarn@4.1.0",
         Manager(Kind.BERRY, "yarn.lock", "4.1.0")),
        ({"pnpm-lock.yaml"}, "", "pnpm@8.1.0", Manager(Kind.PNPM, "pnpm-lock.yaml", "8.1.0")),
        (set(), "", None, Manager(Kind.NPM, None)),
        (set(), "", "yarn@1.22.22", Manager(Kind.YARN, None)),
        (set(), "", "pnpm@9.0.0", Manager(Kind.PNPM, None, "9.0.0")),
        (set(), "", "evil; rm -rf /", Manager(Kind.NPM, None)),
    ],
)  # fmt: skip
def test_the_lockfile_decides_the_manager(
    names: set[str], lock: str, declared: str | None, expected: Manager
) -> None:
    assert choose(names, lock, declared) == expected


@pytest.mark.parametrize(
    ("manager", "words"),
    [
        (Manager(Kind.NPM, "package-lock.json"), ("ci", "--no-audit", "--no-fund")),
        (Manager(Kind.NPM, None), ("install", "--no-audit", "--no-fund")),
        (Manager(Kind.YARN, "yarn.lock"),
         ("install", "--non-interactive", "--no-progress", "--ignore-engines",
          "--frozen-lockfile")),
        (Manager(Kind.BERRY, "yarn.lock"), ("install", "--immutable")),
        (Manager(Kind.PNPM, "pnpm-lock.yaml"), ("install", "--frozen-lockfile")),
    ],
)  # fmt: skip
def test_what_each_manager_is_told(manager: Manager, words: tuple[str, ...]) -> None:
    assert managers.install(manager, NODE, NPM, scripts=True) == ("/n/node", "/m/npm.js", *words)
    assert managers.install(manager, NODE, NPM, scripts=False)[-1] in {
        "--ignore-scripts",
        "--mode=skip-build",
    }


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("npm error code ETARGET\nnpm error notarget No matching version found for a@9.9.9.\n",
         "The registry has no version of a@9.9.9."),
        ("npm error 404 Not Found - GET https://registry.npmjs.org/nope - Not found",
         "The registry does not have https://registry.npmjs.org/nope."),
        ('error Couldn\'t find any versions for "a" that matches "^9"',
         "The registry has no version of a that matches ^9."),
        ("error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
         "The lockfile does not agree with package.json."),
        ("npm error `npm ci` can only install packages when your package.json and",
         "The lockfile does not agree with package.json."),
        ("sh: 1: husky: not found", "The program husky, which a script calls, is not installed."),
        ("npm error code ERESOLVE",
         "The dependencies contradict each other (npm: ERESOLVE)."),
        ("Error: Cannot find module 'supertest'", "The module supertest is not installed."),
    ],
)  # fmt: skip
def test_known_failures_are_explained(output: str, cause: str) -> None:
    explained = failures.explain(output)
    assert explained is not None
    assert explained[0] == cause


def test_an_unknown_failure_is_not() -> None:
    assert failures.explain("something else {0}") is None


def test_a_registry_out_of_reach_is_ours() -> None:
    assert failures.is_ours("npm error code ECONNRESET", ())
    assert not failures.is_ours("npm error code ECONNRESET", ("evil.example",))


class TestScripts:
    def test_pre_and_post_scripts_surround(self) -> None:
        line = scripts.line(scripted(prebuild="a", build="b", postbuild="c"), "build")
        assert line == "( a\n) && ( b\n) && ( c\n)"

    def test_gcp_build_goes_before_build(self) -> None:
        assert scripts.build(scripted(gcp_build="a", build="b")) == ("gcp-build", "a")

    def test_the_placeholder_of_npm_init_is_no_test(self) -> None:
        assert scripts.test(scripted(test='echo "Error: no test specified" && exit 1')) is None

    def test_a_start_that_names_another_script_is_followed(self) -> None:
        found = scripts.start(
            scripted(start="npm run serve", serve="yarn run:it", **{"run:it": "node x"}),
            None,
            server=False,
        )
        assert found == "node x"

    def test_a_start_that_names_itself_ends(self) -> None:
        assert scripts.start(scripted(start="npm start"), None, server=False) == "npm start"

    def test_the_procfile_decides(self) -> None:
        found = scripts.start(scripted(start="a"), "worker: b\nweb: node c.js\n", server=False)
        assert found == "node c.js"

    def test_server_js_is_the_last_resort(self) -> None:
        assert scripts.start(scripted(), None, server=True) == "node server.js"
        assert scripts.start(scripted(), None, server=False) is None

    def test_hostile_names_stay_values(self) -> None:
        argv = scripts.started(Package(name="$(touch x)'; touch y", version="1"), "node a")
        assert "'$(touch x)'\"'\"'; touch y'" in argv[2]


class TestPackage:
    def test_local_folders_are_found(self) -> None:
        parsed = package.parse(
            b'{"dependencies": {"a": "file:../a", "b": "link:../b", "c": "^1",'
            b' "d": "file:../d.tgz"}}',
            "p",
        )
        assert parsed.local == ("../a", "../b")
        assert parsed.copies

    def test_wrong_fields_count_as_absent(self) -> None:
        parsed = package.parse(b'{"scripts": [], "packageManager": [], "name": 3}', "p")
        assert parsed.scripts == {}
        assert parsed.manager is None
        assert parsed.name == ""

    @pytest.mark.parametrize("data", [b"", b"null", b"{]", b"\xff\xfe", b"[" * 100_000])
    def test_hostile_bytes_are_rejected(self, data: bytes) -> None:
        with pytest.raises(Rejected):
            package.parse(data, "p")

    @pytest.mark.parametrize("target", ["..", "../..", "/etc", "../../etc", "../x/../.."])
    def test_a_path_out_of_the_repository_is_no_folder(self, target: str) -> None:
        assert package.local_folder("service", target) is None


class TestContent:
    def make(self, root: Path, name: str, text: str = "{}") -> None:
        (root / name).mkdir(parents=True)
        (root / name / "package.json").write_text(text)

    def study(self, root: Path, *others: str) -> content.Subject:
        return content.study(root, PlannedApplication("a", ApplicationType.SERVICE), others)

    def test_modules_come_before_who_needs_them(self, tmp_path: Path) -> None:
        self.make(tmp_path, "a", '{"dependencies": {"b": "file:../b"}}')
        self.make(tmp_path, "b", '{"dependencies": {"c": "file:../c"}}')
        self.make(tmp_path, "c", '{"dependencies": {"b": "file:../b"}}')
        assert [one.path for one in self.study(tmp_path).folders] == ["c", "b", "a"]

    def test_a_module_that_is_another_application_is_visible(self, tmp_path: Path) -> None:
        self.make(tmp_path, "a", '{"dependencies": {"b": "file:../b"}}')
        self.make(tmp_path, "b")
        self.make(tmp_path, "c")
        assert self.study(tmp_path, "b", "c").hidden == {"c"}

    def test_the_key_changes_with_what_is_visible_only(self, tmp_path: Path) -> None:
        self.make(tmp_path, "a")
        self.make(tmp_path, "b")
        subject = self.study(tmp_path, "b")
        keys = [
            content.build_key(subject, entries, ("node 20",), "r")
            for entries in (
                {"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {"a": "2", "b": "1"},
                {"a": "1", "b": "1", "x": "1"},
            )
        ]  # fmt: skip
        assert keys[0] == keys[1]
        assert len({*keys}) == 3

    def test_a_script_does_not_change_the_dependencies(self, tmp_path: Path) -> None:
        def key(number: int, text: str) -> str:
            self.make(tmp_path / str(number), "a", text)
            folder = self.study(tmp_path / str(number)).folders[0]
            return content.dependency_key(folder, ("npm 10",), "r", "o")

        assert key(1, '{"scripts": {"x": "y"}}') == key(2, "{}")
        assert key(3, '{"dependencies": {"x": "1"}}') != key(4, "{}")

    def test_organizations_do_not_share_dependencies(self, tmp_path: Path) -> None:
        self.make(tmp_path, "a")
        folder = self.study(tmp_path).folders[0]
        keys = {content.dependency_key(folder, (), "r", owner) for owner in ("o", "p")}
        assert len(keys) == 2


class TestSource:
    def test_links_are_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "real/file").write_text("x")
        (tmp_path / "link").symlink_to("real")
        (tmp_path / "real/link").symlink_to("file")
        assert source.read(tmp_path, "real/file") == b"x"
        assert source.read(tmp_path, "link/file") is None
        assert source.read(tmp_path, "real/link") is None
        assert source.read(tmp_path, "real") is None

    def test_a_pipe_does_not_stop_us(self, tmp_path: Path) -> None:
        import os

        os.mkfifo(tmp_path / "pipe")
        assert source.read(tmp_path, "pipe") is None

    def test_only_whole_names_are_mentioned(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a/x.ts").write_text("import '../event-types'; import '../../job/x';")
        assert source.mentioned(tmp_path, "a", ["event", "job"]) == {"job"}


class TestInstallScripts:
    @pytest.mark.parametrize(
        ("path", "text", "expected"),
        [
            ("a", '{"scripts": {"postinstall": "x"}}', True),
            ("@s/a", '{"scripts": {"install": "x"}}', True),
            ("a/node_modules/b", '{"scripts": {"preinstall": "x"}}', True),
            ("a", '{"scripts": {"prepare": "x"}}', False),
            ("a/examples/b", '{"scripts": {"install": "x"}}', False),
            ("a", "not json", False),
        ],
    )
    def test_only_packages_are_asked(
        self, tmp_path: Path, path: str, text: str, expected: bool
    ) -> None:
        modules = tmp_path / "node_modules"
        for folder in (modules / "a", modules / path):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "package.json").write_text("{}")
        (modules / path / "package.json").write_text(text)
        assert has_install_scripts(modules) is expected


def test_a_long_message_keeps_its_cause_and_its_end() -> None:
    text = report.shortened("the cause\n" + "x\n" * 5000 + "the end")
    assert len(text) <= report.LONGEST_MESSAGE + 10
    assert text.startswith("the cause")
    assert text.endswith("the end")


def test_the_retry_policy_of_connect_yaml_reaches_the_build() -> None:
    from connectory.connectors.model import RetryPolicy
    from connectory.publishing.branches import built
    from connectory.publishing.model import Product, Suite
    from connectory.publishing.steps.specification import plan
    from connectory.repositories import Revision
    from connectory.specification import parse

    text = """
deployAs:
  - name: listener
    applicationType: event
    endpoint: /listener
    retryPolicy:
      strategy: exponential-backoff
      minBackoffSeconds: 10
      maxBackoffSeconds: 600
"""
    revision = Revision("https://x/y.git", "1", "c" * 40, "t" * 40)
    (planned,) = plan(revision, parse(text)).applications
    application = built(planned, Product("sha256:0", (), None, Suite()))
    assert application.retry_policy == RetryPolicy(
        strategy="exponential-backoff", min_backoff_seconds=10, max_backoff_seconds=600
    )
