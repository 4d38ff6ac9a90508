"""Checks of X and y, shared by transformers, baselines and networks."""
