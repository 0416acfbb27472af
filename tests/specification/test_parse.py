"""What a valid file is read into."""

from pathlib import Path

import pytest

from connectory.specification import (
    Application,
    ApplicationType,
    Configuration,
    ExponentialBackoff,
    HealthCheck,
    Immediate,
    Scripts,
    SecuredKey,
    Specification,
    SpecificationInvalid,
    StandardKey,
    parse,
)

CORPUS = Path(__file__).parent / "corpus"

EVERYTHING = """
inheritAs:
  configuration:
    standardConfiguration:
      - key: CLOUD_IDENTIFIER
        description: The cloud
        required: true
  apiClient:
    scopes: [manage_orders, view_products]
deployAs:
  - name: listener
    applicationType: event
    endpoint: /listener
    scripts:
      postDeploy: npm run connector:post-deploy
    configuration:
      standardConfiguration:
        - key: GREETING
          description: What to say
          default: hello
      securedConfiguration:
        - key: API_KEY
          description: The key
          required: true
    healthCheck:
      path: /health
      intervalSeconds: 10
    retryPolicy:
      strategy: exponential-backoff
      minBackoffSeconds: 10
      maxBackoffSeconds: 600
  - name: cleaner
    applicationType: job
    endpoint: /cleaner
    properties:
      schedule: "*/5 * * * *"
  - name: panel
    applicationType: mc-app
    configuration:
      standardConfiguration:
        - {key: CUSTOM_APPLICATION_ID, description: id, required: true}
        - {key: ENTRY_POINT_URI_PATH, description: path, required: true}
"""

CONTACT = """
deployAs:
  - name: contact
    applicationType: event
    endpoint: /contact
    retryPolicy: {strategy: immediate}
"""


def test_every_part_of_a_file_reaches_the_model() -> None:
    listener = Application(
        name="listener",
        type=ApplicationType.EVENT,
        endpoint="/listener",
        scripts=Scripts(post_deploy="npm run connector:post-deploy"),
        configuration=Configuration(
            standard=(StandardKey("GREETING", "What to say", default="hello"),),
            secured=(SecuredKey("API_KEY", "The key", required=True),),
        ),
        health_check=HealthCheck("/health", interval_seconds=10),
        retry_policy=ExponentialBackoff(10, 600),
    )
    cleaner = Application(
        "cleaner", ApplicationType.JOB, endpoint="/cleaner", schedule="*/5 * * * *"
    )
    panel = Application(
        "panel",
        ApplicationType.MERCHANT_CENTER_CUSTOM_APPLICATION,
        configuration=Configuration(
            standard=(
                StandardKey("CUSTOM_APPLICATION_ID", "id", required=True),
                StandardKey("ENTRY_POINT_URI_PATH", "path", required=True),
            )
        ),
    )
    cloud = StandardKey("CLOUD_IDENTIFIER", "The cloud", required=True)
    assert parse(EVERYTHING) == Specification(
        applications=(listener, cleaner, panel),
        global_configuration=Configuration(standard=(cloud,)),
        api_client_scopes=("manage_orders", "view_products"),
    )


def test_what_a_file_leaves_out_is_none() -> None:
    specification = parse("deployAs: []")
    assert specification == Specification(())
    assert specification.global_configuration is None
    assert specification.api_client_scopes is None


def test_an_immediate_retry() -> None:
    (contact,) = parse(CONTACT).applications
    assert contact.retry_policy == Immediate()


def test_an_alias_gives_two_applications_the_same_configuration() -> None:
    first, second = parse("""
deployAs:
  - {name: one, applicationType: service, endpoint: /one, configuration: &shared
      {securedConfiguration: [{key: TOKEN, description: d}]}}
  - {name: two, applicationType: service, endpoint: /two, configuration: *shared}
""").applications
    assert first.configuration == second.configuration
    assert first.configuration.secured == (SecuredKey("TOKEN", "d"),)


def test_a_block_scalar_keeps_its_lines() -> None:
    (application,) = parse((CORPUS / "variants/yaml-block-scalar.yaml").read_bytes()).applications
    assert application.scripts == Scripts("npm ci\nnpm run build\n", "npm run pre")


def test_bytes_and_text_are_read_alike() -> None:
    assert parse(EVERYTHING.encode()) == parse(EVERYTHING)
    assert parse("\ufeff" + EVERYTHING) == parse(EVERYTHING)
    assert parse(EVERYTHING.replace("\n", "\r\n")) == parse(EVERYTHING)


def test_all_problems_travel_in_the_error() -> None:
    with pytest.raises(SpecificationInvalid) as caught:
        parse("deployAs: [{name: x, applicationType: assets, cpu: 1}]\nextra: 1")
    said = [
        "[deployAs.0.name]: Invalid",
        "[deployAs.0]: Unrecognized key(s) in object: 'cpu'",
        "[file content]: Unrecognized key(s) in object: 'extra'",
    ]
    assert [str(problem) for problem in caught.value.problems] == said
    assert str(caught.value) == "\n".join(said)
