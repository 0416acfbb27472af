"""What can be wrong with a ConnectorStaged (errors.json, facts 2.10)."""

from connectory.errors import ConnectError, identity


class GitRepositoryNotReachableError(ConnectError):
    """``cause`` says why: the real platform leaves creators guessing."""

    def __init__(self, cause: str = "") -> None:
        extra = {"detailedErrorMessage": cause} if cause else {}
        super().__init__("Repository with the tag is not reachable", **extra)


class ConnectorSpecificationFileNotFoundError(ConnectError):
    def __init__(self, url: str, tag: str) -> None:
        super().__init__(f"The file connect.yaml at {url} with the tag {tag} was not found")


class ConnectorSpecificationFileNotValidError(ConnectError):
    """``problems`` name every line that is wrong."""

    def __init__(self, url: str, tag: str, problems: str) -> None:
        super().__init__(
            f"The file connect.yaml at {url} with the tag {tag} is not valid",
            detailedErrorMessage=problems,
        )


class ConnectorStagedNotPrivateError(ConnectError):
    def __init__(self, id: str, key: str | None) -> None:  # noqa: A002
        super().__init__(
            "The operation is not valid because ConnectorStaged with "
            f"{identity(id, key)} is not private"
        )


class ConnectorStagedPreviewRequestUnderProcessError(ConnectError):
    def __init__(self) -> None:
        super().__init__("The ConnectorStaged preview request is already in progress")


class ConnectorAlreadyCertifiedError(ConnectError):
    def __init__(self) -> None:
        super().__init__("The ConnectorStaged is already certified")


class ConnectorStagedInCertificationError(ConnectError):
    def __init__(self) -> None:
        super().__init__("The ConnectorStaged is already in certification")
