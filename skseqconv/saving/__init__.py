"""Fitted estimators as files, and as plain Keras models."""
