"""The Marketplace's pages: for everyone, without signing in."""

from starlette.routing import BaseRoute, Route

from connectory.console.marketplace import connector, searching

ROUTES: list[BaseRoute] = [
    Route("/marketplace", searching.show),
    Route("/marketplace/key={key}", connector.show),
    Route("/marketplace/{id}", connector.show),
    Route("/marketplace/{id}/logo", connector.logo),
]
