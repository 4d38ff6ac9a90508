"""What becomes a series, and what is refused with what to give instead."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

from skseqconv import SeriesView, make_supervised
from skseqconv.series._view_internals import raw_labels

LONG = pd.DataFrame({"store": [1, 1, 2, 2], "sold": [1.0, 2, 3, 4]})
RECORDS = np.array([(1.0, 2), (3.0, 4)], dtype=[("load", float), ("wind", int)])


class Dataset:
    """What xarray's is taken by."""

    data_vars = ("load",)


class DataArray:
    """What xarray's is taken by."""

    dims = ("time", "channel")

    def __init__(self, table):
        self.table = table
        self.shape = table.shape

    def to_pandas(self):
        return self.table


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (
            {"a": np.arange(3.0)},
            r"a dict of 1: .*list\(series\.values\(\)\).*concat\(series",
        ),
        (
            LONG.groupby("store"),
            r"DataFrameGroupBy: .* id=.* \[part for _, part in series\]",
        ),
        (Dataset(), r"Dataset, which holds several arrays: series\.to_dataframe\(\)"),
        (csr_array(np.eye(3)), r"sparse csr_array: series\.toarray\(\)"),
        ((row for row in np.eye(3)), "generator, which has no length or no order"),
        ({1.0, 2.0}, "set, which has no length or no order"),
        (RECORDS, r"fields \['load', 'wind'\]: pandas\.DataFrame\(series\)"),
        (RECORDS.view(np.recarray), r"fields \['load', 'wind'\]: pandas\.DataFrame"),
        (pd.DataFrame(index=range(3)), r"no channels: its shape is \(3, 0\)"),
        (np.empty((3, 0)), r"no channels: its shape is \(3, 0\)"),
        ([np.empty((3, 0))], r"no channels: its shape is \(3, 0\)"),
        ([[1.0, 2.0], [3.0]], "a list whose parts have different shapes.*as a list of"),
        (None, "must be numeric, got an array of dtype object"),
        ("series.csv", "must be numeric, got an array of dtype <U"),
        (pd.Series(["a", "b"], name="v"), "Channel 'v' of the series is not numeric"),
        (3.0, r"must be of shape \(n_steps, n_channels\)"),
    ],
)
def test_what_is_no_series_is_told_what_to_give(series, message):
    with pytest.raises(ValueError, match=message):
        SeriesView(series)
    if isinstance(series, (dict, np.ndarray)) or hasattr(series, "groups"):
        with pytest.raises(ValueError, match=message):
            make_supervised(series, 0)


@pytest.mark.parametrize(
    "series",
    [
        [1.0, 2.0, 3.0],
        [np.float64(1), np.float64(2), np.float64(3)],
        (np.int8(1), np.int8(2), np.int8(3)),
        pd.Series([1, 2, 3], dtype="Int64"),
        pd.Series([1, 2, 3], dtype=object),
    ],
    ids=repr,
)
def test_one_channel(series):
    view = SeriesView(series)
    assert_array_equal(view.to_numpy(), [[1.0], [2.0], [3.0]])
    assert isinstance(view.series, np.ndarray)


@pytest.mark.parametrize(
    ("columns", "labels"),
    [
        ([0, 1], None),
        ([1, 0], (1, 0)),
        ([0, True], (0, True)),
        (["a", 1], ("a", 1)),
        (["a", "b"], ("a", "b")),
    ],
)
def test_what_channels_are_called(columns, labels):
    """True is no 1; names are kept where all are text, as scikit-learn wants them."""
    view = SeriesView(pd.DataFrame([[1.0, 2.0]], columns=columns))
    held = raw_labels(view)
    assert held == labels
    assert [type(label) for label in held or ()] == list(map(type, labels or ()))
    all_text = labels == ("a", "b")
    assert (view.channel_names is not None) is all_text


def test_missing_values_of_a_nullable_column():
    view = SeriesView(pd.Series([1, None, 3], dtype="Int64"))
    assert_array_equal(view.to_numpy().ravel(), [1, np.nan, 3])


def test_an_array_with_dates_is_read_with_its_dates():
    dates = pd.date_range("2020-01-01", periods=3)
    table = pd.DataFrame({"a": [1.0, 2, 3], "b": 0.0}, index=dates)
    view = SeriesView(DataArray(table))
    assert list(view.index) == list(dates)
    assert list(view.channel_names) == ["a", "b"]
    with pytest.raises(ValueError, match="not in order"):
        SeriesView(DataArray(table[::-1]))
    assert len(SeriesView([DataArray(table), DataArray(table)])) == 6


def test_columns_beside_arrays_are_checked_too():
    column = pd.Series([1.0, 2, 3])
    assert len(SeriesView([column, np.arange(3.0)])) == 6
    with pytest.raises(ValueError, match="newest row is the first"):
        SeriesView([column[::-1], np.arange(3.0)])
