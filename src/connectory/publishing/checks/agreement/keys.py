"""The configuration keys of connect.yaml against the variables that the code reads."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.environment import Environment, Read
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.lines import FILE
from connectory.publishing.checks.agreement.spelling import misspelled
from connectory.publishing.checks.agreement.variables import LIBRARIES, declared, is_given, keys
from connectory.specification import ApplicationType, Configuration, Specification

UNDECLARED_KEY = Rule(
    "specification/undeclared-key",
    Severity.MAJOR,
    "The code reads a variable that connect.yaml does not declare",
    "An application is given the keys that connect.yaml declares and no others. Nobody can set "
    "this one, so it is undefined wherever the connector is installed.",
    "Declare the key in connect.yaml, or do without it.",
)
UNREAD_KEY = Rule(
    "specification/unread-key",
    Severity.MINOR,
    "A declared configuration key is never read",
    "Whoever installs the connector is asked for a value that nothing uses. Often the code reads "
    "another name.",
    "Remove the key from connect.yaml, or read it.",
)
MISSPELLED_KEY = Rule(
    "specification/misspelled-key",
    Severity.MAJOR,
    "The code reads a variable under another name than connect.yaml declares",
    "Names of variables must be the same to the letter. The declared key is never read, and the "
    "one that is read is undefined.",
    "Use one name in both places.",
)
RULES = (UNDECLARED_KEY, UNREAD_KEY, MISSPELLED_KEY)
SETTING = re.compile(r"(?:^|[\s;&])([A-Za-z_]\w*)=", re.MULTILINE)
MERCHANT_CENTER = re.compile(r"\$\{env:(\w+)\}")
MOST_KEYS = 300
KEPT_FILES = re.compile(r"^\.env(\.(local|production|prod))?$")


def findings(
    files: ApplicationFiles, environment: Environment, specification: Specification
) -> Iterator[Finding]:
    """What one application reads and is not given, and what it is given and does not read."""
    given = declared(files.application, specification)
    reads = _reads_by_name(files, environment, given)
    own = _unmentioned(files, keys(files.application.configuration), environment)
    typos = {name: key for name in reads if (key := misspelled(name, own))}
    for name, places in reads.items():
        if name in typos:
            yield _typo(files, name, typos[name], places)
        else:
            yield _undeclared(files, name, places)
    for key in own:
        if key not in typos.values():
            yield _unread(key, files)


def shared_findings(
    specification: Specification, applications: Sequence[tuple[ApplicationFiles, Environment]]
) -> Iterator[Finding]:
    """Shared keys that no application reads."""
    shared = keys(specification.global_configuration or Configuration())
    unread = set(shared)
    for files, environment in applications:
        unread &= set(_unmentioned(files, shared, environment))
    for key in shared:
        if key in unread and applications:
            yield _unread(key, applications[0][0], shared=True)


def _reads_by_name(
    files: ApplicationFiles, environment: Environment, given: frozenset[str]
) -> Mapping[str, list[Read]]:
    known = given | environment.set | _set_elsewhere(files)
    grouped: dict[str, list[Read]] = {}
    for read in (*environment.reads, *_merchant_center(files)):
        if read.name not in known and not is_given(read.name):
            grouped.setdefault(read.name, []).append(read)
    return grouped


def _set_elsewhere(files: ApplicationFiles) -> frozenset[str]:
    """Names that scripts or committed .env files give values."""
    held = [files.commands, *_kept_files(files)]
    return frozenset(name for text in held for name in SETTING.findall(text))


def _kept_files(files: ApplicationFiles) -> Iterator[str]:
    for name in sorted(files.names):
        if KEPT_FILES.match(name):
            yield files.candidate.text(f"{files.name}/{name}") or ""


def _merchant_center(files: ApplicationFiles) -> Iterator[Read]:
    """``${env:NAME}`` of the configuration of a Merchant Center application."""
    for path, text in files.texts.items():
        if "-config." in path and "${env:" in text:
            for match in islice(MERCHANT_CENTER.finditer(text), MOST_KEYS):
                yield Read(match[1], path, text.count("\n", 0, match.start()) + 1)


def _unmentioned(
    files: ApplicationFiles, names: Iterable[str], environment: Environment
) -> tuple[str, ...]:
    """The names that no file of the application holds, if that means that nothing reads them."""
    if environment.computed or files.package is None:
        return ()
    waiting = [name for name in names if not LIBRARIES.match(name)][:MOST_KEYS]
    for text in files.texts.values():
        waiting = [name for name in waiting if not _holds(text, name)]
    return tuple(waiting)


def _holds(text: str, name: str) -> bool:
    """As a word of its own: BATCH_SIZES does not read BATCH_SIZE."""
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _undeclared(files: ApplicationFiles, name: str, places: Sequence[Read]) -> Finding:
    needed = [place for place in places if not place.spared]
    first = (needed or places)[0]
    times = "once" if len(places) == 1 else f"{len(places)} times"
    without = "" if needed else ", with something in its place"
    return found(
        UNDECLARED_KEY,
        f"{files.name} reads {name} ({times}{without}), which connect.yaml does not declare.",
        severity=Severity.MAJOR if needed and _configurable(files) else Severity.MINOR,
        application=files.name,
        path=first.path,
        line=first.line,
        about=name,
        fix=_declare(files, name),
        evidence=_places(places),
    )


def _typo(files: ApplicationFiles, name: str, key: str, places: Sequence[Read]) -> Finding:
    line = files.written.key(files.name, key)
    return found(
        MISSPELLED_KEY,
        f"{files.name} reads {name}, but connect.yaml declares {key}: one is misspelled.",
        application=files.name,
        path=places[0].path,
        line=places[0].line,
        about=name,
        fix=f"Read {key}, or declare {name} in place of {key} (line {line} of connect.yaml).",
        evidence=_places(places),
    )


def _unread(key: str, files: ApplicationFiles, *, shared: bool = False) -> Finding:
    where = "inheritAs" if shared else files.name
    nobody = "no application reads" if shared else "it never reads"
    return found(
        UNREAD_KEY,
        f"The configuration of {where} has {key}, which {nobody}.",
        application=None if shared else files.name,
        path=FILE,
        line=files.written.key(None if shared else files.name, key),
        about=key,
        fix=f"Remove {key} from the configuration of {where}, or read it.",
    )


def _configurable(files: ApplicationFiles) -> bool:
    return files.application.type is not ApplicationType.ASSETS


def _declare(files: ApplicationFiles, name: str) -> str:
    if not _configurable(files):
        return (
            f"An assets application has no configuration: write the value of {name} into the code "
            "or a committed .env.production, or ask for it when the page runs."
        )
    secret = re.search(r"SECRET|PASSWORD|TOKEN|PRIVATE|API_?KEY", name)
    kind = "securedConfiguration" if secret and files.served else "standardConfiguration"
    return f"Add {name} under {kind} of the application {files.name} in connect.yaml."


def _places(places: Sequence[Read]) -> str:
    shown = [f"{place.path}:{place.line}" for place in places[:5]]
    return "\n".join([*shown, *(["…"] if len(places) > 5 else [])])
