"""What was found, and what of it would stop a connector."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.seeded.seed import Files, Seed, laid_out

from connectory.findings import Finding
from connectory.findings.policy import Effect, Policy, Stage, judge
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.registry import checks, rules
from connectory.publishing.checks.running import examine

SECRETS = "secrets"
QUICK = tuple(check for check in checks() if check.name != SECRETS)
SCANNER = tuple(check for check in checks() if check.name == SECRETS)


async def quick(bench: Bench, root: Path, files: Files) -> list[Finding]:
    """What all checks of files have to say, but the scanner for secrets: it takes seconds for any
    number of files, and looks at many connectors at once."""
    examined = await examine(laid_out(root, files), bench, QUICK)
    return [finding for each in examined for finding in each.findings]


async def scanned(
    bench: Bench, root: Path, connectors: Iterable[Files]
) -> dict[int, list[Finding]]:
    """Secrets in the files of each of these, by its number."""
    together: Files = {}
    for number, files in enumerate(connectors):
        together |= {"connect.yaml": files["connect.yaml"]}
        together |= {f"{number:03}/{path}": content for path, content in files.items()}
    (examination,) = await examine(laid_out(root, together), bench, SCANNER)
    found: dict[int, list[Finding]] = {}
    for one in examination.findings:
        folder, _, path = (one.path or "").partition("/")
        moved = Finding(one.rule, one.severity, one.what, None, path, one.line, one.about)
        found.setdefault(int(folder), []).append(moved)
    return found


def blocking(found: Iterable[Finding]) -> list[str]:
    """What stops it on its way to the Marketplace, the strictest way there is."""
    judged = judge(found, rules(), Stage.CERTIFICATION, Policy(), (), date(2026, 1, 1))
    return [shown([one.finding]) for one in judged if one.effect is Effect.BLOCKS]


def is_found(seed: Seed, found: Iterable[Finding]) -> bool:
    same = (one for one in found if one.rule == seed.rule)
    there = (one for one in same if not seed.at or one.path == seed.at)
    return any(seed.line is None or one.line == seed.line for one in there)


def shown(found: Iterable[Finding]) -> str:
    return ", ".join(f"{one.rule} {one.place}" for one in found) or "nothing"


def mistaken(seed: Seed, found: Iterable[Finding]) -> list[str]:
    """What is wrong about these findings in the seed's clean twin."""
    listed = list(found)
    wrong = [f"{seed}: stopped by {one}" for one in blocking(listed)]
    if any(one.rule == seed.rule for one in listed):
        wrong.append(f"{seed}: its twin is taken for it; {shown(listed)}")
    return wrong


def missing(seed: Seed, found: Iterable[Finding]) -> list[str]:
    """A flaw that is not found although it should be; or that is, and is listed as missed."""
    listed = list(found)
    if is_found(seed, listed) == bool(seed.missed):
        return [f"{seed}: {'now found' if seed.missed else 'missed'}; {shown(listed)}"]
    return []
