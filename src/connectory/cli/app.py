"""One command, a few verbs."""

import typer

from connectory.cli import (
    administration,
    advisories,
    demo,
    explain,
    keys,
    logs,
    up,
    validate,
    verify,
)

app = typer.Typer(
    name="connectory",
    help="A self-hosted, wire-compatible commercetools Connect.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("validate")(validate.validate)
app.command("explain")(explain.explain)
app.command("verify")(verify.verify)
app.command("logs")(logs.logs)
app.add_typer(advisories.advisories, name="advisories")
app.add_typer(administration.organization, name="organization")
app.add_typer(administration.project, name="project")
app.add_typer(administration.api_client, name="api-client")
app.add_typer(keys.key, name="key")


def main() -> None:
    app()
