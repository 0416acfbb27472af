"""Packages that should not be in a connector, in the lockfiles of each package manager."""

from typing import Any

from tests.seeded.seed import Change, Seed, append, cut, edit, in_json

PROCESSOR, PROCESSOR_LOCK = "processor/package.json", "processor/package-lock.json"
SERVICE, SERVICE_LOCK = "service/package.json", "service/package-lock.json"
PAGE, PAGE_LOCK = "orders-page/package.json", "orders-page/package-lock.json"
REGISTRY = "https://registry.npmjs.org"
SEAL = "sha512-" + "A" * 86 + "=="


def _entry(name: str, version: str, **more: Any) -> dict[str, Any]:
    file = name.rpartition("/")[2]
    address = f"{REGISTRY}/{name}/-/{file}-{version}.tgz"
    return {"version": version, "resolved": address, "integrity": SEAL, **more}


def npm(manifest: str, lock: str, name: str, version: str, **more: Any) -> tuple[Change, ...]:
    """A package that package.json asks for, as npm writes it into both files."""
    kind = "devDependencies" if more.get("dev") else "dependencies"

    def asked(document: Any) -> None:
        document.setdefault(kind, {})[name] = f"^{version}"

    def locked(document: Any) -> None:
        asked(document["packages"][""])
        document["packages"][f"node_modules/{name}"] = _entry(name, version, **more)

    return in_json(manifest, asked), in_json(lock, locked)


def below(lock: str, parent: str, name: str, version: str, **more: Any) -> Change:
    """A package that another one brings along."""

    def locked(document: Any) -> None:
        packages = document["packages"]
        packages[f"node_modules/{parent}"].setdefault("dependencies", {})[name] = f"^{version}"
        packages[f"node_modules/{parent}/node_modules/{name}"] = _entry(name, version, **more)

    return in_json(lock, locked)


def yarn(name: str, version: str, source: str = "https://registry.yarnpkg.com") -> Change:
    return append(
        "event/yarn.lock",
        f'\n{name}@^{version}:\n  version "{version}"\n'
        f'  resolved "{source}/{name}/-/{name}-{version}.tgz#{"0" * 40}"\n  integrity {SEAL}\n',
    )


def asked(manifest: str, name: str, version: str) -> Change:
    return in_json(manifest, lambda one: one["dependencies"].update({name: f"^{version}"}))


def pnpm(name: str, version: str) -> tuple[Change, ...]:
    lock = "job/pnpm-lock.yaml"
    importer = f"      {name}:\n        specifier: ^{version}\n        version: {version}\n"
    package = f"  {name}@{version}:\n    resolution: {{integrity: {SEAL}}}\n\n"
    return (
        asked("job/package.json", name, version),
        edit(lock, "    dependencies:\n      fastify:",
             f"    dependencies:\n{importer}      fastify:"),
        edit(lock, "\npackages:\n\n", f"\npackages:\n\n{package}"),
        edit(lock, "\nsnapshots:\n\n", f"\nsnapshots:\n\n  {name}@{version}: {{}}\n\n"),
    )  # fmt: skip


