"""The two meanings of failure."""


class Rejected(Exception):  # noqa: N818 - a verdict, not a mishap
    """The connector is at fault: reported with its cause, evidence and fix, never retried.

    ``cause`` is one sentence; ``evidence`` is the tail of the output that shows it; ``fix`` says
    what the creator can do.
    """

    def __init__(self, cause: str, evidence: str = "", fix: str = "") -> None:
        super().__init__(cause, evidence, fix)
        self.cause = cause
        self.evidence = evidence
        self.fix = fix

    @property
    def message(self) -> str:
        """The report's text: cause first, then fix, then evidence."""
        parts = [self.cause, f"Fix: {self.fix}" if self.fix else "", self.evidence.strip()]
        return "\n".join(part for part in parts if part)


class RunCancelled(Exception):  # noqa: N818
    """Somebody withdrew the request; the run stops before its next step."""
