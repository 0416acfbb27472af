"""A public version as it is stored, and what strangers may know of who made it."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row

from connectory.connectors.model import Build, Connector, Creator
from connectory.marketplace.links import web
from connectory.marketplace.model import Maker


class Published(NamedTuple):
    """One public version as it is stored."""

    connector: Connector
    build: Build
    published_at: str


def published(row: Row[Any]) -> Published:
    return Published(
        msgspec.json.decode(row.document, type=Connector),
        msgspec.json.decode(row.build, type=Build),
        row.created_at,
    )


def maker(creator: Creator) -> Maker:
    support = web(creator.support_url)
    return Maker(
        company=creator.company,
        name=creator.name,
        title=creator.title,
        support_url=support,
        email=None if support else creator.email,
    )
