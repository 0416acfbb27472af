"""Files for the checks that read them: parsers, scanners and our own expressions."""

import io
import zipfile

from tests.hostile.case import Case, Connector, Contained, Files
from tests.hostile.cases.connectors import LISTEN, honest


def holding(**files: str | bytes) -> Files:
    own = {f"service/src/{name.replace('_', '.')}": text for name, text in files.items()}
    return {**honest(), **own}


def case(name: str, tries: str, files: Files, status: str = "Published") -> Case:
    return Case("sources", name, tries, Connector(files), Contained(status))


def zipped(levels: int) -> bytes:
    """An archive of archives of ten times itself."""
    data = bytes(1024 * 1024)
    for _ in range(levels):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", data)
        data = buffer.getvalue()
    return data


CASES = (
    case("nested code", "to be nested deeper than a parser's stack",
         holding(a_js="(" * 60_000 + ")" * 60_000, b_ts="[" * 60_000,
                 c_tsx="<a>" * 20_000, d_js="!" * 100_000 + "x")),
    case("one long line", "a line of a megabyte", holding(a_js="x=1;" * 250_000)),
    case("code that is no text", "to be no text", holding(a_js=b"\xff\xfe\0" * 50_000)),
    case("NUL in code", "to end early", holding(a_js=b"const a = 1;\0\0eval(x)")),
    case("marks and line ends", "lines that are counted differently",
         holding(a_js=b"\xef\xbb\xbf" + LISTEN.encode().replace(b"\n", b"\r\r\n") + b"\x0b\x0c")),
    case("hidden code", "to look like other code than it is",
         holding(a_js="if (a /*\u202e } \u2066if (admin)\u2069 \u2066 begin */) {}\n")),
    case("minified bomb", "an expression with a hundred thousand parts",
         holding(a_js="x=" + "+".join(f"a{n}" for n in range(100_000)))),
    case("template bomb", "templates in templates", holding(a_js="`${" * 5_000 + "}`" * 5_000)),
    case("bait for our expressions", "to make our expressions slow",
         holding(a_js="process.env." + "A" * 200_000 + "\n" + "process.env[" * 50_000 + "\n"
                 + ".listen(" * 50_000 + "\n" + "'../" * 50_000)),
    case("bait for the scanner", "to make the scanner of secrets slow",
         holding(a_js="password = '" + "Aa1+" * 200_000, b_env="KEY=" + "=" * 500_000,
                 c_pem="-----BEGIN RSA PRIVATE KEY-----\n" * 3_000), "Failed"),
    case("archive of archives", "to be unpacked for ever", holding(a_zip=zipped(5))),
    case("many small sources", "thousands of files for a parser",
         {**honest(), **{f"service/src/m{n}.js": f"exports.x={n};" for n in range(3_000)}}),
    case("name as an option", "an option of the engine",
         {**honest(), "service/--config=x.js": "x", "service/-rf.ts": "x", "--help": "x"}),
    case("settings of engines", "to switch the engines off",
         {**honest(), "sgconfig.yml": "ruleDirs: [/etc]\n", ".gitignore": "*\n",
          ".kingfisher.yaml": "rules: []\n", "service/.eslintrc.js": "process.exit(1)",
          "service/tsconfig.json": '{"extends": "../../../etc/passwd", "include": ["/**"]}'}),
    case("licences that do not end", "to make the reader of licences slow",
         honest(license="(" * 5_000 + "MIT" + " OR MIT" * 5_000)),
)  # fmt: skip
