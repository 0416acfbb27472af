"""What a script or the build of a site used too much of, in words. Pure."""

from connectory.sandbox import Finished, Limits

MIB = 1 << 20


def exceeded(finished: Finished, limits: Limits, time_setting: str) -> tuple[str, str] | None:
    """The rest of a sentence about the program and what helps; None when it kept its limits.

    ``time_setting`` is the name of the setting that bounds its time.
    """
    if finished.cause == "timeout":
        asking = f"ask the operator for more time (the setting {time_setting})"
        return (
            f"did not finish within {limits.seconds:g} seconds.",
            f"Let it end by itself, or {asking}.",
        )
    if finished.cause == "memory":
        return (
            f"used more than {limits.memory // MIB} MiB of memory.",
            "Make it use less, or ask the operator for more (the setting build_memory).",
        )
    if finished.cause == "disk":
        return (
            f"filled more than {(limits.disk or 0) // MIB} MiB of disk.",
            "Make it write less, or ask the operator for more (the setting build_disk).",
        )
    return None
