"""The least that a program has to do before its first line that edits lines as well."""

import prompt_toolkit  # noqa: F401

import tests.benchmarks.bare  # noqa: F401  # which does the rest
