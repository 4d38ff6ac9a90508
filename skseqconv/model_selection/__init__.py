"""Splitters for many series: folds of time, and folds of whole series.

They work like scikit-learn's splitters: in `cross_validate`, in searches, and in
`compare_models`.
"""
