"""Times that vary around equal steps: the code of the message rounds them."""

import re

import numpy as np
import pandas as pd
import pytest

from skseqconv import SeriesView, make_supervised


def varying(least, most, unit="s", seed=0):
    """300 rows at whole minutes, each some seconds later; values tell the minutes."""
    seconds = np.random.default_rng(seed).integers(least, most + 1, 300)
    minutes = pd.date_range("2025-01-01", periods=300, freq="min")
    index = (minutes + pd.to_timedelta(seconds, unit="s")).as_unit(unit)
    return pd.DataFrame({"level": np.arange(300.0)}, index)


def by_the_advice(error, **names):
    """What the code in a message gives."""
    code = re.search(r"vary around steps of \w+: (.*\.mean\(\))", str(error.value))[1]
    return eval(code, names)


@pytest.mark.parametrize("unit", ["s", "ns"])
@pytest.mark.parametrize("options", [{}, {"freq": "min"}], ids=str)
@pytest.mark.parametrize(
    "least, most", [(-2, 2), (-5, 5), (-20, 0), (0, 20), (25, 35), (15, 45)]
)
def test_times_that_vary_around_a_step_are_rounded(least, most, unit, options):
    series = varying(least, most, unit)
    with pytest.raises(ValueError, match="around steps of 1min") as error:
        make_supervised(series, "level", delay=3, **options)
    assert "freq= declares" not in str(error.value)
    assert "split" not in str(error.value)
    rounded = by_the_advice(error, series=series)
    np.testing.assert_array_equal(rounded["level"], series["level"])
    make_supervised(rounded, "level", delay=3, freq="min")


LONG = pd.concat(
    [
        varying(-5, 5, seed=at).assign(place=at, room=name)
        for at, name in enumerate("ba")
    ]
).rename_axis("seen at")


@pytest.mark.parametrize(
    "table, ids, time",
    [
        (LONG.rename_axis("when").reset_index(), ["room"], "when"),
        (LONG.reset_index(), ["room", "place"], "seen at"),
        (LONG.set_index("room", append=True).swaplevel(), ["room"], "seen at"),
    ],
    ids=["columns", "two ids", "levels"],
)
def test_times_of_a_long_table_that_vary_are_rounded(table, ids, time):
    given = {} if table.index.nlevels > 1 else {"id": ids, "time": time}
    with pytest.raises(ValueError, match="around steps of 1min") as error:
        make_supervised(table, "level", **given)
    flat = table if given else table.reset_index()
    kept = flat[[*ids, time, "level"]]
    rounded = by_the_advice(error, table=kept)
    X, _ = make_supervised(rounded, "level", id=ids, time=time, freq="min")
    X = SeriesView(rounded, id=ids, time=time, on_gap="raise")
    np.testing.assert_array_equal(X.to_numpy()[:, -1], np.tile(np.arange(300.0), 2))


def test_times_of_a_list_that_vary_are_rounded():
    series = [varying(-5, 5, seed=at) for at in range(2)]
    with pytest.raises(ValueError, match=r"series\[0\]: .* around steps") as error:
        make_supervised(series, "level")
    rounded = [by_the_advice(error, series=one) for one in series]
    assert len(make_supervised(rounded, "level")[0]) == 2 * 299


@pytest.mark.parametrize(
    "index, options",
    [
        (pd.date_range("2025-01-01", periods=90, freq="min"), {"freq": "2min"}),
        (pd.date_range("2025-01-01", periods=90, freq="D")[::3], {"freq": "D"}),
        (pd.date_range("2025-01-01", periods=90, freq="ME"), {"freq": "30D"}),
    ],
    ids=["another frequency", "rows left out", "months"],
)
def test_times_that_do_not_vary_are_not_rounded(index, options):
    table = pd.DataFrame({"level": np.arange(float(len(index)))}, index)
    with pytest.raises(ValueError, match=r"gaps \(freq=") as caught:
        make_supervised(table, "level", delay=3, **options)
    assert "vary around" not in str(caught.value)


# Time zones: pandas rounds what local clocks show.

