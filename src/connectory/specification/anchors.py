"""Anchors and aliases, with a guard against aliases that multiply."""

from dataclasses import dataclass

from connectory.specification.nodes import Node

MAX_ALIASES = 100


@dataclass(slots=True)
class Anchor:
    """A named node, and how often it is used (once where it is written)."""

    node: Node
    uses: int = 1

    def weight(self) -> int:
        """How many times the heaviest alias inside this node is used, this node's uses included.

        A list of aliases to lists of aliases multiplies; a plain value weighs one.
        """
        return self.uses * self.node.weight

    def use(self) -> bool:
        """Count one more alias; False when there are too many."""
        self.uses += 1
        return self.weight() <= MAX_ALIASES
