"""Code analysis: patterns that ship with us, matched by ast-grep, judged in the sandbox."""

from connectory.publishing.checks.code.check import CodeCheck
from connectory.publishing.checks.code.engine import Match, Patterns, matches
from connectory.publishing.checks.code.sources import is_source, is_test

__all__ = ["CodeCheck", "Match", "Patterns", "is_source", "is_test", "matches"]
