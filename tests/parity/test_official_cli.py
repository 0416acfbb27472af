"""The official CLI, unmodified, drives the main road: from a Git tag to a removed Deployment."""

import time
import urllib.request

import pytest
from tests.parity.official import DASH, Cli, Outcome
from tests.parity.reviewing import Reviewer
from tests.parity.support import BROKEN, PROJECT, REGION, REPOSITORY, TAG, Platform, Watch

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

KEY = "greeting"
PREVIEW = "greeting-preview"
DEPLOYMENT = "greeting-live"
SECRET = "parity-signing-key"
DRAFT_PATH = f"/connectors/drafts/key={KEY}"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# the CLI looks every 30 or 60 s: a held answer lets it see the end when it comes
NOTICED_SECONDS = 20


@pytest.fixture(scope="module")
def created(cli: Cli) -> Outcome:
    return cli.run("connect", "connectorstaged", "create", *draft(KEY))


@pytest.fixture(scope="module")
def previewed(cli: Cli, platform: Platform, created: Outcome) -> tuple[Outcome, Watch]:
    deployment = f"/{PROJECT}/deployments/key={PREVIEW}"
    with Watch(
        platform, draft=(DRAFT_PATH, "isPreviewable"), deployment=(deployment, "status")
    ) as watch:
        outcome = cli.run(
            "connect", "connectorstaged", "preview", "--key", KEY, "--deployment-key", PREVIEW,
            "--region", REGION, "--configuration", f"greeting.SIGNING_KEY={SECRET}",
        )  # fmt: skip
    return outcome, watch


@pytest.fixture(scope="module")
def published(
    cli: Cli, platform: Platform, previewed: tuple[Outcome, Watch]
) -> tuple[Outcome, Watch]:
    with Watch(platform, draft=(DRAFT_PATH, "status")) as watch:
        outcome = cli.run("connect", "connectorstaged", "publish", "--key", KEY)
    return outcome, watch


@pytest.fixture(scope="module")
def deployed(cli: Cli, published: tuple[Outcome, Watch]) -> Outcome:
    return cli.run(
        "connect", "deployment", "create", "--key", DEPLOYMENT, "--connector-key", KEY,
        "--region", REGION, "--configuration",
        f"greeting.SIGNING_KEY={SECRET},greeting.GREETING=Moin",
    )  # fmt: skip


@pytest.fixture(scope="module")
def settled(cli: Cli, deployed: Outcome) -> Outcome:
    """``describe`` holds its answer until the Deployment is done."""
    return cli.run("connect", "deployment", "describe", "--key", DEPLOYMENT)


def draft(key: str, tag: str = TAG, repository: str = REPOSITORY) -> tuple[str, ...]:
    return (
        "--key", key, "--name", "Greeting", "--description", "Greets people",
        "--repository-url", repository, "--repository-tag", tag,
        "--creator-email", "ada@example.org", "--integration-types", "email,other",
        "--supported-regions", REGION, "--private-projects", f"{REGION}:{PROJECT}",
    )  # fmt: skip


def logs(cli: Cli) -> Outcome:
    return cli.run(
        "connect", "deployment", "logs", "--key", DEPLOYMENT, "--application", "greeting"
    )


def test_create_stages_a_connector(created: Outcome) -> None:
    created.succeeded()
    created.found(rf"The staged Connector Greeting has been successfully created. \(id: ({UUID})\)")


def test_list_shows_the_staged_connector_and_how_many_there_are(cli: Cli, created: Outcome) -> None:
    listed = cli.run("connect", "connectorstaged", "list", "--sort=-createdAt", "--limit", "5")
    listed.succeeded().found(rf"({UUID}) {KEY} Greeting ")
    listed.found(rf"(Showing items 1{DASH}\d of \d\.)")


def test_describe_prints_the_staged_connector(cli: Cli, created: Outcome) -> None:
    described = cli.run("connect", "connectorstaged", "describe", "--key", KEY).succeeded()
    described.shows(
        f"key: '{KEY}'", "name: 'Greeting'", "description: 'Greets people'", "private: true",
        f"repository: {{ url: '{REPOSITORY}', tag: '{TAG}' }}",
        f"privateProjects: [ '{REGION}:{PROJECT}' ]", "integrationTypes: [ 'email', 'other' ]",
        "applicationName: 'greeting'", "applicationType: 'service'", "key: 'SIGNING_KEY'",
    )  # fmt: skip


def test_preview_validates_and_deploys(previewed: tuple[Outcome, Watch]) -> None:
    outcome, _ = previewed
    outcome.succeeded().shows(
        "Starting validation for Connector with ID",
        f"and Git tag '{TAG}' succeeded!",
        f"The preview Deployment with key '{PREVIEW}' for Git tag '{TAG}' was successfully",
        "name: greeting",
    )
    outcome.found(r"(http://\S+/greeting)")


