"""Plans of runs, results by content, and builds that wait for a review."""

from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Table, delete, insert, select

from connectory.connectors.model import Build
from connectory.publishing.model import Plan, Product
from connectory.publishing.tables import build_results, publishing_builds, publishing_plans
from connectory.wire import encode, now, timestamp


def save_plan(connection: Connection, run_id: str, plan: Plan) -> None:
    _put(connection, publishing_plans, publishing_plans.c.run_id, run_id, plan=_text(plan))


def plan_of(connection: Connection, run_id: str) -> Plan | None:
    row = connection.execute(
        select(publishing_plans.c.plan).where(publishing_plans.c.run_id == run_id)
    ).scalar()
    return msgspec.json.decode(row, type=Plan) if row else None


def forget_plan(connection: Connection, run_id: str) -> None:
    connection.execute(delete(publishing_plans).where(publishing_plans.c.run_id == run_id))


def save_product(connection: Connection, key: str, product: Product) -> None:
    """Remember what the content named by ``key`` was built to."""
    moment = timestamp(now())
    _put(
        connection, build_results, build_results.c.key, key,
        result=_text(product), created_at=moment,
    )  # fmt: skip


def product_of(connection: Connection, key: str) -> Product | None:
    row = connection.execute(
        select(build_results.c.result).where(build_results.c.key == key)
    ).scalar()
    return msgspec.json.decode(row, type=Product) if row else None


def artifacts_in_use(connection: Connection) -> frozenset[str]:
    """The digests that results by content and builds under review refer to."""
    rows = connection.execute(select(build_results.c.result)).scalars()
    products = (msgspec.json.decode(row, type=Product) for row in rows)
    waiting = connection.execute(select(publishing_builds.c.build)).scalars()
    return frozenset(product.artifact for product in products if product.artifact).union(
        *(msgspec.json.decode(one, type=Build).artifacts for one in waiting)
    )


def forget_products(connection: Connection, before: str) -> None:
    """Results made before that moment are made again when they are asked for."""
    connection.execute(delete(build_results).where(build_results.c.created_at < before))


def save_waiting(connection: Connection, connector_id: str, build: Build) -> None:
    """The build that is released when the reviewers agree."""
    column = publishing_builds.c.connector_id
    _put(connection, publishing_builds, column, connector_id, build=_text(build))


def build_waiting(connection: Connection, connector_id: str) -> Build | None:
    row = connection.execute(
        select(publishing_builds.c.build).where(publishing_builds.c.connector_id == connector_id)
    ).scalar()
    return msgspec.json.decode(row, type=Build) if row else None


def forget_waiting(connection: Connection, connector_id: str) -> None:
    """The review is over: what was built for it is released, or not needed."""
    table = publishing_builds
    connection.execute(delete(table).where(table.c.connector_id == connector_id))


def _put(
    connection: Connection, table: Table, column: Column[Any], key: str, **values: str
) -> None:
    """Insert or replace, in words that both databases know."""
    connection.execute(delete(table).where(column == key))
    connection.execute(insert(table).values({column.name: key, **values}))


def _text(value: msgspec.Struct) -> str:
    return encode(value).decode()
