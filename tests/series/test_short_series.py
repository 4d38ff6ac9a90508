"""Series of two or three rows: the times of longer series tell their gaps."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from skseqconv import SeriesView, make_supervised

DAYS = pd.date_range("2024-01-01", periods=40)

COLUMNS = {"target": "v", "id": "id", "time": "t"}


def table_of(long, *short):
    """A long series "a" of zeros, and short ones "c0" and so on of 1, 2 and 3."""
    parts = [pd.DataFrame({"id": "a", "t": long, "v": 0.0})]
    for number, times in enumerate(short):
        values = np.arange(1.0, 1 + len(times))
        parts.append(pd.DataFrame({"id": f"c{number}", "t": times, "v": values}))
    return pd.concat(parts, ignore_index=True)


def pairs_of_short(table, **options):
    """Time and target of each row that does not belong to "a"."""
    X, y = make_supervised(table, **COLUMNS, **options)
    rows = X.frame().assign(y=y).query("id != 'a'")
    return list(zip(rows["t"], rows["y"], strict=True))


GAPS = {
    "two rows": ([0, 30], 1),
    "equal distances": ([0, 10, 20], 2),
    "other distances": ([0, 10, 30], 2),
    "the second": ([0, 1, 20], 1),
}


@pytest.mark.parametrize("case", GAPS)
def test_gaps_of_short_series_are_told(case):
    at, n_gaps = GAPS[case]
    message = rf"series 'c0': The index has {n_gaps} gaps?.* longer series are 1 day"
    for make in (make_supervised, lambda *a, target, **k: SeriesView(*a, **k)):
        with pytest.raises(ValueError, match=message):
            make(table_of(DAYS, DAYS[at]), **COLUMNS, on_gap="raise")
    with pytest.warns(UserWarning, match=message):
        make_supervised(table_of(DAYS, DAYS[at]), **COLUMNS, on_gap="warn")


@pytest.mark.parametrize("case", GAPS)
@pytest.mark.filterwarnings("ignore:1 of 2 ids have no row")
def test_split_makes_pairs_of_neighbors_only(case):
    at = GAPS[case][0]
    expected = [
        (DAYS[one], 2.0 + number)
        for number, (one, other) in enumerate(pairwise(at))
        if other - one == 1
    ]
    table = table_of(DAYS, DAYS[at])
    assert pairs_of_short(table, on_gap="split") == expected


def test_a_list_of_series_is_told_alike():
    series = [pd.DataFrame({"v": np.arange(40.0)}, DAYS)]
    series.append(pd.DataFrame({"v": [1.0, 2.0]}, DAYS[[0, 30]]))
    with pytest.raises(ValueError, match=r"series\[1\]: The index has 1 gap"):
        make_supervised(series, "v")


CALENDARS = {
    "days": DAYS,
    "weekdays": pd.bdate_range("2024-01-01", periods=60),
    "months": pd.date_range("2020-01-01", periods=30, freq="MS"),
    "clock change": pd.date_range("2024-03-29", periods=40, tz="Europe/Berlin"),
    "numbers": pd.RangeIndex(0, 80, 2),
}


@pytest.mark.filterwarnings("ignore:8 of 25 ids have no row")
@pytest.mark.parametrize("calendar", CALENDARS)
def test_neighbors_in_the_longer_series_are_neighbors(calendar):
    times = CALENDARS[calendar]
    short = [times[at : at + n] for at in range(8) for n in (1, 2, 3)]
    table = table_of(times, *short)
    assert len(pairs_of_short(table, on_gap="raise")) == 8 * (0 + 1 + 2)


def test_other_hours_of_the_same_frequency_are_no_gap():
    hours = pd.date_range("2024-01-01", periods=40, freq="h")
    late = hours[3:6] + pd.Timedelta("30min")
    assert len(pairs_of_short(table_of(hours, late), on_gap="raise")) == 2


def test_without_longer_series_nothing_is_known():
    table = table_of(DAYS[[0, 10, 20]], DAYS[[0, 30]])
    assert len(pairs_of_short(table, on_gap="raise")) == 1