def test_preview_sees_each_result_when_it_is_there(previewed: tuple[Outcome, Watch]) -> None:
    outcome, watch = previewed
    outcome.succeeded()
    validated, requested = watch.at("draft", "true"), watch.first("deployment")
    assert requested - validated < NOTICED_SECONDS, str(outcome)
    assert outcome.ended - watch.at("deployment", "Deployed") < NOTICED_SECONDS, str(outcome)


def test_publish_publishes(published: tuple[Outcome, Watch]) -> None:
    outcome, _ = published
    outcome.succeeded().shows("Publishing succeeded for the Connector with ID", f"Git tag '{TAG}'")


def test_publish_sees_the_result_when_it_is_there(published: tuple[Outcome, Watch]) -> None:
    outcome, watch = published
    outcome.succeeded()
    assert outcome.ended - watch.at("draft", "Published") < NOTICED_SECONDS, str(outcome)


def test_a_published_draft_is_listed_as_published(
    cli: Cli, published: tuple[Outcome, Watch]
) -> None:
    listed = cli.run("connect", "connectorstaged", "list").succeeded()
    listed.found(rf"({UUID}) {KEY} Greeting Published")


def test_deployment_create_says_that_it_is_deploying(deployed: Outcome) -> None:
    deployed.succeeded().found(
        rf"The Deployment resource {DEPLOYMENT} has been successfully created with ID: ({UUID}) "
        r"and it's currently in Deploying status"
    )


def test_deployment_list_shows_the_deployment(cli: Cli, settled: Outcome) -> None:
    listed = cli.run("connect", "deployment", "list", "--sort", "+createdAt").succeeded()
    listed.found(rf"({UUID}) {DEPLOYMENT} \d+ Deployed")
    listed.found(rf"(Showing items 1{DASH}\d of \d\.)")


def test_deployment_describe_shows_it_without_its_secret(settled: Outcome) -> None:
    settled.succeeded().shows(
        f"key: '{DEPLOYMENT}'", "status: 'Deployed'", "type: 'sandbox'",
        f"deployedRegion: '{REGION}'", "applicationName: 'greeting'", f"'{'*' * len(SECRET)}'",
    )  # fmt: skip
    assert SECRET not in settled.output


def test_what_it_deployed_answers(settled: Outcome) -> None:
    url = settled.found(r"url: '(http://[^']+)'")
    with urllib.request.urlopen(f"{url}?name=Ada", timeout=30) as response:
        assert b'"Moin, Ada!"' in response.read()


def test_deployment_logs_show_the_request(cli: Cli, settled: Outcome) -> None:
    url = settled.found(r"url: '(http://[^']+)'")
    urllib.request.urlopen(f"{url}?name=Ada", timeout=30).close()
    until = time.monotonic() + 100
    shown = logs(cli)
    # they are written in batches: they may be a moment behind
    while "GET" not in shown.text and time.monotonic() < until:
        shown = logs(cli)
    shown.succeeded().shows("Logs from").found(r'(INFO greeting GET "\S*/greeting\S*" 200)')


def test_deployment_logs_of_an_unknown_application_are_refused(cli: Cli, settled: Outcome) -> None:
    refused = cli.run(
        "connect", "deployment", "logs", "--key", DEPLOYMENT, "--application", "nobody"
    )
    refused.failed().shows("Code: DeploymentApplicationDoesNotExist")


def test_deployment_redeploy_brings_another_value_to_the_same_address(
    cli: Cli, settled: Outcome
) -> None:
    url = settled.found(r"url: '(http://[^']+)'")
    redeployed = cli.run(
        "connect", "deployment", "redeploy", "--key", DEPLOYMENT,
        "--configuration", "greeting.GREETING=Servus", "--updateConnector",
    )  # fmt: skip
    redeployed.succeeded().shows(
        f"Deployment with {DEPLOYMENT} - ", "has been successfully redeployed"
    )
    described = cli.run("connect", "deployment", "describe", "--key", DEPLOYMENT).succeeded()
    described.shows("status: 'Deployed'", f"url: '{url}'", f"'{'*' * len(SECRET)}'")
    with urllib.request.urlopen(f"{url}?name=Ada", timeout=30) as response:
        assert b'"Servus, Ada!"' in response.read()


def test_a_second_preview_moves_the_same_deployment(
    cli: Cli, previewed: tuple[Outcome, Watch]
) -> None:
    url = previewed[0].found(r"(http://\S+/greeting)")
    again = cli.run(
        "connect", "connectorstaged", "preview", "--key", KEY, "--deployment-key", PREVIEW,
        "--region", REGION, "--configuration", "greeting.GREETING=Hej",
    )  # fmt: skip
    again.succeeded().shows(f"'{PREVIEW}'", url)
    with urllib.request.urlopen(f"{url}?name=Ada", timeout=30) as response:
        assert b'"Hej, Ada!"' in response.read()


def test_deployment_delete_removes_it(cli: Cli, settled: Outcome) -> None:
    deleted = cli.run("connect", "deployment", "delete", "--key", DEPLOYMENT, typed="y\n")
    deleted.succeeded().shows(f"Deployment with key - '{DEPLOYMENT}' has been successfully deleted")
    # the answer is held until it is gone
    gone = cli.run("connect", "deployment", "describe", "--key", DEPLOYMENT)
    gone.failed().shows("Code: ResourceNotFound")


