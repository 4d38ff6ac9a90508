"""A series: its rows, its windows and its time. NumPy and pandas only.

`_series` holds the arrays, `_view`, `_series_view` and `_window_view` look at them
without copies, `_supervised` makes rows and a target of a table. What the index of a
table says about time is read by `_time_axis` and the files beside it.
"""
