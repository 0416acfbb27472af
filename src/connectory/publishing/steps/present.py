"""Keep what the Marketplace shows of a commit, while its files are at hand."""

import asyncio
import hashlib
from collections.abc import Iterable
from pathlib import Path

from connectory.durable import Run
from connectory.findings.report import FullReport
from connectory.marketplace.files import (
    LOGO_LIMIT,
    README_LIMIT,
    image_type,
    logos,
    markdown,
    readmes,
)
from connectory.marketplace.links import Place, repository_page
from connectory.marketplace.model import Readme
from connectory.marketplace.presentation import Logo, Presentation, keep
from connectory.marketplace.readme import plain
from connectory.marketplace.rendering import rendered
from connectory.marketplace.summary import summary
from connectory.publishing import source
from connectory.publishing.context import Publishing
from connectory.publishing.model import Plan
from connectory.publishing.steps.specification import lay_out


async def present(publishing: Publishing, run: Run, plan: Plan, full: FullReport) -> None:
    """Keeps README, logo and the summary of the report. Raises ``Rejected`` for a tree not safe to
    look at."""
    await lay_out(publishing, run.id, plan.revision)
    root = publishing.folder(run.id).source
    paths = [one.path for one in await publishing.repositories.files(plan.revision)]
    shown = Presentation(
        readme=await asyncio.to_thread(readme_in, root, paths, plan),
        logo=logo_in(root, paths),
        findings=summary(full),
    )
    await publishing.database.write(lambda c: keep(c, run.resource_id, plan.commit, shown))


def readme_in(root: Path, paths: Iterable[str], plan: Plan) -> Readme | None:
    """The first README that can be read, as HTML. Blocks for as long as that takes."""
    for path in readmes(paths):
        content = source.read(root, path, README_LIMIT)
        if content is not None:
            return Readme(path=path, html=_html(path, content, plan))
    return None


def logo_in(root: Path, paths: Iterable[str]) -> Logo | None:
    """The first logo that is an image, whatever its name says."""
    for path in logos(paths):
        content = source.read(root, path, LOGO_LIMIT)
        kind = image_type(content) if content else None
        if content and kind:
            return Logo(kind, hashlib.sha256(content).hexdigest(), content)
    return None


def _html(path: str, content: bytes, plan: Plan) -> str:
    text = content.decode("utf-8-sig", "replace")
    if not markdown(path):
        return plain(text)
    place = Place(
        url=repository_page(plan.url) or "",
        commit=plan.commit,
        folder=path.rpartition("/")[0],
    )
    return rendered(text, place)
