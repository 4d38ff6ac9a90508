"""A series: its rows, its windows and its time. NumPy and pandas only.

`_containers` reads arrays and tables, `_long_table` and `_table_columns` read tables of
several series, `_series` holds them. `_view`, `_series_view` and `_window_view` select
rows and windows without copies; `_view_internals` and `_steps` are what the rest of the
package asks of them. `_supervised` makes X and y, `_channels`
finds their channels, `_pooled` makes each channel a series of its own. `_order`,
`_gaps` and `_frequency` check the index, with `_index_kinds`, `_clock_changes` and
`_offsets`; `_ids` finds several series in one table, `_frame` tells rows apart.
"""
