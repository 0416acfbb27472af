"""What the steps of runs are called for people."""

TITLES = {
    # preview and publish
    "fetch": "Fetch the repository",
    "specification": "Read connect.yaml",
    "checks": "Check the files",
    "reuse": "Look for an earlier build of {}",
    "install": "Install packages of {}",
    "test": "Run the tests of {}",
    "build": "Build {}",
    "package": "Package {}",
    "boot": "Start {} for a trial",
    "evidence": "Gather what reviewers judge by",
    "release": "Publish the Connector",
    "finish": "Write the report",
    # looking after a tag
    "look": "Look what the tag names",
    "keep": "Note what the tag names",
    # deploy and undeploy
    "route": "Reserve addresses",
    "prepare": "Prepare the applications",
    "start": "Start the applications",
    "open": "Open the addresses",
    "fail": "Write the report",
    "stop": "Stop the applications",
    "forget": "Remove the Deployment",
}


def title_of(step: str, application: str | None) -> str:
    """``install`` of ``api`` is "Install packages of api"."""
    return TITLES.get(step, step.capitalize()).format(application or "")
