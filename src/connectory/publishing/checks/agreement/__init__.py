"""What connect.yaml says of a connector, held against the files that it says it of."""

from connectory.publishing.checks.agreement.check import Agreement

__all__ = ["Agreement"]
