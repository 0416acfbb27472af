"""Speed as ratios against named comparators, measured in the same run. Never part of the tests."""
