"""Baselines for the networks."""
