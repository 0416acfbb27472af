"""A first start of the finished application, as a Deployment would start it."""

import pytest
from tests.publishing.conftest import Line
from tests.publishing.found import findings, products, service

from connectory.findings import Severity

LISTEN = "require('http').createServer((q, s) => s.end('ok')).listen({0});\n"
GOOD = LISTEN.format("process.env.PORT")
KEYS = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
    configuration:
      standardConfiguration:
        - key: SHOP_NAME
          description: What it is called
          default: Salt
      securedConfiguration:
        - key: API_TOKEN
          description: Who it is
"""


async def started(line: Line, code: str, yaml: str | None = None, **fields: object) -> list[str]:
    files = service({"index.js": code}, **fields)  # type: ignore[arg-type]
    if yaml:
        files["connect.yaml"] = yaml
    found = await findings(line, files, "runtime")
    return [f"{one.rule.partition('/')[2]} {one.severity}: {one.what}" for one in found]


async def test_a_well_behaved_application_leaves_nothing_to_say(line: Line) -> None:
    assert await started(line, GOOD) == []
    assert len(await products(line)) == 1


async def test_reviewers_see_what_answered_and_what_it_said(line: Line) -> None:
    code = (
        "console.log('up in ' + process.cwd());\n"
        "require('http').createServer((q, s) => { s.statusCode = 201; s.end(q.url) })"
        ".listen(8080);\n"
    )
    await line.published(service({"index.js": code}))
    (product,) = await products(line)
    tried = product.trial
    assert tried is not None
    assert (tried.artifact, tried.listened) == (product.artifact, True)
    assert (tried.request, tried.answer) == ("GET /service", "201 Created")
    assert "up in" in tried.log


@pytest.mark.parametrize(
    "code",
    [
        "require('net').createServer((s) => s.end('SSH-2.0-x\\r\\n')).listen(8080);\n",
        "require('net').createServer((s) => s.destroy()).listen(8080);\n",
        "require('net').createServer((s) => s.write('x'.repeat(1e6))).listen(8080);\n",
    ],
)
async def test_what_is_no_answer_is_none(line: Line, code: str) -> None:
    await line.published(service({"index.js": code}))
    (product,) = await products(line)
    assert product.trial is not None
    assert (product.trial.listened, product.trial.answer) == (True, "")


async def test_who_never_listens_is_tried_all_the_same(line: Line) -> None:
    await line.published(service({"index.js": "console.log('gone')"}))
    (product,) = await products(line)
    assert product.trial is not None
    assert (product.trial.listened, product.trial.answer) == (False, "")
    assert "gone" in product.trial.log


async def test_it_is_started_with_what_connect_yaml_declares(line: Line) -> None:
    code = "if (process.env.SHOP_NAME !== 'Salt' || !process.env.API_TOKEN) process.exit(9);"
    assert await started(line, f"{code}\n{GOOD}", KEYS) == []


async def test_a_module_that_is_not_installed(line: Line) -> None:
    (said,) = await started(line, f"require('express');\n{GOOD}")
    assert said == ("crashed BLOCKER: service does not start: The module express is not installed.")


async def test_output_of_the_build_that_is_elsewhere(line: Line) -> None:
    (said,) = await started(line, GOOD, scripts={"start": "node dist/index.js"})
    assert said.startswith("crashed BLOCKER: service does not start: There is no file")
    assert "./service/dist/index.js" in said


async def test_code_that_is_not_javascript(line: Line) -> None:
    (said,) = await started(line, "const a = {;\n")
    assert "crashed BLOCKER" in said
    assert "./service/index.js:1: SyntaxError: Unexpected token ';'" in said


async def test_a_job_that_runs_to_its_end(line: Line) -> None:
    (said,) = await started(line, "console.log('done')")
    assert said == (
        "crashed CRITICAL: service does not start: it ended with code 0 before it listened on "
        "port 8080."
    )


async def test_a_port_of_its_own(line: Line) -> None:
    (said,) = await started(line, LISTEN.format(3000))
    assert said == "wrong-port CRITICAL: service listens on port 3000, not on 8080."


async def test_a_port_for_root(line: Line) -> None:
    (said,) = await started(line, LISTEN.format(80))
    assert said.startswith("needs-root CRITICAL: service wants to listen on port 80")


async def test_the_loopback_address_only(line: Line) -> None:
    (said,) = await started(line, LISTEN.format("8080, '127.0.0.1'"))
    assert said.startswith("loopback-only MAJOR")


async def test_a_file_in_its_own_folder(line: Line) -> None:
    code = "try { require('fs').writeFileSync('cache.json', '{}') } catch (e) { console.log(e) }\n"
    (said,) = await started(line, code + GOOD)
    assert said.startswith("writes-outside MAJOR: service tries to write to cache.json")


async def test_a_variable_that_is_not_declared(line: Line) -> None:
    code = "if (!process.env.SHOP_KEY) throw new Error('SHOP_KEY is not set');\n"
    (said,) = await started(line, code + GOOD)
    assert said == (
        "undeclared-key HIGH: service does not start without SHOP_KEY, which connect.yaml does "
        "not declare."
    )


async def test_what_made_up_configuration_may_cause_stops_nothing(line: Line) -> None:
    code = (
        "fetch('https://api.example.org/' + process.env.API_TOKEN)"
        ".then(() => {}, (e) => { console.error(e); process.exit(1) });"
    )
    (said,) = await started(line, code, KEYS)
    assert said.startswith("needs-configuration INFO")
    assert "api.example.org" in said


async def test_a_crash_that_made_up_configuration_may_cause_does_not_block(line: Line) -> None:
    (said,) = await started(line, "throw new TypeError('x is not a function')", KEYS)
    assert said.startswith("crashed MAJOR")


async def test_the_same_crash_without_any_configuration_does(line: Line) -> None:
    (said,) = await started(line, "throw new TypeError('x is not a function')")
    assert said == "crashed CRITICAL: service does not start: TypeError: x is not a function"


async def test_it_is_told_what_it_was_found_to_be_when_it_is_reused(line: Line) -> None:
    files = service({"index.js": LISTEN.format("8080, '127.0.0.1'")})
    staged = await line.published(files)
    line.before["boot"] = pytest.fail
    assert (await line.publish(staged.id)).status == "Published"
    (product,) = await products(line)
    assert [one.rule for one in product.findings if one.severity is Severity.MAJOR] == [
        "runtime/loopback-only"
    ]
