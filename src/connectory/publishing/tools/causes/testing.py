"""What test runners say when they do not get as far as running tests."""

from connectory.publishing.tools.causes.model import exactly, when

TESTING = (
    exactly(r"^● Validation Error:\n+\s*([^\n]+)", "Jest's configuration is wrong: {0}",
            "Correct it, and add the packages that it names to the dependencies."),
    when(r"coverage (?:threshold )?for ([^\n]+? (?:not met|does not meet)[^\n]*)",
         "Every test passed, but the coverage is too low: {0}",
         "Add tests, or lower coverageThreshold."),
    when(r"No tests found, exiting with code 1|No test files found|Error: No test files found",
         "The test script found no tests.",
         "Commit the tests, or let the script name where they are (passWithNoTests if there are "
         "none on purpose)."),
    when(r"Jest: Failed to parse (?:the )?(?:TypeScript )?config(?: file)? (\S+)[^\n]*\n"
         r"\s*([^\n]+)",
         "Jest cannot read its configuration {0}: {1}"),
)  # fmt: skip
