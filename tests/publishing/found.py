"""What a connector was found to be, beside its report."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from tests.publishing.conftest import Line, connect_yaml, package_json

from connectory.findings import Finding
from connectory.publishing.model import Product
from connectory.publishing.tables import build_results

LOCK = '{"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {}}}'


def service(
    files: Mapping[str, str], *, scripts: Mapping[str, str] | None = None, **fields: object
) -> dict[str, str | bytes]:
    """A connector with one service of these files, started with ``node index.js``."""
    given = {"start": "node index.js", **(scripts or {})}
    return {
        "connect.yaml": connect_yaml("service"),
        "service/package.json": package_json(scripts=given, **fields),
        "service/package-lock.json": LOCK,
        **{f"service/{name}": text for name, text in files.items()},
    }


async def products(line: Line) -> list[Product]:
    rows = await line.publishing.database.read(
        lambda c: list(c.execute(select(build_results.c.result)).scalars())
    )
    return [msgspec.json.decode(row, type=Product) for row in rows]


async def findings(line: Line, files: Mapping[str, str | bytes], check: str) -> list[Finding]:
    """What building, testing and starting it showed, of one check."""
    await line.published(files)
    found = [one for product in await products(line) for one in product.findings]
    return [one for one in found if one.rule.startswith(f"{check}/")]