ZONES = [
    ("Asia/Kolkata", "1h", "2025-06-01"),
    ("Asia/Tokyo", "1D", "2025-06-01"),
    ("America/New_York", "1D", "2025-06-01"),
    ("Europe/Berlin", "15min", "2025-10-25"),
    ("Europe/Berlin", "1h", "2025-10-22"),
    ("Europe/Berlin", "1h", "2025-03-26"),
    ("Europe/Berlin", "2h", "2025-10-20"),
    ("Europe/Berlin", "1D", "2025-09-01"),
    ("Australia/Lord_Howe", "1h", "2025-04-02"),
    ("Australia/Adelaide", "1h", "2025-04-02"),
    ("America/Sao_Paulo", "1D", "2017-09-20"),  # clocks were set at midnight
    ("+05:45", "1h", "2025-06-01"),
    (None, "1h", "2025-06-01"),
]


def varying_in(zone, step, start, seed=0, n_rows=160):
    """Rows that vary by 3 % of a step; those of days are counted by the calendar."""
    late = np.random.default_rng(seed).integers(-30, 31, n_rows) / 1000
    late = pd.to_timedelta(late * pd.Timedelta(step).total_seconds(), unit="s")
    if step == "1D":  # noon exists on each day
        index = pd.date_range(f"{start} 12:00", periods=n_rows, freq="D", tz=zone)
        late = late - pd.Timedelta(hours=12)
    else:
        index = pd.date_range(start, periods=n_rows, freq=step, tz=zone)
    return pd.DataFrame({"level": np.arange(float(n_rows))}, index + late.round("s"))


@pytest.mark.parametrize(("zone", "step", "start"), ZONES)
def test_times_in_a_zone_are_rounded(zone, step, start):
    series = varying_in(zone, step, start)
    with pytest.raises(ValueError, match=f"around steps of {step}") as error:
        make_supervised(series, "level")
    rounded = by_the_advice(error, series=series)
    assert (np.diff(rounded.index) == pd.Timedelta(step)).all()
    np.testing.assert_array_equal(rounded["level"], series["level"])
    SeriesView(rounded, on_gap="raise")


def test_local_hours_stay_full_hours():
    """Those of Kolkata are half hours of UTC."""
    series = varying_in("Asia/Kolkata", "1h", "2025-06-01")
    with pytest.raises(ValueError, match="around steps of 1h") as error:
        make_supervised(series, "level")
    rounded = by_the_advice(error, series=series)
    assert rounded.index[0] == pd.Timestamp("2025-06-01", tz="Asia/Kolkata")


@pytest.mark.parametrize(("zone", "step", "start"), ZONES)
def test_times_of_a_long_table_in_a_zone_are_rounded(zone, step, start):
    """The id that the message names may have no change of clocks, and another one."""
    starts = [pd.Timestamp(start) - pd.Timedelta(days=150), start]
    table = pd.concat(
        varying_in(zone, step, f"{pd.Timestamp(one):%Y-%m-%d}", at).assign(room=at)
        for at, one in enumerate(starts)
    )
    table = table.rename_axis("time").reset_index()
    with pytest.raises(ValueError, match=f"around steps of {step}") as error:
        make_supervised(table, "level", id="room", time="time")
    rounded = by_the_advice(error, table=table)
    assert rounded["level"].tolist() == table["level"].tolist()
    for _, own in rounded.groupby("room"):
        assert (own["time"].diff()[1:] == pd.Timedelta(step)).all()
    SeriesView(rounded, id="room", time="time", on_gap="raise")


@pytest.mark.parametrize("names", [[None, None], [None, "time"], ["room", None]])
def test_levels_without_names_are_named_first(names):
    """reset_index would invent other names for their columns."""
    table = LONG.set_index("room", append=True).swaplevel().drop(columns="place")
    table.index.names = names
    with pytest.raises(ValueError, match="around steps of 1min") as error:
        make_supervised(table, "level")
    assert "set table.index.names" in str(error.value)
    assert "groupby" not in str(error.value)
    table.index.names = ["room", "time"]
    with pytest.raises(ValueError, match="around steps of 1min") as error:
        make_supervised(table, "level")
    rounded = by_the_advice(error, table=table.reset_index())
    assert len(rounded) == len(table)