SEEDS = (
    Seed("lodash of 2019, npm", "payments", "dependencies/vulnerable",
         npm(PROCESSOR, PROCESSOR_LOCK, "lodash", "4.17.15"),
         npm(PROCESSOR, PROCESSOR_LOCK, "lodash", "4.17.21"),
         at=PROCESSOR_LOCK, on='"node_modules/lodash"'),
    Seed("jsonwebtoken before 9, npm", "backoffice", "dependencies/vulnerable",
         npm(SERVICE, SERVICE_LOCK, "jsonwebtoken", "8.5.1"),
         npm(SERVICE, SERVICE_LOCK, "jsonwebtoken", "9.0.2"),
         at=SERVICE_LOCK, on='"node_modules/jsonwebtoken"'),
    Seed("what Express brings along, npm", "payments", "dependencies/vulnerable",
         (below(PROCESSOR_LOCK, "express", "path-to-regexp", "0.1.7"),),
         (below(PROCESSOR_LOCK, "express", "path-to-regexp", "0.1.12"),),
         at=PROCESSOR_LOCK, on="express/node_modules/path-to-regexp"),
    Seed("a webhook server with an old ws, yarn", "sync", "dependencies/vulnerable",
         (asked("event/package.json", "ws", "8.16.0"), yarn("ws", "8.16.0")),
         (asked("event/package.json", "ws", "8.18.3"), yarn("ws", "8.18.3")),
         at="event/yarn.lock", on="ws@^8.16.0"),
    Seed("axios, pnpm", "sync", "dependencies/vulnerable", pnpm("axios", "1.6.8"),
         pnpm("axios", "1.12.2"), at="job/pnpm-lock.yaml"),
    Seed("semver before its fix, pnpm", "sync", "dependencies/vulnerable",
         pnpm("semver", "7.5.1"), pnpm("semver", "7.5.2"), at="job/pnpm-lock.yaml"),
    Seed("a version with an early fix in its own line", "payments", "dependencies/vulnerable",
         npm(PROCESSOR, PROCESSOR_LOCK, "qs", "6.5.2"),
         npm(PROCESSOR, PROCESSOR_LOCK, "qs", "6.5.3"), at=PROCESSOR_LOCK),
    Seed("for development only", "payments", "dependencies/vulnerable",
         npm(PROCESSOR, PROCESSOR_LOCK, "json5", "2.2.1", dev=True),
         npm(PROCESSOR, PROCESSOR_LOCK, "json5", "2.2.3", dev=True),
         at=PROCESSOR_LOCK, on='"node_modules/json5"'),
    Seed("ip, which nobody mends", "backoffice", "dependencies/vulnerable-unfixed",
         npm(SERVICE, SERVICE_LOCK, "ip", "2.0.1"), npm(SERVICE, SERVICE_LOCK, "ipaddr", "2.0.1"),
         at=SERVICE_LOCK, on='"node_modules/ip"'),
    Seed("a page with an old loader-utils", "backoffice", "dependencies/vulnerable-elsewhere",
         npm(PAGE, PAGE_LOCK, "loader-utils", "2.0.2"),
         npm(PAGE, PAGE_LOCK, "loader-utils", "2.0.4"), at=PAGE_LOCK),
    Seed("a package from a Git host", "payments", "dependencies/foreign-source",
         npm(PROCESSOR, PROCESSOR_LOCK, "psp-client", "3.0.0",
             resolved="git+ssh://git@github.com/acme/psp-client.git#0f1e2d3c"),
         npm(PROCESSOR, PROCESSOR_LOCK, "psp-client", "3.0.0"), at=PROCESSOR_LOCK),
    Seed("a package from the company's registry", "sync", "dependencies/foreign-source",
         (asked("event/package.json", "erp-client", "1.2.0"),
          yarn("erp-client", "1.2.0", "https://npm.acme.example")),
         (asked("event/package.json", "erp-client", "1.2.0"), yarn("erp-client", "1.2.0")),
         at="event/yarn.lock", on="erp-client@"),
    Seed("a checksum was taken out", "backoffice", "dependencies/integrity-missing",
         (in_json(SERVICE_LOCK, lambda one: one["packages"]["node_modules/qs"].pop("integrity")),),
         (in_json(SERVICE_LOCK, lambda one: one["packages"]["node_modules/qs"].update(
             {"integrity": SEAL})),), at=SERVICE_LOCK),
    Seed("a deprecated package", "payments", "dependencies/deprecated",
         npm(PROCESSOR, PROCESSOR_LOCK, "uuid", "3.4.0",
             deprecated="Please upgrade to version 7 or higher."),
         npm(PROCESSOR, PROCESSOR_LOCK, "uuid", "11.1.0"), at=PROCESSOR_LOCK),
    Seed("half a lockfile, npm", "payments", "dependencies/unreadable",
         (cut(PROCESSOR_LOCK, 1_000),), (append(PROCESSOR_LOCK, "\n\n"),), at=PROCESSOR_LOCK),
    Seed("half a lockfile, pnpm", "sync", "specification/lockfile-disagrees",
         (cut("job/pnpm-lock.yaml", 80),), (append("job/pnpm-lock.yaml", "\n# end\n"),),
         at="job/pnpm-lock.yaml",
         missed="a pnpm-lock.yaml without importers is compared with nothing; the install fails"),
)  # fmt: skip
