"""What a version changes, and what strangers learn of a report."""

from datetime import date

from tests.findings.samples import AXIOS, CONSOLE, EVAL, report
from tests.marketplace.samples import SPECIFICATION, applications, commit, source

from connectory.certification.evidence import Change
from connectory.connectors.model import Build, Connector, ConnectorStagedDraft, Creator, Repository
from connectory.connectors.progress import published, released
from connectory.connectors.update import create
from connectory.findings import Examination, State
from connectory.findings.exceptions import Waiver
from connectory.findings.exceptions_file import Exceptions
from connectory.marketplace.changes import changes
from connectory.marketplace.model import (
    ApplicationChange,
    Changes,
    ConfigurationChange,
    ShownException,
)
from connectory.marketplace.summary import summary
from connectory.regions import Region
from connectory.wire import replace


def connector(specification: str = SPECIFICATION) -> Connector:
    draft = ConnectorStagedDraft(
        name="Tax",
        creator=Creator(email="a@b.de"),
        repository=Repository(url="https://git.example/x.git", tag="1"),
    )
    return released(published(create("x", draft, source(specification, 1))), 1, certified=True)


def build(*names: str) -> Build:
    return Build(commit(1), "t" * 40, applications(*names))


def test_the_same_content_changes_nothing() -> None:
    found = changes((connector(), build()), (connector(), build()))
    nothing = Changes(
        applications=(), configuration=(), scopes_added=(), scopes_removed=(), regions=None
    )
    assert found == nothing


def test_another_artifact_is_no_change_of_what_runs() -> None:
    other = build()
    moved = tuple(replace(one, artifact=f"sha256:{'b' * 64}") for one in other.applications)
    found = changes((connector(), build()), (connector(), replace(other, applications=moved)))
    assert found.applications == ()


def test_applications_keys_scopes_and_regions_are_compared() -> None:
    text = (
        SPECIFICATION.replace("default: fast", "default: slow")
        .replace("- {key: TOKEN", "- {key: SECRET")
        .replace("[manage_orders]", "[view_orders]")
        .replace("{key: SHOP, description: Which shop, required: true}",
                 "{key: SHOP, description: Which shop}")
    )  # fmt: skip
    after = replace(connector(text), supported_regions=(Region.US_CENTRAL1_GCP,))
    found = changes((connector(), build()), (after, build("service", "other")))
    assert found.applications == (
        ApplicationChange(name="nightly", change=Change.REMOVED),
        ApplicationChange(name="other", change=Change.ADDED),
    )
    assert set(found.configuration) == {
        ConfigurationChange(key="SHOP", application=None, change=Change.CHANGED),
        ConfigurationChange(key="MODE", application="service", change=Change.CHANGED),
        ConfigurationChange(key="TOKEN", application="service", change=Change.REMOVED),
        ConfigurationChange(key="SECRET", application="service", change=Change.ADDED),
    }
    assert found.scopes_added == ("view_orders",)
    assert found.scopes_removed == ("manage_orders",)
    assert found.regions == (Region.US_CENTRAL1_GCP,)


def test_a_key_that_becomes_secured_has_changed() -> None:
    standard = "        - {key: MODE, description: How it works, default: fast}\n"
    secured = "        - {key: MODE, description: How it works}\n        - {key: TOKEN"
    text = SPECIFICATION.replace(f"      standardConfiguration:\n{standard}", "")
    text = text.replace("        - {key: TOKEN", secured)
    found = changes((connector(), build()), (connector(text), build()))
    expected = ConfigurationChange(key="MODE", application="service", change=Change.CHANGED)
    assert found.configuration == (expected,)


def test_findings_are_counted_by_check_and_severity_without_their_places() -> None:
    waiver = Waiver(rule="code/eval", reason="Only for the build", expires=date(2027, 1, 1))
    unjudged = Examination("secrets", State.NO_DATA)
    found = summary(
        report(EVAL, CONSOLE, AXIOS, examinations=[unjudged], read=Exceptions((waiver,)))
    )
    by_name = {one.name: one for one in found.checks}
    assert by_name["code"].found == {"BLOCKER": 1, "MINOR": 1}
    assert by_name["dependencies"].found == {"HIGH": 1}
    assert by_name["secrets"].state is State.NO_DATA
    assert not found.complete
    assert found.exceptions == (
        ShownException(
            rule="code/eval", reason="Only for the build", expires="2027-01-01", application=None
        ),
    )
