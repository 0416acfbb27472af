"""What validation finds in a connector: rules, findings, what they lead to, and the report."""

from connectory.findings.model import Examination, Finding, Gate, Rule, Severity, State

__all__ = ["Examination", "Finding", "Gate", "Rule", "Severity", "State"]
