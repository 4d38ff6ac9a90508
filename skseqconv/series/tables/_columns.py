"""Columns of a table of pandas, polars or pyarrow, read alike.

With pandas, levels of the index are columns, too.
"""

import numpy as np
import pandas as pd

from ._containers import (
    eager_table,
    labels_of,
    pandas_column,
    refuse_not_numeric,
    without_codes,
)


class PandasColumns:
    """Columns of a DataFrame, or of a Series, and levels of its index."""

    def __init__(self, table):
        self.table = table.to_frame() if table.ndim == 1 else table
        self.index = table.index
        self.n_columns = self.table.shape[1]
        self.labels = (*self.table.columns, *self.index.names)

    @property
    def levels(self):
        """Positions of the levels of the index."""
        return list(range(self.n_columns, len(self.labels)))

    def entries(self, at):
        """A column or a level as pandas has it; a level of several as categories."""
        level = at - self.n_columns
        if level < 0:
            return self.table.iloc[:, at]
        levels = getattr(self.index, "levels", None)
        if levels is None or levels[level].hasnans:
            return self.index.get_level_values(level)
        return pd.Categorical.from_codes(self.index.codes[level], levels[level])

    def times(self, at):
        """A column or a level as an index."""
        level = at - self.n_columns
        if level < 0:
            column = self.table.iloc[:, at]
            return pd.Index(column, dtype=column.dtype)  # pandas 2 guesses, and warns
        return self.index.get_level_values(level)

    def values(self, at):
        """The values of a channel as an array of numbers."""
        return pandas_column(self.table.iloc[:, at])

    def held(self, channels):
        """The channels as the array in C order that the table was made of, or None."""
        if channels != list(range(self.n_columns)) or len(set(self.table.dtypes)) > 1:
            return None
        values = self.table.to_numpy()
        plain = values.dtype in (np.float32, np.float64)
        return values if plain and values.flags.c_contiguous else None

    def channel_labels(self, channels):
        return labels_of(self.table.columns[channels])

    def one_hot(self, label):
        """Code that makes numbers of a column of categories."""
        return f"pandas.get_dummies(table, columns=[{label!r}], dtype=float)"

    def means_by(self, positions):
        """Code for the mean of the rows that are equal in these columns or levels."""
        levels = [at - self.n_columns for at in positions]
        if min(levels) >= 0:
            return f"table.groupby(level={levels}).mean(numeric_only=True)"
        labels = [self.labels[at] for at in positions]
        as_index = ", as_index=False" if max(levels) < 0 else ""
        if labels[-1] is None:  # the index has no name
            by = f"[*{labels[:-1]!r}, table.index]"
            return f"table.groupby({by}).mean(numeric_only=True)"
        return f"table.groupby({labels!r}{as_index}).mean(numeric_only=True)"

    def drop_equal(self, one, other, positions):
        """Code that keeps one of equal rows; "" if these two rows differ.

        They are equal in the columns or levels at these positions.
        """
        if not self.table.iloc[one].equals(self.table.iloc[other]):
            return ""
        if max(positions) < self.n_columns:
            return "table.drop_duplicates()"
        return "table[~table.reset_index().duplicated().to_numpy()]"

    def drop_missing(self, at):
        """Code that drops the rows without a value in a column, after a comma."""
        is_column = at < self.n_columns
        return f", table.dropna(subset=[{self.labels[at]!r}])" if is_column else ""


class OtherColumns:
    """Columns of a table of another library, such as polars."""

    levels = ()

    def __init__(self, table):
        self.table = eager_table(table, "series")
        self.labels = tuple(self.table.columns)
        self.n_columns = len(self.labels)
        self.is_polars = self.table.implementation.is_polars()

    def entries(self, at):
        values = without_codes(self.table[self.labels[at]]).to_numpy()
        return values.astype(object) if values.dtype.kind == "U" else values

    def times(self, at):
        zone = getattr(self.table.schema[self.labels[at]], "time_zone", None)
        index = pd.Index(self.entries(at))
        return index if zone is None else index.tz_localize("UTC").tz_convert(zone)

    def values(self, at):
        label = self.labels[at]
        refuse_not_numeric(self.table, "series", [label])
        values = self.table[label].to_numpy()
        # Decimals, or booleans with missing values.
        return values.astype(np.float64) if values.dtype.kind == "O" else values

    def held(self, channels):
        """None: such tables hold each column for itself."""

    def channel_labels(self, channels):
        return tuple(self.labels[at] for at in channels)

    def one_hot(self, label):
        if self.is_polars:
            return f"table.to_dummies([{label!r}])"
        return (
            f"pandas.get_dummies(table.to_pandas(), columns=[{label!r}], dtype=float)"
        )

    def means_by(self, positions):
        labels = [self.labels[at] for at in positions]
        if self.is_polars:
            return f"table.group_by({labels!r}).mean()"
        means = "mean(numeric_only=True)"
        return f"table.to_pandas().groupby({labels!r}, as_index=False).{means}"

    def drop_equal(self, one, other, positions):
        if len(self.table[[int(one), int(other)]].unique()) > 1:
            return ""
        return (
            "table.unique()"
            if self.is_polars
            else ("table.to_pandas().drop_duplicates()")
        )

    def drop_missing(self, at):
        return f", table.drop_nulls([{self.labels[at]!r}])" if self.is_polars else ""
