"""The first line of a failure names its cause: failures of real kinds, recorded or really run."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.publishing.conftest import Line, message, package_json
from tests.publishing.found import service

from connectory.connectors.model import ConnectorStaged
from connectory.durable import Rejected
from connectory.publishing.built import finding_of
from connectory.publishing.running import RegistryOutOfReach, judge
from connectory.publishing.steps.suite import judged
from connectory.publishing.tools import failures
from connectory.sandbox import Finished, Limits

RECORDED = Path(__file__).parent / "recorded" / "causes"
LIMITS = Limits()
SAID = {
    "npm-sync": "does not agree with package.json: is-number@7.0.0",
    "npm-target": "no version of is-number@99.0.0",
    "npm-404": "does not have connectory-absent-package-q@1.0.0",
    "npm-peer": 'react-dom@18.2.0 needs react@"^18.2.0" beside it, but react@17.0.2',
    "npm-integrity": "not the one that the lockfile names",
    "npm-engine": 'asks for {"node":">=99"}',
    "npm-script": "no script compile",
    "npm-json": "package.json is not valid JSON",
    "npm-workspace": "npm does not know the protocol workspace:",
    "npm-postinstall": "(node fetch-binary.js): Binary for linux-x64 not available",
    "npm-husky": "The program husky",
    "npm-git": "Git repository, which a build cannot reach: ssh://git@github.invalid/acme/a.git",
    "npm-401": "asks for a login (E401)",
    "npm-gyp": "node-gyp could not compile the native dependency",
    "yarn-frozen": "lockfile does not agree with package.json",
    "yarn-integrity": "is-number is not the one that the lockfile names",
    "yarn-target": "no version of is-number that matches 99.0.0",
    "yarn-404": "no package connectory-absent-package-q",
    "yarn-version": "package.json asks for 4.1.0, but the lockfile is one of Yarn 1.22.22",
    "yarn-script": "no script compile",
    "berry-frozen": "lockfile does not agree with package.json",
    "berry-target": "no version of is-number@99.0.0",
    "berry-404": "no package connectory-absent-package-q",
    "berry-script": "no script compile",
    "pnpm-frozen": "lockfile does not agree with package.json",
    "pnpm-target": "no version of is-number@99.0.0",
    "pnpm-404": "connectory-absent-package-q",
    "pnpm-engine": "version >=99 of Node.js is asked for",
    "patch-package": "could not apply the patch for rollup",
    "ts-type": "src/index.ts:1: Type 'string' is not assignable to type 'number' (TS2322)"
               " (and 2 more TypeScript errors)",
    "ts-pretty": "src/index.ts:1: Type 'string' is not assignable",
    "ts-extends": "tsconfig.json extends ./tsconfig.base.json, which is not there",
    "ts-extends-package": "extends @tsconfig/node20/tsconfig.json, which is not there",
    "ts-types": "type definitions of jest are not installed",
    "ts-rootdir": "imports ./shared/s.ts, which lies outside",
    "ts-case": "src/index.ts:1: Cannot find module './client'",
    "ts-noinput": 'no files to compile at ["srcs"]',
    "webpack": "webpack: ./src/index.js: Can't resolve './absent'",
    "webpack-syntax": "webpack: ./src/index.js:1: Module parse failed",
    "rollup": 'Rollup: Could not resolve "./absent" from "src/index.js"',
    "rollup-syntax": "src/index.js (1:11): Unexpected token",
    "esbuild": 'esbuild: src/index.js:1: Could not resolve "./absent"',
    "esbuild-syntax": "esbuild: src/index.js:1: Expected identifier",
    "vite": 'Rollup failed to resolve import "lodash-absent"',
    "vite-syntax": "src/index.js (1:0): Failed to parse source",
    "parcel": "Parcel: Failed to resolve './absent' from './src/index.js'",
    "babel": "src/index.js:1: Unexpected token",
    "babel-preset": "Babel needs @babel/preset-typescript",
    "eslint": "src/index.js:1: 'foo' is not defined (no-undef)",
    "node-syntax": "build.js:1: SyntaxError: Unexpected token ';'",
    "node-require-esm": "ES module ./service/node_modules/esm/i.js with require()",
    "node-exports-esm": "module is not defined in ES module scope",
    "node-no-export": "does not provide an export named 'readFileSync2'",
    "node-start": "no file ./service/dist/index.js",
    "node-cjs-absent": "The module supertest is not installed",
    "node-esm-absent": "The module absent-package is not installed",
    "node-case": "no file ./src/Client (upper and lower case matter)",
    "node-case-esm": "no file ./service/src/Client.js (upper and lower case matter)",
    "node-json": "bad.json is not valid JSON",
    "node-enoent": "no file openapi.yaml",
    "node-env": "The variable CTP_PROJECT_KEY is not set",
    "node-port": "The port :::4998 is in use already",
    "node-heap": "out of heap memory",
    "node-net": "tried to reach api.example.org, but there is no network",
    "node-reject": "TypeError: x is not a function",
    "sh-crlf": "./crlf.sh cannot be started: it is not there, or it has Windows line endings",
    "sh-crlf-env": "Windows line endings (CRLF)",
    "sh-perm": "./perm.sh may not be executed",
    "sh-tsc": "The program tsc",
    "sh-set": "The program copy",
    "sh-quote": "Unterminated quoted string",
    "jest-config": "Jest's configuration is wrong: Preset absent-preset not found",
    "jest-config-syntax": "j2.config.js:2: SyntaxError: Unexpected end of input",
    "jest-setup": "Module tests/good in the setupFiles option was not found",
    "jest-none": "found no tests",
    "vitest-none": "found no tests",
    "mocha-none": "found no tests",
}  # fmt: skip


def ended(output: str, code: int = 1) -> Finished:
    """A program whose output is kept as the sandbox keeps it."""
    return Finished(code, "exit", output.strip()[-16_384:], 1.0)


def verdict(output: str) -> Rejected:
    with pytest.raises(Rejected) as refused:
        judge(ended(output), "The script build of service", LIMITS, failures.manager_is_ours)
    return refused.value


@pytest.mark.parametrize("name", sorted(SAID))
def test_the_first_line_names_the_cause_of_a_recorded_failure(name: str) -> None:
    refusal = verdict((RECORDED / f"{name}.txt").read_text())
    first = refusal.message.split("\n")[0]
    assert SAID[name] in first
    assert refusal.cause == first
    assert "/workspace" not in refusal.message


def test_every_recording_is_expected_to_say_something() -> None:
    assert {path.stem for path in RECORDED.glob("*.txt")} == {*SAID, "jest-net"}


def test_network_in_tests_is_not_the_registry_out_of_reach() -> None:
    output = (RECORDED / "jest-net.txt").read_text()
    suite = judged("service", ended(output), LIMITS, output)
    assert suite.message.split("\n")[0] == (
        '1 of 1 tests of service failed: "x" (TypeError: fetch failed)'
    )


def test_a_service_that_a_build_cannot_reach_is_its_own_doing() -> None:
    assert "127.0.0.1:5432" in verdict("Error: connect ECONNREFUSED 127.0.0.1:5432").cause
    with pytest.raises(RegistryOutOfReach):
        verdict("npm error code ECONNREFUSED\nnpm error network request failed")


def test_a_verdict_is_a_finding_at_its_place() -> None:
    found = finding_of("service", verdict((RECORDED / "ts-type.txt").read_text()))
    assert (found.rule, found.path, found.line) == ("build/failed", "service/src/index.ts", 1)
    assert "TS2322" in found.what
    assert "error TS2307" in found.evidence


@pytest.mark.parametrize(
    "piece",
    ["npm error ERESOLVE Found: ", "npm error path x\n", "Error: A_B ", "a.js:1\n", "sh: 1: ",
     "404 Not Found - GET x\n", "a(1,1): error ", "ERROR in a\n", "/a.b:1\n", " ", "\n", "a",
     "Command: git\nArguments: ls-remote ", "Error: missing ", "[!] ", "A_"],
)  # fmt: skip
def test_hostile_output_is_read_quickly(piece: str) -> None:
    began = time.process_time()
    failures.explain((piece * 16_384)[:16_384])
    assert time.process_time() - began < 10


FAILED = "Application build check failed"
CASES = {
    "a program that is not installed": (
        {"build": "tsc -p ."}, {}, "The script build of service failed: The program tsc"),
    "a script that is missing": (
        {"build": "npm run compile"}, {}, "package.json has no script compile"),
    "a syntax error": (
        {"build": "node build.js"}, {"build.js": "const a = {;"},
        "./service/build.js:1: SyntaxError: Unexpected token ';'"),
    "a module that is not installed": (
        {"build": "node build.js"}, {"build.js": "require('rimraf')"},
        "The module rimraf is not installed."),
    "another case of letters": (
        {"build": "node build.js"}, {"build.js": "require('./Client')", "client.js": ""},
        "There is no file ./Client (upper and lower case matter), which ./service/build.js loads"),
    "Windows line endings": (
        {"build": "sh -c ./build.sh"}, {"build.sh": "#!/bin/sh\r\necho hi\r\n"},
        "./build.sh"),
    "a file that may not be executed": (
        {"build": "./build.sh"}, {"build.sh": "#!/bin/sh\necho hi\n"},
        "The script ./build.sh may not be executed"),
    "a variable that a build does not have": (
        {"build": "node build.js"},
        {"build.js": "throw new Error('Missing environment variable CTP_REGION')"},
        "The variable CTP_REGION is not set"),
    "a configuration that is not JSON": (
        {"build": "node build.js"}, {"build.js": "require('./a.json')", "a.json": "{a}"},
        "a.json is not valid JSON"),
    "import in CommonJS": (
        {"build": "node --no-experimental-detect-module build.js"},
        {"build.js": "import fs from 'fs';"}, "Cannot use import statement outside a module"),
    "an install script of its own": (
        {"postinstall": "node after.js"}, {"after.js": "throw new Error('no binary')"},
        "The script postinstall of service failed: Error: no binary"),
    "a file that the build reads": (
        {"build": "node build.js"}, {"build.js": "require('fs').readFileSync('openapi.yaml')"},
        "There is no file openapi.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
async def test_the_first_line_names_the_cause_of_a_real_failure(line: Line, name: str) -> None:
    scripts, files, expected = CASES[name]
    assert expected in first(await line.published(service(files, scripts=scripts)))


def first(staged: ConnectorStaged) -> str:
    return message(staged.publishing_report, FAILED).split("\n")[0]


async def test_a_package_json_that_is_not_json(line: Line) -> None:
    files = service({}) | {"service/package.json": '{"name": "x",\n "scripts": {"a" "b"}}'}
    assert "service/package.json is not valid JSON" in first(await line.published(files))


async def test_a_build_that_waits_says_for_what(line: Line) -> None:
    limit(line, build_timeout=5)
    scripts = {"build": "echo 'Overwrite dist? (y/N)'; sleep 1000"}
    assert first(await line.published(service({}, scripts=scripts))) == (
        "The script build of service did not finish within 5 seconds. "
        'The last it said was: "Overwrite dist? (y/N)"'
    )


async def test_a_build_that_fills_the_memory(line: Line) -> None:
    limit(line, build_memory=128)
    code = "const a = []; for (;;) a.push(Buffer.alloc(1e7, 1))"
    said = first(await line.published(service({"build.js": code}, scripts={"build": "node build"})))
    assert "used more than 128 MiB of memory" in said


async def test_a_build_that_fills_the_disk(line: Line) -> None:
    limit(line, build_disk=20)
    scripts = {"build": "for i in 1 2 3 4 5 6; do head -c 10000000 /dev/zero > f$i; done; sleep 30"}
    said = first(await line.published(service({}, scripts=scripts)))
    assert "filled more than 20 MiB of disk" in said


async def test_a_version_of_node_that_there_is_not(line: Line) -> None:
    files = service({}) | {"service/package.json": package_json(engines={"node": ">=99"})}
    assert "start" in first(await line.published(files)) or ">=99" in first(
        await line.published(files)
    )


def limit(line: Line, **settings: int) -> None:
    changed = replace(line.publishing.settings, **settings)
    object.__setattr__(line.publishing, "settings", changed)