def test_an_unknown_tag_is_shown_with_its_code_and_cause(cli: Cli) -> None:
    refused = cli.run("connect", "connectorstaged", "create", *draft("untagged", tag="9.9.9"))
    refused.failed().shows(
        "Repository with the tag is not reachable",
        "Code: GitRepositoryNotReachable",
        "Details: ",
        "9.9.9",
        "Correlation ID: commercetools-cli-",
    )


def test_a_preview_that_fails_shows_the_report(cli: Cli) -> None:
    cli.run("connect", "connectorstaged", "create", *draft("broken", repository=BROKEN)).succeeded()
    failed = cli.run(
        "connect", "connectorstaged", "preview", "--key", "broken",
        "--deployment-key", "broken-preview", "--region", REGION,
    ).failed()  # fmt: skip
    failed.shows(
        "Error Application build check failed (application: greeting)",
        "the build of this example is broken",
        "Cannot proceed with the preview Deployment.",
    )


def test_a_key_that_is_taken_is_shown_with_its_code(cli: Cli, created: Outcome) -> None:
    refused = cli.run("connect", "connectorstaged", "create", *draft(KEY))
    refused.failed().shows("Code: DuplicateField")


def test_a_missing_value_is_shown_with_its_code(cli: Cli, published: tuple[Outcome, Watch]) -> None:
    refused = cli.run(
        "connect", "deployment", "create", "--key", "unsigned", "--connector-key", KEY,
        "--region", REGION,
    )  # fmt: skip
    refused.failed().shows("Code: DeploymentMissingApplicationConfigurationKey", "SIGNING_KEY")


def test_update_sends_several_changes_as_one_version(cli: Cli, created: Outcome) -> None:
    cli.run("connect", "connectorstaged", "create", *draft("renamed")).succeeded()
    updated = cli.run(
        "connect", "connectorstaged", "update", "--key", "renamed", "--name", "Salutation",
        "--repository-url", REPOSITORY, "--private-projects", f"{REGION}:other",
    )  # fmt: skip
    updated.succeeded().shows("has been successfully updated. (version: 2)")
    described = cli.run("connect", "connectorstaged", "describe", "--key", "renamed")
    described.succeeded().shows("name: 'Salutation'", f"privateProjects: [ '{REGION}:other' ]")


def test_update_changes_every_field_it_has_a_flag_for(cli: Cli, created: Outcome) -> None:
    cli.run("connect", "connectorstaged", "create", *draft("changed")).succeeded()
    updated = cli.run(
        "connect", "connectorstaged", "update", "--key", "changed", "--description", "Other words",
        "--creator-email", "grace@example.org", "--integration-types", "tax",
        "--supported-regions", "us-central1.gcp",
    )  # fmt: skip
    updated.succeeded().shows("has been successfully updated. (version: 2)")
    described = cli.run("connect", "connectorstaged", "describe", "--key", "changed").succeeded()
    described.shows(
        "description: 'Other words'", "email: 'grace@example.org'", "integrationTypes: [ 'tax' ]",
        "supportedRegions: [ 'us-central1.gcp' ]",
    )  # fmt: skip


def test_a_review_is_seen_through_the_official_client(cli: Cli, platform: Platform) -> None:
    cli.run("connect", "connectorstaged", "create", *draft("reviewed")).succeeded()
    cli.run("connect", "connectorstaged", "certify", "--key", "reviewed").succeeded()
    path = "/connectors/drafts/key=reviewed"
    with Watch(platform, draft=(path, "status")) as watch:
        cli.run("connect", "connectorstaged", "describe", "--key", "reviewed").succeeded()
        assert watch.at("draft", "ReadyForCertification")
    review = Reviewer(platform, "reviewed")
    review.do("take", version=review.version)
    review.do("comments", comment="Where is the licence?")
    seen = cli.run("connect", "connectorstaged", "describe", "--key", "reviewed").succeeded()
    seen.shows("status: 'InCertification'", "comment: 'Where is the licence?'")
    review.do("reject", version=review.version, reason="There is no licence.")
    seen = cli.run("connect", "connectorstaged", "describe", "--key", "reviewed").succeeded()
    seen.shows("status: 'Failed'", "Certification rejected", "There is no licence.")


def test_certify_hands_the_draft_to_the_reviewers(cli: Cli, platform: Platform) -> None:
    cli.run("connect", "connectorstaged", "create", *draft("candidate")).succeeded()
    cli.run("connect", "connectorstaged", "certify", "--key", "candidate").succeeded().shows(
        "is under review by our certification team"
    )
    path = "/connectors/drafts/key=candidate"
    with Watch(platform, draft=(path, "status")) as watch:
        cli.run("connect", "connectorstaged", "describe", "--key", "candidate").succeeded()
        assert watch.at("draft", "ReadyForCertification")
