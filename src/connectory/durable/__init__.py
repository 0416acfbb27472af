"""Work that survives: runs made of steps whose results are kept.

A run is requested by a row in the same transaction as the fact that asks for it. The engine starts
its workflow, remembers every finished step, and after a crash goes on behind the last of them.
"""

from connectory.durable.outcome import Rejected
from connectory.durable.runs import Run, RunState, StepRecord, request_run

__all__ = ["Rejected", "Run", "RunState", "StepRecord", "request_run"]
