"""Software composition: what the lockfiles name, against known vulnerabilities."""

from connectory.publishing.checks.dependencies.check import Dependencies, advisories_of

__all__ = ["Dependencies", "advisories_of"]
