"""A series: its rows, its windows and its time. NumPy and pandas only.

`tables/` reads what is given, `held/` holds the arrays of thousands of series, `times/`
checks the index, `ahead/` knows what is forecast and what is known of that time.

`_series` holds series. `_view`, `_series_view` and `_window_view` select rows and
windows without copies, and `_touched` reads their values; `_view_internals` and
`_steps` are what the rest of the package asks of them. `_supervised` makes X and y,
`_on_gap` says what becomes of gaps, `_pooled` makes each channel a series of its own,
`_frame` tells rows apart, `_missing_history` warns of windows that begin too early.
"""
