"""What a program's output says went wrong: the cause in one sentence, and what helps. Pure."""

import re
from collections.abc import Callable

from connectory.publishing.tools.causes import KNOWN, Cause
from connectory.toolchains import managers

NOISE = re.compile(
    r"^(?:npm (?:error|ERR!) A complete log|npm (?:error|ERR!)\s+/\S+debug-\d+\.log"
    r"|npm notice|npm warn|warning |info ).*$",
    re.MULTILINE | re.IGNORECASE,
)
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
MOMENTS = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?")
DURATIONS = re.compile(
    r" ?\(?\b\d+(?:\.\d+)? ?(?:ms|milliseconds)\b\)?"
    r"|^(?:Time: |Start at |Duration |Finished in |Done in )[^\n]*",
    re.MULTILINE,
)
LONGEST_NAME = 300
LONGEST_LINE = 500
LONGEST_WORDS = 120
Ours = Callable[[str, tuple[str, ...]], bool]


def explain(output: str) -> tuple[str, str] | None:
    """Cause and fix of a known failure, None for one that only the output itself explains."""
    text = "\n".join(line[:LONGEST_LINE] for line in ESCAPES.sub("", output).split("\n"))
    for known in KNOWN:
        match = known.pattern.search(text)
        if match:
            names = [(group or "").strip()[:LONGEST_NAME] for group in match.groups()]
            said = known.text.format(*names).strip() + _others(known, text)
            return said, known.fix.format(*names)
    return None


def is_ours(output: str, refused_hosts: tuple[str, ...]) -> bool:
    """Whether the registry was out of reach of a package manager, rather than a host that is
    never allowed."""
    return not refused_hosts and managers.NETWORK.search(output) is not None


def manager_is_ours(output: str, refused_hosts: tuple[str, ...]) -> bool:
    """The same of a script: only if a package manager that it called says so. What else it could
    not reach is its own doing."""
    return is_ours("\n".join(managers.LINE.findall(output)), refused_hosts)


def never_ours(_output: str, _refused_hosts: tuple[str, ...]) -> bool:
    """For what asks no registry for anything: what it cannot reach is its own doing."""
    return False


def without_noise(output: str) -> str:
    """The output without notices and deprecations, unless there is nothing else."""
    text = re.sub(r"\n{2,}", "\n", NOISE.sub("", output)).strip()
    return text or output.strip()


def local(output: str, root: str) -> str:
    """The output with the files below ``root`` as paths from there: ``./service/index.js``."""
    return output.replace(f"file://{root}/", "./").replace(f"{root}/", "./")


def steady(output: str) -> str:
    """The output without what differs each time: moments and durations."""
    return DURATIONS.sub("", MOMENTS.sub("", output))


def last_words(output: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in ESCAPES.sub("", output).split("\n") if line.strip()]
    return lines[-1][:LONGEST_WORDS] if lines else ""


def _others(known: Cause, text: str) -> str:
    count = len(known.pattern.findall(text)) - 1 if known.counted else 0
    plural = "s" if count > 1 else ""
    return f" (and {count} more {known.counted}{plural})" if count > 0 else ""
