"""connect.yaml: what a connector deploys, and every rule the file must keep.

`parse` reads a file into a frozen `Specification`; `check` lists all that is wrong with it. Both
are pure functions of the file's bytes and take bounded time whatever the bytes are. The rules,
their order and their wording are those of the official parser,
@commercetools-connect/specification 0.0.16.
"""

from connectory.specification.model import (
    SERVED,
    Application,
    ApplicationType,
    Configuration,
    ExponentialBackoff,
    HealthCheck,
    Immediate,
    RetryPolicy,
    Scripts,
    SecuredKey,
    Specification,
    StandardKey,
)
from connectory.specification.problem import Problem, SpecificationInvalid

__all__ = [
    "SERVED",
    "Application",
    "ApplicationType",
    "Configuration",
    "ExponentialBackoff",
    "HealthCheck",
    "Immediate",
    "Problem",
    "RetryPolicy",
    "Scripts",
    "SecuredKey",
    "Specification",
    "SpecificationInvalid",
    "StandardKey",
    "check",
    "parse",
]


def parse(text: bytes | str) -> Specification:
    """The specification in a connect.yaml. Raises SpecificationInvalid with every problem."""
    # the YAML library takes a tenth of a second to load: not before the first file
    from connectory.specification.building import build
    from connectory.specification.inspection import inspect
    from connectory.specification.reading import read
    from connectory.specification.schema import ROOT

    root = read(text)
    problems = inspect(root, ROOT)
    if problems:
        raise SpecificationInvalid(problems)
    return build(root)


def check(text: bytes | str) -> tuple[Problem, ...]:
    """Every problem of a connect.yaml, in the official order; empty when it is valid."""
    try:
        parse(text)
    except SpecificationInvalid as invalid:
        return invalid.problems
    return ()
