"""connect.yaml and connectory-exceptions.yaml that are made to break what reads them."""

from tests.hostile.case import SPECIFICATION, Case, Connector, Contained, Files, Found, Refused
from tests.hostile.cases.connectors import honest

SERVICE = "  - name: service\n    applicationType: service\n    endpoint: /service\n"
YAML = f"deployAs:\n{SERVICE}"


def yaml(name: str, tries: str, text: str | bytes, says: str = "problem") -> Case:
    files = {**honest(), "connect.yaml": text}
    return Case("specifications", name, tries, Connector(files), Refused(SPECIFICATION, says))


def odd(name: str, tries: str, text: str | bytes, never: str = "") -> Case:
    files = {**honest(), "connect.yaml": text}
    return Case("specifications", name, tries, Connector(files), Contained(never=never))


def exceptions(text: str | bytes) -> Files:
    return {**honest(), "connectory-exceptions.yaml": text}


def waiving(name: str, tries: str, text: str | bytes, rule: str, says: str = "") -> Case:
    return Case("exceptions", name, tries, Connector(exceptions(text)), Found(rule, says))


LAUGHS = "x0: &x0 [a]\n" + "".join(
    f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
WAIVER = "- rule: '{}'\n  reason: It does not apply to this connector at all.\n  expires: {}\n"
CASES = (
    yaml("billion laughs", "to multiply aliases", LAUGHS + "deployAs: *x9\n", "exhaustion"),
    yaml("alias of itself", "a value that contains itself", "deployAs: &a [*a]\n"),
    yaml("deep nesting", "to be nested deeper than any stack", "deployAs: " + "[" * 100_000),
    yaml("deep mappings", "the same with mappings", "deployAs:\n" + "".join(
        f"{' ' * depth}a:\n" for depth in range(1, 900))),
    yaml("large scalar", "a text of 10 MB", YAML + "x: '" + "a" * 10_000_000 + "'\n", "larger"),
    yaml("large scalar that is read", "a text as large as is read",
         f"deployAs:\n  - name: service\n    endpoint: /{'a' * 900_000}\n"),
    odd("Python object", "an object that runs a command",
        YAML + "x: !!python/object/apply:os.system ['touch @FOLDER@/yaml']\n"),
    yaml("Python name", "a function as a value",
         f"deployAs:\n{SERVICE}    scripts: !!python/name:os.system ''\n"),
    odd("merge keys", "a thousand merged keys",
        "a: &a {" + ", ".join(f"k{n}: 1" for n in range(1000)) + f"}}\n{YAML}    <<: [*a, *a]\n"),
    odd("prototype", "the prototype of all objects",
        f"__proto__: {{polluted: true}}\n{YAML}    constructor: {{prototype: {{x: 1}}}}\n"),
    yaml("a key twice", "to be read differently by two readers", f"{YAML}{YAML}"),
    yaml("binary", "to be no text", bytes(range(256)) * 8),
    yaml("UTF-16", "to be read as another text", YAML.encode("utf-16")),
    yaml("two documents", "a second document behind the first", f"{YAML}---\n{YAML}"),
    odd("escapes in a name", "the reader's terminal by an application's name",
        'deployAs:\n  - name: "a\\e[2J\\u202Eb"\n    applicationType: service\n    endpoint: /a\n'),
    yaml("folder outside", "an application above the repository",
         YAML.replace("name: service", "name: ../../etc")),
    yaml("absolute folder", "an application of the host", YAML.replace("name: service",
                                                                      "name: /etc")),
    odd("option as a name", "an option of a program", YAML.replace("name: service",
                                                                   "name: --help")),
    odd("many applications", "a hundred applications that are not there",
        "deployAs:\n" + "".join(
            SERVICE.replace("service\n    a", f"s{n}\n    a", 1) for n in range(100))),
    odd("endless schedule", "to make the reader of schedules slow",
        "deployAs:\n  - name: service\n    applicationType: job\n    endpoint: /service\n"
        f"    properties:\n      schedule: '{'1,' * 50_000}1 * * * *'\n"),
    waiving("exceptions of everything", "to wave everything through",
            WAIVER.format("*", "2027-01-01"), "exceptions/invalid"),
    waiving("exceptions for ever", "never to expire",
            WAIVER.format("specification/unpinned-node", "9999-12-31"), "exceptions/invalid"),
    waiving("exceptions that multiply", "to multiply aliases in another file",
            LAUGHS + "- *x9\n", "exceptions/invalid"),
    waiving("large exceptions", "to be too large to read", "- x\n" * 100_000,
            "exceptions/invalid", "larger"),
    waiving("many exceptions", "more entries than are read", "- x\n" * 5_000,
            "exceptions/invalid"),
    waiving("escapes in a reason", "the reader's terminal by a reason",
            '- rule: "size/x\\e[2J"\n  reason: "\\u202Egone \\e]0;x\\a for a good reason"\n'
            "  expires: 2026-12-31\n", "exceptions/invalid"),
    waiving("exceptions in binary", "to be no text", bytes(range(256)), "exceptions/invalid"),
)  # fmt: skip
