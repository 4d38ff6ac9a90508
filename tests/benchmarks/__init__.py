"""Benchmarks, run by hand: python -m tests.benchmarks.NAME; see each one's --help."""
