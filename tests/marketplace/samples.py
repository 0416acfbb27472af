"""Connectors as their publishing leaves them, written through the stores it uses."""

import itertools
import uuid
from typing import Any

from sqlalchemy import Connection
from tests.findings.samples import CONSOLE, EVAL, report

from connectory.auth import Project
from connectory.connectors import store
from connectory.connectors.model import (
    Build,
    BuiltApplication,
    Connector,
    ConnectorStagedDraft,
    Creator,
    IntegrationType,
    Repository,
    Source,
)
from connectory.connectors.progress import published, released
from connectory.connectors.update import create
from connectory.database import Database
from connectory.marketplace.model import FindingsSummary, Readme
from connectory.marketplace.presentation import Logo, Presentation, keep
from connectory.marketplace.summary import summary
from connectory.specification import ApplicationType, parse
from connectory.wire import replace

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><circle r='9'/></svg>"
SPECIFICATION = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
    configuration:
      standardConfiguration:
        - {key: MODE, description: How it works, default: fast}
      securedConfiguration:
        - {key: TOKEN, description: What it needs, required: true}
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 3 * * *"
inheritAs:
  apiClient:
    scopes: [manage_orders]
  configuration:
    standardConfiguration:
      - {key: SHOP, description: Which shop, required: true}
"""
COUNTER = itertools.count(1)


def commit(number: int) -> str:
    return f"{number:040x}"


def applications(*names: str) -> tuple[BuiltApplication, ...]:
    return tuple(
        BuiltApplication(
            name=name,
            type=ApplicationType.SERVICE if name == "service" else ApplicationType.JOB,
            endpoint=f"/{name}",
            artifact=f"sha256:{'a' * 64}",
            command=("true",),
            directory=name,
            node=None,
            schedule=None if name == "service" else "0 3 * * *",
        )
        for name in names or ("service", "nightly")
    )


def findings() -> FindingsSummary:
    return summary(report(EVAL, CONSOLE))


def shown(**changes: Any) -> Presentation:
    logo = Logo("image/svg+xml", "5" * 64, SVG)
    kept = Presentation(Readme(path="README.md", html="<h3>Hello</h3>"), logo, findings())
    return kept._replace(**changes)


class Market:
    """Publishes into one Project of a database."""

    def __init__(self, database: Database, project: Project) -> None:
        self.database = database
        self.project = project

    def publish(
        self,
        name: str = "Tax",
        description: str = "",
        *,
        public: bool = True,
        certified: bool = True,
        specification: str = SPECIFICATION,
        present: Presentation | None = None,
        **changes: Any,
    ) -> Connector:
        number = next(COUNTER)
        given: dict[str, Any] = {
            "key": f"connector-{number}",
            "name": name,
            "description": description,
            "integration_types": (IntegrationType.TAX,),
            "creator": Creator(email="ada@example.org", company="Acme"),
            "repository": Repository(url="https://github.com/acme/tax.git", tag="1.0.0"),
        }
        draft = ConnectorStagedDraft(**(given | changes))
        staged = create(str(uuid.uuid4()), draft, source(specification, number))

        def work(connection: Connection) -> Connector:
            store.insert_staged(connection, staged, self.project, commit(number))
            return self._release(connection, staged.id, number, public, certified, present)

        return self.database.write_blocking(work)

    def again(
        self,
        connector: Connector,
        *,
        public: bool = True,
        specification: str = SPECIFICATION,
        running: tuple[BuiltApplication, ...] | None = None,
        present: Presentation | None = None,
        **changes: Any,
    ) -> Connector:
        """The next version, of another commit."""
        number = next(COUNTER)
        said = source(specification, number)

        def work(connection: Connection) -> Connector:
            before = store.staged_with_id(connection, connector.id).staged
            changed = replace(
                before,
                version=before.version + 1,
                configurations=said.configurations,
                global_configuration=said.global_configuration,
                api_client=said.api_client,
                **changes,
            )
            store.save_staged(connection, changed, expected=before.version, commit=commit(number))
            return self._release(connection, connector.id, number, public, public, present, running)

        return self.database.write_blocking(work)

    def unlist(self, connector: Connector) -> None:
        self.database.write_blocking(lambda c: store.unlist_connector(c, connector.id))

    def _release(
        self,
        connection: Connection,
        id_: str,
        number: int,
        public: bool,
        certified: bool,
        present: Presentation | None,
        running: tuple[BuiltApplication, ...] | None = None,
    ) -> Connector:
        if present:
            keep(connection, id_, commit(number), present)
        before = store.staged_with_id(connection, id_).staged
        staged = replace(published(before), private=not public)
        version = store.next_version(connection, id_)
        connector = released(staged, version, certified=certified)
        build = Build(commit(number), "t" * 40, running or applications())
        store.insert_connector(connection, connector, self.project.organization_id, build)
        store.save_staged(connection, staged, expected=before.version)
        return connector


def source(specification: str, number: int) -> Source:
    from connectory.connectors.model import source as said

    return said(commit(number), parse(specification.encode()))
