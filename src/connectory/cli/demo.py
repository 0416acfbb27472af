"""``connectory demo``: see it work."""

from typing import Annotated

import typer


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the demo's directory and say where it is.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Show the main job on a bundled example: stage, preview, publish, deploy, call, undeploy.

    Runs a platform of its own in a temporary directory; exits 0 only if all of it happened.
    """
    # loaded here: `up` should not wait for what it does not need
    from connectory.cli import main_job

    main_job.run(keep, json)
