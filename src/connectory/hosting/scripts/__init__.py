"""The scripts a connector has run after its start and before its removal (facts 5)."""

from connectory.hosting.scripts.model import ScriptInterrupted, ScriptName, ScriptPlacement
from connectory.hosting.scripts.running import Scripts

__all__ = ["ScriptInterrupted", "ScriptName", "ScriptPlacement", "Scripts"]
