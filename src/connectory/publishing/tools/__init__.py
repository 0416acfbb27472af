"""Pure functions: which program is run, with which arguments, and what its failure means."""
