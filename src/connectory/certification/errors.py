"""What a reviewer can be told; codes of our own, for the contract knows no reviewers."""

from connectory.errors import ConnectError


class CertificationMoveNotAllowedError(ConnectError):
    """The review is not where this can be done."""

    def __init__(self, state: str, wanted: str) -> None:
        super().__init__(
            f"A certification that is {state} cannot become {wanted}.", state=state, wanted=wanted
        )


class CertificationNotYoursError(ConnectError):
    """Another reviewer has taken it, or nobody has."""

    status = 403

    def __init__(self, reviewer: str) -> None:
        super().__init__(
            f"The certification is with {reviewer or 'nobody'}: take it before you decide anything."
        )


class CertificationUndecidedError(ConnectError):
    """A grant needs an answer to every requirement."""

    def __init__(self, requirements: tuple[str, ...]) -> None:
        super().__init__(
            f"Not decided yet: {', '.join(requirements)}.", requirements=list(requirements)
        )


class CertificationRequirementUnmetError(ConnectError):
    """A grant needs every requirement to be met."""

    def __init__(self, requirements: tuple[str, ...]) -> None:
        super().__init__(f"Not met: {', '.join(requirements)}.", requirements=list(requirements))


class CertificationRequirementDecidedError(ConnectError):
    """What the evidence decides is not for a person to overrule."""

    def __init__(self, requirement: str) -> None:
        super().__init__(
            f"The evidence decides {requirement}: change the connector, not the answer."
        )


class CertificationNoteMissingError(ConnectError):
    """Whoever says no, or sees it otherwise than the evidence, says why."""

    def __init__(self, requirement: str) -> None:
        super().__init__(
            f"An answer to {requirement} that says no, or differs from the evidence, needs a note."
        )


class CertificationNotAttestedError(ConnectError):
    """Our own fault: nothing trusted shows that what would be certified was built here from the
    commit under review. Nothing is granted, nothing has changed."""

    status = 500

    def __init__(self, artifact: str, why: str) -> None:
        super().__init__(
            f"The platform failed, not the connector: it cannot show that {artifact} was built "
            f"from the commit under review: {why}. Nothing has changed. Tell the operator; once "
            "the creator withdraws and publishes again, new artifacts are made.",
            artifact=artifact,
        )
