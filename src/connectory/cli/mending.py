"""``connectory validate --fix``: mend a copy, prove it by validating that, then write it back."""

import asyncio
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from connectory.cli.screen import person

if TYPE_CHECKING:
    from connectory.cli.validate import For
    from connectory.findings.report import FullReport
    from connectory.publishing import Publishing
    from connectory.publishing.mending import Mended


async def mend(
    publishing: "Publishing", folder: Path, wanted: "For", report: "FullReport"
) -> "FullReport":
    """The report on what the folder holds afterwards. Files are changed only when the copy with
    the same changes has fewer findings, and nothing that did not stop it before."""
    from connectory.cli.validate import validated
    from connectory.publishing import mending

    copy = publishing.directory / f"mending-{uuid.uuid4().hex}" / folder.resolve().name
    try:
        await asyncio.to_thread(_copied, folder, copy)
        mended = await mending.mend(publishing, report, copy)
        _tell(mended)
        if not mended.files:
            return report
        after = await validated(publishing, copy, wanted)
        if not better(report, after):
            person.print("The changes did not help, so nothing was changed.")
            return report
        await asyncio.to_thread(_write, folder, mended.files)
        return after
    finally:
        await asyncio.to_thread(shutil.rmtree, copy.parent, ignore_errors=True)


def better(before: "FullReport", after: "FullReport") -> bool:
    """Fewer findings, and nothing stops it that did not before."""
    known = {one.id for one in before.blocking}
    worse = [one for one in after.blocking if one.id not in known]
    return not worse and len(after.findings) < len(before.findings)


def _copied(folder: Path, copy: Path) -> None:
    """What is installed or built is of no use to the copy, and Git's own folder is not ours."""
    left_out = shutil.ignore_patterns("node_modules", ".git", "dist", "build", ".next")
    copy.parent.mkdir(parents=True)
    copy.parent.chmod(0o711)
    shutil.copytree(folder, copy, symlinks=True, ignore=left_out)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        place = folder / name
        fresh = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
        fresh.write_bytes(content)
        if place.exists():
            shutil.copymode(place, fresh)
        else:
            fresh.chmod(0o644)
        fresh.replace(place)


def _tell(mended: "Mended") -> None:
    if not (mended.said or mended.left or mended.failed):
        person.print("There is nothing here that a machine can mend.")
    for line in mended.said:
        person.print(f"[green]changed[/]  {line}")
    for line in mended.left:
        person.print(f"[yellow]left[/]     {line}: a new major version, which may need your code")
    for line in mended.failed:
        person.print(f"[red]failed[/]   {line}")
