"""Long tables: several series below each other, in any order, of any library."""

import datetime
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DRegressor,
    ForecastDisplay,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    SeriesView,
    WindowView,
    compare_models,
    forecast,
    make_supervised,
)
from skseqconv.series.tables._long_table import read_long_table

LAGS = [2, 1, 0]
HOURS = pd.date_range("2020-01-01", periods=60, freq="h")
properties = settings(
    max_examples=60, deadline=None, derandomize=True, print_blob=False
)
ignore_short = pytest.mark.filterwarnings("ignore:.* ids have no row with a target")
IDS = st.one_of(
    st.lists(
        st.text("abz", min_size=1, max_size=3), min_size=1, max_size=5, unique=True
    ),
    st.lists(st.integers(-5, 30), min_size=1, max_size=5, unique=True),
)


@st.composite
def panels(draw):
    """A shuffled long table, and its series by id, in the order of time."""
    parts = {}
    for at, store in enumerate(draw(IDS)):
        start, n = draw(st.integers(0, 9)), draw(st.integers(1 if at else 3, 8))
        seed = draw(st.integers(0, 2**16))
        values = np.random.default_rng(seed).integers(0, 99, (n, 2)).astype(float)
        part = pd.DataFrame(values, columns=["sold", "price"])
        part.insert(0, "day", HOURS[start : start + n])
        part.insert(1, "store", store)
        parts[store] = part.assign(size=float(seed % 7))
    table = pd.concat(list(parts.values()), ignore_index=True)
    order = draw(st.permutations(range(len(table))))
    return table.iloc[list(order)].reset_index(drop=True), parts


def by_loop(parts, delay):
    """Window and target by id and time, group by group and row by row."""
    found = {}
    for store, part in parts.items():
        values = part[["sold", "price", "size"]].to_numpy(float)
        for t in range(len(part) - delay):
            window = [values[max(t - lag, 0)] for lag in LAGS]
            found[store, part["day"][t]] = np.array(window), values[t + delay, 0]
    return found


def by_rows(X, y):
    windows = WindowView(X, lags=LAGS).to_numpy()
    rows = zip(X.ids, X.index, windows, y, strict=True)
    return {(store, day): (window, own) for store, day, window, own in rows}


def read(table, **options):
    options = {"id": "store", "time": "day", "delay": 2, **options}
    return make_supervised(table, "sold", **options)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for key, (window, y) in found.items():
        assert_array_equal(window, expected[key][0])
        assert y == expected[key][1]


# Any table.


@properties
@given(panels(), st.integers(1, 2))
@ignore_short
def test_windows_and_targets_are_those_of_a_loop_over_groups(panel, delay):
    table, parts = panel
    X, y = read(table, delay=delay, static="size")
    assert_same(by_rows(X, y), by_loop(parts, delay))
    assert len(X) == len(by_loop(parts, delay))
    ranks = {store: at for at, store in enumerate(sorted(parts))}
    places = [(day, ranks[store]) for day, store in zip(X.index, X.ids, strict=True)]
    assert places == sorted(places)  # in the order of time, then of the ids


@properties
@given(panels(), st.sets(st.integers(0, 16), max_size=8))
@ignore_short
def test_parts_between_gaps_are_those_of_a_loop(panel, missing):
    table, parts = panel
    table = table[~table["day"].isin(HOURS[list(missing)])]
    pieces = {}
    for store, part in parts.items():
        cuts = np.flatnonzero(part["day"].isin(HOURS[list(missing)]))
        for i, rows in enumerate(np.split(np.arange(len(part)), cuts)):
            piece = part.iloc[rows]
            piece = piece[~piece["day"].isin(HOURS[list(missing)])]
            pieces[store, i] = piece.reset_index(drop=True)
    expected = {(k[0], day): v for (k, day), v in by_loop(pieces, 1).items()}
    if not expected:
        return
    X, y = read(table, delay=1, freq="h", on_gap="split")
    assert_same(by_rows(X, y), expected)


@properties
@given(panels(), st.data())
@ignore_short
def test_another_series_changes_none(panel, data):
    table, parts = panel
    kind = type(next(iter(parts)))
    more = parts[data.draw(st.sampled_from(sorted(parts)))].assign(store=kind(99))
    more["sold"] += 1000
    found = by_rows(*read(pd.concat([more, table])))
    others = {key: rows for key, rows in found.items() if key[0] != kind(99)}
    assert_same(others, by_rows(*read(table)))


@properties
@given(panels(), st.integers(2, 12))
@ignore_short
def test_the_future_changes_nothing_before_it(panel, hour):
    table, _ = panel
    changed = table.copy()
    late = changed["day"] >= HOURS[hour]
    changed.loc[late, ["sold", "price"]] = -1.0
    before = by_rows(*read(table))
    for (store, day), (window, y) in by_rows(*read(changed)).items():
        if day < HOURS[hour]:
            assert_array_equal(window, before[store, day][0])
        if day + pd.Timedelta(2, "h") < HOURS[hour]:
            assert y == before[store, day][1]


@properties
@given(panels())
@ignore_short
@pytest.mark.filterwarnings("ignore:.* rows have no target")
def test_a_wide_table_is_the_same_as_a_long_one(panel):
    long = panel[0][["store", "day", "sold"]]
    wide = long.pivot(index="day", columns="store", values="sold")
    wide = wide.reindex(HOURS[:20])  # NaN before the first and after the last value
    expected = by_rows(*make_supervised(long, "sold", id="store", time="day"))
    assert_same(by_rows(*make_supervised(wide, pooled=True)), expected)


@properties
@given(panels())
@ignore_short
def test_all_libraries_give_the_same(panel):
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    table, _ = panel
    X, y = read(table)
    columns = {
        "store": table["store"].to_list(),
        "day": table["day"].to_numpy(),
        **{name: table[name].to_numpy() for name in ("sold", "price", "size")},
    }
    levels = table.set_index(["store", "day"])
    for other in (polars.DataFrame(columns), pyarrow.table(columns), levels):
        options = {"id": None, "time": None} if other is levels else {}
        own, own_y = read(other, **options)
        assert_array_equal(own_y, y)
        assert_array_equal(own.rows, X.rows)
        assert_array_equal(own.to_numpy(), X.to_numpy())
        assert own.frame().equals(X.frame())
        assert own.channel_names.tolist() == ["sold", "price", "size"]


# Times.

DAYS = pd.date_range("2020-10-20", periods=6, name="day")
ZONED = DAYS.tz_localize("Europe/Berlin")  # clocks are set on the 25th


def two(times, **columns):
    """Store "b" at the first four times, then "a" at all six, newest first."""
    times = pd.Index(times)
    table = pd.DataFrame(
        {
            "store": ["b"] * 4 + ["a"] * 6,
            "day": times[[3, 2, 1, 0, 5, 4, 3, 2, 1, 0]],
            "sold": [13.0, 12, 11, 10, 5, 4, 3, 2, 1, 0],
        }
    )
    return table.assign(**columns)


PANDAS_TIMES = {
    "dates": DAYS,
    "nanoseconds": DAYS.as_unit("ns"),
    "zone": ZONED,
    "periods": pd.period_range("2020-01", periods=6, freq="M"),
    "durations": pd.timedelta_range("1h", periods=6, freq="2h"),
    "Python dates": pd.Index([day.date() for day in DAYS], dtype=object),
    "categories": pd.CategoricalIndex(DAYS),
    "Arrow": DAYS.astype("timestamp[us][pyarrow]"),
    "Arrow dates": DAYS.astype("date32[pyarrow]"),
    "months": pd.date_range("2020-01-31", periods=6, freq="ME"),
    "whole numbers": pd.Index(range(10, 70, 10)),
    "nullable": pd.Index(range(6), dtype="Int64"),
    "floats": pd.Index(np.arange(6) / 2),
}


@pytest.mark.parametrize("times", PANDAS_TIMES.values(), ids=PANDAS_TIMES)
def test_times_of_pandas(times):
    table = two(times)
    levels = table.set_index(["store", "day"])
    dated = hasattr(times, "asi8") or times.dtype.kind not in "iuf"
    options = {} if dated else {"id": "store", "time": "day"}
    for X, y in (
        make_supervised(table, "sold", id="store", time="day"),
        make_supervised(levels, "sold", **options),
    ):
        assert_array_equal(X.ids, list("abababaa"))
        assert_array_equal(y, [1, 11, 2, 12, 3, 13, 4, 5])
        days = [times[i] for i in (0, 0, 1, 1, 2, 2, 3, 4)]
        if type(times[0]) is datetime.date:
            days = pd.DatetimeIndex(days)
        assert list(X.index) == list(days) and X.index.name == "day"


def in_nanoseconds(index):
    """Times in one unit: before pandas 3, equal times of other units are not equal."""
    return index.as_unit("ns") if hasattr(index, "as_unit") else index


def test_times_of_other_libraries():
    polars = pytest.importorskip("polars")
    dates = [day.to_pydatetime() for day in DAYS]
    utc = polars.Series(dates).dt.replace_time_zone("Europe/Berlin")
    kinds = [
        (polars.Series([day.date() for day in DAYS]), DAYS),
        *((polars.Series(dates, dtype=polars.Datetime(unit)), DAYS) for unit in UNITS),
        (utc, ZONED),
        (utc.dt.cast_time_unit("ns"), ZONED),
        (polars.Series([datetime.timedelta(hours=i) for i in range(6)]), None),
        (polars.Series(range(6), dtype=polars.UInt8), range(6)),
        (polars.Series([i / 2 for i in range(6)]), np.arange(6) / 2),
    ]
    rows = [3, 2, 1, 0, 5, 4, 3, 2, 1, 0]
    plain = polars.DataFrame({"store": list("bbbbaaaaaa"), "sold": two(DAYS)["sold"]})
    for times, expected in kinds:
        table = plain.with_columns(day=times[rows])
        for own in (table, table.to_arrow()):
            X, y = make_supervised(own, "sold", id="store", time="day")
            assert_array_equal(y, [1, 11, 2, 12, 3, 13, 4, 5])
            if expected is None:
                expected = pd.timedelta_range("0h", periods=6, freq="h")
            same = pd.Index(expected)[[0, 0, 1, 1, 2, 2, 3, 4]]
            assert in_nanoseconds(X.index).equals(in_nanoseconds(same))
            if isinstance(expected, pd.DatetimeIndex):
                assert str(X.index.tz) == str(expected.tz)


UNITS = ("ms", "us", "ns")


def test_an_index_of_dates_is_the_time():
    table = two(DAYS).set_index("day")
    X, _ = make_supervised(table, "sold", id="store")
    assert X.frame().equals(
        make_supervised(two(DAYS), "sold", id="store", time="day")[0].frame()
    )
    named = two(DAYS).set_index("store")
    assert (
        make_supervised(named, "sold", id="store", time="day")[0]
        .frame()
        .equals(X.frame())
    )


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_without_times_rows_are_in_order(library):
    table = two(DAYS)[["store", "sold"]][::-1]
    if library == "pandas":
        table.index = [*range(6), *range(4)]  # each store counts its own rows
    else:
        own = pytest.importorskip(library)
        table = own.DataFrame({name: table[name].to_list() for name in table})
    X, y = make_supervised(table, "sold", id="store")
    assert X.index is None
    assert_array_equal(X.ids, list("abababaa"))
    assert_array_equal(y, [1, 11, 2, 12, 3, 13, 4, 5])
    assert X.frame().columns.tolist() == ["store", "row"]


def test_times_alone_sort_one_series():
    table = two(DAYS)[4:].drop(columns="store")
    X, y = make_supervised(table, "sold", time="day")
    assert X.ids is None and X.index.equals(DAYS[:-1])
    assert_array_equal(y, range(1, 6))
    assert X.frame().columns.tolist() == ["day", "row"]


# Ids.


def test_several_columns_of_ids():
    table = two(DAYS, region=2)
    table = pd.concat([table, table.assign(region=1, sold=table["sold"] + 100)])
    X, y = make_supervised(table, "sold", id=["region", "store"], time="day")
    assert X.ids[:4].tolist() == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    assert_array_equal(y[:4], [101, 111, 1, 11])
    assert X.frame().columns.tolist() == ["region", "store", "day", "row"]
    levels = table.set_index(["day", "region", "store"])
    own, own_y = make_supervised(levels, "sold")
    assert own.frame().equals(X.frame())
    assert_array_equal(own_y, y)
    first = levels[levels.index.get_level_values("region") == 1]
    assert set(make_supervised(first, "sold", id="store")[0].ids) == {"a", "b"}


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([3, 10, 2], [2, 3, 10]),
        (["b", "B", "a"], ["B", "a", "b"]),
        ([2.5, 0.5, 1.0], [0.5, 1.0, 2.5]),
        (pd.Categorical(["b", "a", "c"], categories=["c", "b", "a"]), ["a", "b", "c"]),
        (pd.to_datetime(["2020-02", "2020-01", "2020-03"]), None),
        (["b", 1, None], None),
        ([True, False, True], [False, True]),
    ],
    ids=str,
)
def test_ids_are_sorted(ids, expected):
    table = pd.DataFrame({"id": ids, "v": [1.0, 2, 3]})
    if table["id"].isna().any():
        table = table.dropna()  # text and numbers have no order
        expected = ["b", 1]
    if expected is None:
        expected = sorted(ids)
    assert SeriesView(table, id="id")._series.ids.tolist() == list(expected)


@pytest.mark.parametrize("id", ["store", ["kind", "store"]], ids=str)
def test_a_number_and_its_text_are_not_two_ids(id):
    sunday = pd.DataFrame({"store": [1, 2], "kind": 5, "v": [1.0, 2.0], "day": 0})
    monday = sunday.assign(day=1)
    for number in (int, float):
        both = [sunday.astype({"store": number}), monday.astype({"store": str})]
        match = f"'store' holds {number(1)}, '1': a number and its text"
        with pytest.raises(ValueError, match=match):
            SeriesView(pd.concat(both), id=id, time="day")
    same_type = pd.concat([sunday, monday])
    assert len(np.unique(SeriesView(same_type, id=id, time="day").ids)) == 2


def test_ids_and_times_may_be_columns_or_levels():
    expected = SeriesView(two(DAYS), id="store", time="day").frame()
    for names, options in (
        (["store", "day"], {"time": "day"}),
        (["store", "day"], {"id": "store"}),
        (["store", "day"], {"static": ()}),
        (["store"], {"id": "store", "time": "day"}),
        (["day"], {"id": "store", "static": None}),
    ):
        own = SeriesView(two(DAYS).set_index(names), **options).frame()
        assert own.equals(expected)
    numbers = two(pd.Index(range(6))).set_index(["day", "store"])
    assert SeriesView(numbers, time="day").ids.tolist() == list("aaaaaabbbb")
    plain = two(range(6))
    plain["store"] = plain["store"].map({"a": 0.0, "b": 1.0})
    plain = pd.DataFrame(plain.to_numpy(float))
    X, y = make_supervised(plain, 2, id=0, time=1)
    assert_array_equal(y, [1, 11, 2, 12, 3, 13, 4, 5])
    assert X.ids[:2].tolist() == [0, 1]


def test_ids_of_other_libraries():
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    texts = ["b", "B", "a", "b"]
    for ids in (
        polars.Series(texts, dtype=polars.Categorical),
        polars.Series(texts, dtype=polars.Enum(["b", "a", "B"])),
        polars.Series(texts),
    ):
        table = polars.DataFrame({"id": ids, "v": [1.0, 2, 3, 4]})
        for own in (table, table.to_arrow()):
            assert SeriesView(own, id="id").ids.tolist() == ["B", "a", "b", "b"]
    coded = pyarrow.table(
        {"id": pyarrow.array(texts).dictionary_encode(), "v": range(4)}
    )
    assert SeriesView(coded, id="id").ids.tolist() == ["B", "a", "b", "b"]
    coded = pyarrow.table(
        {"id": pyarrow.array([7, 5, None]).dictionary_encode(), "v": range(3)}
    )
    assert SeriesView(coded[:2], id="id").ids.tolist() == [5, 7]
    with pytest.raises(ValueError, match="id='id' is missing at 1 of 3 rows"):
        SeriesView(coded, id="id")
    arrow = pd.DataFrame({"id": texts, "v": 1.0}).astype({"id": "string[pyarrow]"})
    assert SeriesView(arrow, id="id").ids.tolist() == ["B", "a", "b", "b"]


def test_many_ids_and_many_rows():
    rng = np.random.default_rng(0)
    ids = np.repeat(np.arange(70_000), 2)
    table = pd.DataFrame({"id": ids, "time": np.tile([0, 1], 70_000), "v": ids + 0.5})
    shuffled = table.iloc[rng.permutation(len(table))]
    read = read_long_table(shuffled, "id", "time")
    assert_array_equal(read.block[:, 0], table["v"])
    assert_array_equal(read.lengths, 2)
    times = [index.tolist() for index in read.dates.all_own()]
    assert times == [[0, 1]] * 70_000
    assert read.ids.equals(pd.Index(range(70_000), name="id"))


# Channels.


def test_types_of_values():
    table = two(DAYS, count=np.arange(10), open=True)
    table["nullable"] = pd.array([None, *range(9)], dtype="Int64")
    view = SeriesView(table, id="store", time="day")
    assert view.dtype == np.float64 and view.n_channels == 4
    assert np.isnan(view.to_numpy()[9, 3]) and view.to_numpy()[0].tolist() == [
        0,
        9,
        1,
        8,
    ]
    single = two(DAYS).astype({"sold": np.float32})
    assert SeriesView(single, id="store", time="day").dtype == np.float32
    polars = pytest.importorskip("polars")
    table = polars.DataFrame(
        {"id": [1, 1, 0], "a": [1, None, 3], "b": [True, None, False]}
    )
    for own in (table, table.to_arrow()):
        assert_array_equal(
            SeriesView(own, id="id").to_numpy(), [[3, 0], [1, 1], [np.nan, np.nan]]
        )


def test_labels_that_are_no_text():
    table = two(DAYS).set_axis([1, 2, 3], axis=1)
    X, y = make_supervised(table, 3, id=1, time=2)
    assert y[0] == 1 and X.channel_names is None
    assert X.frame().columns.tolist() == [1, 2, "row"]
    with pytest.raises(
        ValueError, match=r"id=0 is not a column .*: use one of 1, 2, 3"
    ):
        make_supervised(table, 3, id=0, time=2)
    pairs = two(DAYS).set_axis(
        pd.MultiIndex.from_tuples([("k", "s"), ("k", "d"), ("v", "x")]), axis=1
    )
    X, y = make_supervised(pairs, ("v", "x"), id=("k", "s"), time=("k", "d"))
    assert y[0] == 1 and X.frame().columns.tolist() == [("k", "s"), ("k", "d"), "row"]


def test_a_column_of_a_levels():
    _, y = make_supervised(two(DAYS).set_index(["store", "day"])["sold"], "sold")
    assert_array_equal(y, [1, 11, 2, 12, 3, 13, 4, 5])


def test_a_sorted_table_is_not_sorted_again():
    table = two(DAYS)[::-1]
    before = table.copy()
    X, _ = make_supervised(table, "sold", id="store", time="day")
    pd.testing.assert_frame_equal(table, before)
    assert_array_equal(X.to_numpy()[:, 0], [0, 10, 1, 11, 2, 12, 3, 4])


# Views of long tables.


def test_parts_of_a_view_keep_ids():
    X, _ = make_supervised(two(DAYS), "sold", id="store", time="day")
    windows = WindowView(X, lags=[1, 0])[3:6]
    for same in (windows, windows.compact(), pickle.loads(pickle.dumps(windows))):
        assert same.ids.tolist() == ["b", "a", "b"]
    assert windows.frame()["row"].tolist() == [1, 2, 2]
    assert windows.compact().frame()["row"].tolist() == [1, 1, 2]
    again, y = make_supervised(X, "sold", delay=2)
    assert again.ids.tolist() == ["a", "b", "a", "b", "a", "a"]
    assert_array_equal(y, [2, 12, 3, 13, 4, 5])


def test_parts_between_gaps_keep_the_id():
    table = two(DAYS)[two(DAYS)["day"] != DAYS[2]]
    with pytest.raises(ValueError, match=r"^series 'a': The index has 1 gap"):
        make_supervised(table, "sold", id="store", time="day")
    with pytest.warns(UserWarning, match="^1 of 2 ids .* left out: 'b'. A fitted"):
        X, y = make_supervised(
            table, "sold", id="store", time="day", on_gap="split", delay=2
        )
    assert X.ids.tolist() == ["a"] and X.index.tolist() == [DAYS[3]]
    assert_array_equal(y, [5])


def test_one_warning_for_all_gaps():
    table = two(DAYS)[~two(DAYS)["day"].isin([DAYS[1]])]
    match = (
        r"^series 'a': The index has 1 gap.* 1 more of the series have gaps\. The rows"
    )
    for way in (SeriesView, lambda *args, **own: make_supervised(*args, "sold", **own)):
        with pytest.warns(UserWarning, match=match) as caught:
            way(table, id="store", time="day", on_gap="warn")
        assert len(caught) == 1 and caught[0].filename == __file__


def test_rows_of_long_tables_are_numbered_by_id_and_time():
    frame = SeriesView(two(DAYS), id="store", time="day").frame()
    chosen = np.flatnonzero((frame["store"] == "b") & (frame["day"] < DAYS[2]))
    X, y = make_supervised(two(DAYS), "sold", id="store", time="day", rows=chosen)
    assert X.ids.tolist() == ["b", "b"]
    assert_array_equal(y, [11, 12])


def test_frames_of_other_series():
    values = np.arange(4.0)[:, None]
    assert SeriesView(values).frame().to_dict("list") == {"row": [0, 1, 2, 3]}
    several = SeriesView([values, values[:2]], rows=[1, 5]).frame()
    assert several.to_dict("list") == {"series": [0, 1], "row": [1, 1]}
    unnamed = two(DAYS).set_index(["store", "day"]).rename_axis([None, None])
    assert SeriesView(unnamed).frame().columns.tolist() == ["id", "time", "row"]
    pairs = two(DAYS, k=0).set_index(["k", "store", "day"]).rename_axis([None] * 3)
    frame = SeriesView(pairs).frame()
    assert frame.columns.tolist() == ["id_0", "id_1", "time", "row"]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_wide_table_in_one_call(library):
    table = pd.DataFrame({"day": DAYS, "b": np.arange(6.0), "a": np.arange(6) + 9.0})
    if library == "polars":
        own = pytest.importorskip(library)
        table = own.DataFrame({name: table[name].to_numpy() for name in table})
    X, y = make_supervised(table, pooled=True, time="day", delay=[1, 2])
    assert X.ids[:4].tolist() == ["b", "a", "b", "a"] == X.channels[:4].tolist()
    assert_array_equal(y[:2], [[1, 2], [10, 11]])
    assert X.frame().columns.tolist() == ["channel", "day", "row"]


def test_pooled_channels_of_long_tables():
    table = two(DAYS, more=1.0, kind=2.0)
    X, y = make_supervised(
        table, pooled=True, id="store", time="day", static="kind", delay=3
    )
    assert X.ids[:4].tolist() == [
        ("a", "sold"),
        ("a", "more"),
        ("b", "sold"),
        ("b", "more"),
    ]
    assert_array_equal(y[:4], [3, 1, 13, 1])
    assert X.frame().columns.tolist() == ["store", "channel", "day", "row"]
    tidy = X.unpool(y, as_frame=True)
    assert tidy.index.names == ["store", "day"]
    assert tidy.loc[("b", DAYS[0])].tolist() == [13, 1]
    several = SeriesView([np.ones((3, 2)), np.ones((2, 2))]).pool()
    assert several.ids[-1] == (1, 1)


def test_predictions_of_a_comparison_have_ids():
    table = pd.concat([two(DAYS, region=7), two(DAYS + pd.Timedelta(6, "D"), region=8)])
    X, y = make_supervised(table, "sold", id=["region", "store"], time="day")
    models = {"last": make_pipeline(LookbackWindower(1), PersistenceRegressor())}
    cv = TimeSeriesSplit(2, gap=2)
    found = compare_models(models, X, y, cv=cv, baseline=None).predictions
    assert found.index.names == ["day", "region", "store"]
    tested = np.concatenate([test for _, test in cv.split(X)])
    expected = [(day, *own) for day, own in zip(X.index, X.ids, strict=True)]
    assert found.index.tolist() == [expected[at] for at in tested]
    assert_array_equal(found["truth"], y[tested])
    assert_array_equal(found["last"], y[tested] - 1)


def test_a_plot_does_not_join_ids():
    table = pd.concat([two(DAYS)[:4], two(DAYS + pd.Timedelta(9, "D"))[4:]])
    X, y = make_supervised(table, "sold", id="store", time="day")
    pytest.importorskip("matplotlib")
    with pytest.raises(ValueError, match=r"rows of 2 ids, .* X\[X\.ids == 'b'\]"):
        ForecastDisplay.from_predictions(y, y, index=X)
    own = X.ids == "b"
    ForecastDisplay.from_predictions(y[own], y[own], index=X[own])


def test_a_pipeline_reads_no_other_series():
    X, y = make_supervised(two(DAYS), "sold", id="store", time="day")
    model = PersistenceRegressor().fit(LookbackWindower(2).fit_transform(X), y)
    newest = SeriesView(two(DAYS), id="store", time="day", rows=[5, 9])
    assert newest.ids.tolist() == ["a", "b"]
    assert_array_equal(
        model.predict(LookbackWindower(2).fit_transform(newest)), [5, 13]
    )


@pytest.mark.trains
def test_a_static_column_reaches_the_network():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"id": np.repeat(range(4), 60), "day": [*HOURS] * 4})
    table["v"] = rng.normal(size=240)
    table["kind"] = table["id"] % 2.0
    options = {"id": "id", "time": "day", "static": "kind"}
    X, y = make_supervised(table, "v", **options)
    model = make_pipeline(
        LookbackWindower(6),
        Conv1DRegressor(n_conv=1, filters=4, kernel_size=3, epochs=2, random_state=0),
    ).fit(X, y)
    other = SeriesView(table.assign(kind=1 - table["kind"]), **options, rows=X.rows)
    whole = LookbackWindower(6).fit_transform(X).complete
    changes = model.predict(other[whole]) - model.predict(X[whole])
    assert (np.abs(changes) > 1e-6).mean() > 0.9


def test_missing_values_are_told_with_the_id():
    table = two(DAYS)
    table.loc[2, "sold"] = np.nan
    with pytest.warns(UserWarning, match="1 of 8 rows have no target"):
        X, y = make_supervised(table, "sold", id="store", time="day")
    model = make_pipeline(LookbackWindower(3), LinearAutoregression())
    match = r"first at row 1 \(2020-10-21 00:00:00\) of .*b'.*groupby\(<id>\).*\.transf"
    with pytest.raises(ValueError, match=match):
        model.fit(X, y)


@pytest.mark.parametrize(
    ("ids", "way_out"),
    [
        ([], r"values only: table\[<channel>\]\.ffill\(limit_area='inside'\)"),
        (["store"], r"groupby\(<id>\)\[<channel>\]\.transform"),
    ],
)
def test_missing_values_of_pooled_channels(ids, way_out):
    table = pd.DataFrame(
        {"a": np.arange(9.0), "b": 1.0}, pd.date_range("2020", periods=9)
    )
    table.loc[table.index[4], "b"] = np.nan
    table = table.assign(store="x").reset_index() if ids else table
    options = {"id": ids, "time": "index"} if ids else {}
    with pytest.warns(UserWarning, match="rows have no target"):
        X, y = make_supervised(table, pooled=True, **options)
    model = make_pipeline(LookbackWindower(3), LinearAutoregression())
    with pytest.raises(ValueError, match=way_out):
        model.fit(X, y)


# Series that are too short.


def test_short_series_are_told():
    tables = [
        pd.DataFrame({"id": f"s{i}", "day": DAYS[: 2 + i // 4], "v": 1.0})
        for i in range(8)
    ]
    table = pd.concat(tables)
    match = r"^4 of 8 ids have no row .* 2 rows later.*: 's0', 's1', 's2' and 1 more\. "
    with pytest.warns(UserWarning, match=match) as caught:
        X, _ = make_supervised(table, "v", id="id", time="day", delay=2)
    assert caught[0].filename == __file__ and len(caught) == 1
    assert set(X.ids) == {f"s{i}" for i in range(4, 8)}
    with pytest.raises(
        ValueError, match=r"delay=9 leaves none .* longest series has 3"
    ):
        make_supervised(table, "v", id="id", time="day", delay=9)
    levels = table.assign(k=1).set_index(["k", "id", "day"])
    match = r"^4 of 8 ids .*: \(1, 's0'\), \(1, 's1'\), \(1, 's2'\) and 1 more"
    with pytest.warns(UserWarning, match=match):
        make_supervised(levels, "v", delay=2)
    rows = np.flatnonzero(SeriesView(table, id="id", time="day").ids > "s3")
    make_supervised(table, "v", id="id", time="day", delay=2, rows=rows)  # no warning


def test_ids_whose_only_later_rows_are_the_future_are_told():
    later = pd.date_range("2024", periods=9)
    parts = [
        pd.DataFrame(
            {"id": name, "day": later[-n - 3 :], "v": [1.0] * n + [np.nan] * 3}
        )
        for name, n in {"old": 6, "new": 2}.items()
    ]
    columns = {"id": "id", "time": "day"}
    match = r"^1 of 2 ids .* 3 rows later.*: 'new'\. .*SeriesView\(table, id=.*\)\)\.$"
    with pytest.warns(UserWarning, match=match) as caught:
        X, y = make_supervised(pd.concat(parts), "v", delay=[1, 2, 3], **columns)
    assert len(caught) == 1 and caught[0].filename == __file__
    assert y.shape == (3, 3) and set(X.ids) == {"old"}
    model = make_pipeline(LookbackWindower(2), PersistenceRegressor()).fit(X, y)
    table = forecast(model, SeriesView(pd.concat(parts), **columns))
    assert set(table["id"]) == {"old", "new"}


# Frequencies.


def at_frequencies(**freqs):
    parts = [
        pd.DataFrame(
            {
                "id": name,
                "day": pd.date_range("2020-01-31", periods=n, freq=freq),
                "v": 1.0,
            }
        )
        for name, (freq, n) in freqs.items()
    ]
    return pd.concat(parts)


def test_frequencies_that_differ():
    table = at_frequencies(a=("h", 5), b=("h", 9), c=("30min", 6), d=("15min", 5))
    match = (
        "frequencies differ between ids: most rows of 'a' are 0?1:00:00 apart, those "
        r"of 'c' 00:30:00 \(2 of 4 ids have another"
    )
    for read in (supervised, SeriesView):
        with pytest.raises(ValueError, match=match):
            read(table, id="id", time="day")
    with pytest.raises(ValueError, match="frequencies differ"):
        supervised(table, id="id", time="day", on_gap="split")
    with pytest.raises(ValueError, match=r"^series 'c': .* \(freq='h'\)"):
        supervised(table, id="id", time="day", freq="h")
    assert len(supervised(table, id="id", time="day", on_gap="ignore")[0]) == 21
    numbers = pd.DataFrame(
        {"id": np.repeat([0, 1], 5), "day": [0, 1, 2, 3, 4, 0, 2, 4, 6, 8], "v": 1.0}
    )
    with pytest.raises(ValueError, match="rows of 0 are 1 apart, those of 1 2"):
        supervised(numbers, id="id", time="day")


def supervised(table, **options):
    return make_supervised(table, "v", **options)


@pytest.mark.parametrize(
    "freqs",
    [
        {"a": ("MS", 5), "b": ("ME", 4), "c": ("MS", 40)},
        {"a": ("QS", 5), "b": ("QE", 9)},
        {"a": ("YS", 5), "b": ("YS", 4)},
        {"a": ("SMS", 24), "b": ("SME", 30)},
        {"a": ("B", 5), "b": ("B", 40), "c": ("B", 2)},
        {"a": ("h", 6), "b": ("7h", 3), "c": ("9h", 1)},  # too short to tell
        {"a": ("333ms", 5), "b": ("334ms", 5)},
        {"a": ("13D", 6), "b": ("14D", 6)},
    ],
    ids=lambda freqs: freqs["a"][0],
)
def test_frequencies_that_do_not_differ(freqs):
    read = read_long_table(at_frequencies(**freqs), "id", "day")
    assert len(read.lengths) == len(freqs)


@pytest.mark.parametrize(
    "freqs",
    [
        {"a": ("h", 6), "b": ("7h", 4)},  # three differences tell
        {"a": ("12D", 6), "b": ("13D", 6)},  # shorter than those of half months
        {"a": ("14D", 6), "b": ("21D", 6)},
        {"a": ("100min", 6), "b": ("103min", 6)},
    ],
    ids=lambda freqs: freqs["b"][0],
)
def test_frequencies_that_differ_a_little(freqs):
    with pytest.raises(ValueError, match="frequencies differ"):
        read_long_table(at_frequencies(**freqs), "id", "day")
    read_long_table(at_frequencies(**freqs), "id", "day", any_frequency=True)


def test_half_of_the_differences_are_a_frequency():
    steps = np.cumsum([0, 2, 2, 2, 3, 4, 5, 6])
    for n_rows, is_judged in ((7, True), (8, False)):
        odd = pd.DataFrame({"id": "b", "day": steps[:n_rows], "v": 1.0})
        table = pd.concat([pd.DataFrame({"id": "a", "day": range(5), "v": 1.0}), odd])
        match = (
            "frequencies differ" if is_judged else "^series 'b': The index has 4 gaps"
        )
        with pytest.raises(ValueError, match=match):
            supervised(table, id="id", time="day")


def test_a_series_with_gaps_has_a_frequency():
    table = at_frequencies(a=("h", 9), b=("30min", 9))
    table = table.drop(index=[4])  # of both
    with pytest.raises(ValueError, match=r"frequencies differ.*'b'.*'a'"):
        supervised(table, id="id", time="day")
    irregular = at_frequencies(a=("h", 10)).iloc[[0, 2, 3, 5, 6, 9]].assign(id="b")
    with pytest.raises(ValueError, match=r"^series 'b': The index has 3 gaps"):
        supervised(pd.concat([table[:4], irregular]), id="id", time="day")


# Bad input.


def levels(*names):
    return two(DAYS).assign(region=1).set_index(list(names))


def with_missing(column, value=None):
    table = two(DAYS).astype({"store": object})
    table[column] = table[column].astype(object)
    table.loc[[2, 5], column] = value
    return table


DAY = {"id": "store", "time": "day"}
BAD = {
    "an unknown id": (
        two(DAYS),
        {"id": "shop"},
        r"id='shop' is not a column of the table: use one of 'store', 'day', 'sold'\.",
    ),
    "an unknown time": (
        two(DAYS),
        {"id": "store", "time": "when"},
        "time='when' is not a column",
    ),
    "an unknown static": (
        two(DAYS),
        {**DAY, "static": ["kind"]},
        "static='kind' is not a column",
    ),
    "many columns": (
        two(DAYS, **{f"c{i}": 1 for i in range(20)}),
        {"id": 7},
        "id=7 is not .*'c6' and 13 more",
    ),
    "values as id": (
        two(DAYS),
        {"id": two(DAYS)["store"]},
        "id= takes the name of a column, not its values: make them a column",
    ),
    "values as time": (
        two(DAYS),
        {"id": "store", "time": two(DAYS)["day"].to_numpy()},
        "time= takes the name of a column, not its values",
    ),
    "no id": (
        two(DAYS),
        {"id": []},
        r"id must name one column or several different ones, got id=\[\]",
    ),
    "an id twice": (
        two(DAYS),
        {"id": ["store", "store"]},
        r"different ones, got id=\['store', 'store'\]",
    ),
    "two columns": (
        pd.concat([two(DAYS), two(DAYS)[["store"]]], axis=1),
        {"id": "store"},
        "id='store' names 2 columns of the table: rename",
    ),
    "a missing id": (
        with_missing("store"),
        DAY,
        r"id='store' is missing at 2 of 10 rows; the first is row 2: .*"
        r"dropna\(subset=\['store'\]\)",
    ),
    "a NaN id": (
        with_missing("store", np.nan),
        DAY,
        "id='store' is missing at 2 of 10",
    ),
    "a missing time": (
        with_missing("day"),
        DAY,
        "time='day' is missing at 2 of 10 rows; the first is row 2: fill",
    ),
    "times in text": (
        two(DAYS.astype(str)),
        DAY,
        r"time='day' is text \(row 0 is '2020-10-23'\).*to_datetime",
    ),
    "times that are truth values": (
        two(DAYS).assign(day=True),
        DAY,
        "time='day' must be dates or numbers, got values of dtype bool",
    ),
    "dates in text as index": (
        two(DAYS.astype(str)).set_index("day"),
        {"id": "store"},
        "index is text that looks like dates",
    ),
    "a day twice": (
        two(DAYS[[0, 1, 2, 3, 3, 5]]),
        DAY,
        r"Row 6 of the table has the id 'a' and the time 2020-10-23 00:00:00 of "
        r"row 5\. .*groupby\(\['store', 'day'\], as_index=False\)\."
        r"mean\(numeric_only=True\).*list of columns",
    ),
    "a day twice in a sorted table": (
        two(DAYS[[0, 0, 2, 3, 4, 5]])[9:3:-1],
        DAY,
        "Row 1 of the table has the id 'a' .* of row 0",
    ),
    "days twice": (
        pd.concat([two(DAYS, text="n")] * 2),
        DAY,
        "has the id 'a' .* of row 9, as 9 more rows do.*"
        r"table\.drop_duplicates\(\) keeps one of rows that are equal",
    ),
    "days twice in an index": (
        pd.concat([two(DAYS).set_index(["store", "day"])] * 2),
        {},
        r"table\[~table\.reset_index\(\)\.duplicated\(\)\.to_numpy\(\)\] keeps one",
    ),
    "a day twice without ids": (
        two(DAYS).drop(columns="store"),
        {"time": "day"},
        r"Row 9 has the time of row 3 \(2020-10-20 00:00:00\), as 3 more rows do\. "
        "If the table holds several series, id=",
    ),
    "rows out of order": (
        two(DAYS).drop(columns="day").iloc[[0, 1, 3, 2]],
        {"id": "store"},
        "rows of id 'b' are not in the order of the index: 2 comes after 3.*"
        "time=.*reset_index",
    ),
    "a changing static": (
        two(DAYS, kind=[1.0] * 4 + [2.0] * 5 + [3.0]),
        {**DAY, "static": "kind"},
        "static='kind' changes: its value of id 'a' is 3, and 2 at 2020-10-21.*"
        "leave it out of static=",
    ),
    "a static with a hole": (
        two(DAYS, kind=[np.nan] + [2.0] * 9),
        {**DAY, "static": "kind"},
        r"static='kind' is missing \(NaN\) in some rows of id 'b', such as at "
        "2020-10-23 00:00:00, and 2 in others.*fill it in all of its rows",
    ),
    "a static that begins with a hole": (
        two(DAYS, kind=[2.0] * 3 + [np.nan] + [2.0] * 6),
        {**DAY, "static": "kind"},
        r"\(NaN\) in some rows of id 'b', such as at 2020-10-20 00:00:00, and 2",
    ),
    "a static of text": (
        two(DAYS, kind="big"),
        {**DAY, "static": "kind"},
        r"static='kind' is not numeric.*pandas\.get_dummies\(table, "
        r"columns=\['kind'\], dtype=float\)",
    ),
    "a channel of text": (
        two(DAYS, kind="big"),
        DAY,
        r"^Channel 'kind' of the series is not numeric: leave it out, or make numb.*"
        r"pandas\.get_dummies\(table, columns=\['kind'\], dtype=float\).* in static=",
    ),
    "a second column of dates": (
        two(DAYS, other=pd.Timestamp("2020")),
        DAY,
        "Channel 'other' of the series is not numeric .*: leave it out, or name it as",
    ),
    "a channel of text without ids": (
        two(DAYS, kind="big")[["kind", "day"]][:2],
        {"time": "day"},
        "'kind' of the series is not numeric.* make_supervised.*id='kind'",
    ),
    "an id as static": (
        two(DAYS),
        {**DAY, "static": "store"},
        "Column 'store' is given as id= and as static=",
    ),
    "an id as time": (
        two(DAYS),
        {"id": ["store", "day"], "time": "day"},
        "Column 'day' is given as id= and as time=",
    ),
    "a time as static": (
        two(DAYS),
        {**DAY, "static": "day"},
        "static='day' is not a channel",
    ),
    "a day twice in an index without a name": (
        two(DAYS[[0, 1, 2, 3, 3, 5]]).set_index("day").rename_axis(None),
        {"id": "store"},
        r"table\.groupby\(\[\*\['store'\], table\.index\]\)\.mean\(numeric_only=True\)",
    ),
    "a day twice in levels": (
        two(DAYS[[0, 1, 2, 3, 3, 5]]).set_index(["store", "day"]),
        {},
        r"table\.groupby\(level=\[0, 1\]\)\.mean\(numeric_only=True\)",
    ),
    "a missing id in a level": (
        with_missing("store").set_index(["store", "day"]),
        {},
        "id='store' is missing at 2 of 10 rows; the first is row 2: .* drop these rows",
    ),
    "no channels": (
        two(DAYS)[["store", "day"]],
        DAY,
        "no channels: its columns 'store', 'day'",
    ),
    "no rows": (two(DAYS)[:0], DAY, "The table has no rows"),
    "a list": (
        [two(DAYS)],
        DAY,
        "id='store' names columns of one table, but the series is a list",
    ),
    "an array": (
        np.ones((3, 2)),
        {"time": 0},
        "time=0 names columns of one table, but the series is a ndarray",
    ),
    "a view": (
        SeriesView(np.ones((3, 2))),
        {"static": ["kind"]},
        r"static=\['kind'\] names columns .* is a SeriesView",
    ),
    "levels without dates": (
        levels("region", "store"),
        {},
        r"levels \['region', 'store'\], has no level of dates: time= must",
    ),
    "unnamed levels": (
        levels("region", "store").rename_axis([None, None]),
        {},
        r"no level of dates.*rename_axis\(\['store', 'date'\]\)",
    ),
    "two levels of dates": (
        two(DAYS, made=DAYS[0]).set_index(["store", "made", "day"]),
        {},
        "has 2 levels of dates",
    ),
    "ids that are lists": (
        two(DAYS).assign(store=[[1]] * 10),
        DAY,
        "id='store': the values of 'store' are containers",
    ),
}


@pytest.mark.parametrize(("table", "options", "match"), BAD.values(), ids=BAD)
def test_bad_input(table, options, match):
    for way in (
        lambda: make_supervised(table, "sold", **options),
        lambda: SeriesView(table, **options),
    ):
        with pytest.raises(ValueError, match=match):
            way()


def test_a_target_is_a_channel():
    for target, role in (("store", "id"), (["sold", "day"], "time")):
        with pytest.raises(
            ValueError, match=f"' is the {role} of the rows, not a channel"
        ):
            make_supervised(two(DAYS), target, **DAY)
    with pytest.raises(ValueError, match=r"target='sold' is static, so there is noth"):
        make_supervised(
            two(DAYS, k=1).assign(sold=2), "sold", static=["k", "sold"], **DAY
        )
    with pytest.raises(ValueError, match=r"target=None is not a channel.*pooled=True"):
        make_supervised(two(DAYS), **DAY)


def test_bad_input_of_other_libraries():
    polars = pytest.importorskip("polars")
    plain = {"id": ["a", None, "a"], "day": [1, 2, None], "v": [1.0, 2, 3]}
    kinds = polars.DataFrame({"id": ["a", "b"], "kind": ["x", "y"], "v": [1.0, 2]})
    pyarrow_way = r"pandas\.get_dummies\(table\.to_pandas\(\), columns=\['kind'\]"
    for table, of_kinds, way in (
        (polars.DataFrame(plain), kinds, r"table\.to_dummies\(\['kind'\]\)"),
        (polars.DataFrame(plain).to_arrow(), kinds.to_arrow(), pyarrow_way),
    ):
        with pytest.raises(
            ValueError, match="id='id' is missing at 1 of 3 rows; the first is row 1"
        ):
            make_supervised(table, "v", id="id")
        with pytest.raises(
            ValueError, match="time='day' is missing at 1 of 3 rows; the first is row 2"
        ):
            make_supervised(table, "v", time="day")
        with pytest.raises(ValueError, match=f"static='kind' is not numeric.*{way}"):
            SeriesView(of_kinds, id="id", static="kind")
    texts = polars.DataFrame({"day": ["2020-01-01", "2020-01-02"], "v": [1.0, 2]})
    with pytest.raises(ValueError, match=r"time='day' is text .*str\.to_datetime"):
        make_supervised(texts, "v", time="day")
    with pytest.raises(ValueError, match=r"LazyFrame.*collect"):
        make_supervised(texts.lazy(), "v", time="day")


def test_equal_rows_of_other_libraries():
    polars = pytest.importorskip("polars")
    rows = {"id": ["a", "a"], "day": [1, 1], "v": [1.0, 1.0], "text": ["x", "x"]}
    table = polars.DataFrame(rows)
    other = table.with_columns(v=polars.Series([1.0, 2.0]))
    for one, way in (
        (table, r"table\.unique\(\) keeps one of rows that are equal"),
        (table.to_arrow(), r"table\.to_pandas\(\)\.drop_duplicates\(\) keeps one"),
        (other, r"table\.group_by\(\['id', 'day'\]\)\.mean\(\) takes their mean"),
        (other.to_arrow(), r"\.groupby\(.*\)\.mean\(numeric_only=True\) takes"),
    ):
        with pytest.raises(ValueError, match=way):
            make_supervised(one, "v", id="id", time="day")


def test_clocks_that_were_set():
    clock = pd.date_range("2020-10-24", periods=48, freq="h", tz="Europe/Berlin")
    local = pd.DataFrame({"id": "a", "t": clock.tz_localize(None), "v": 1.0})
    with pytest.raises(
        ValueError, match=r"of row 26\. The clocks seem to have been set"
    ):
        make_supervised(local, "v", id="id", time="t")
    X, _ = make_supervised(local.assign(t=clock), "v", id="id", time="t")
    assert len(X) == 47


def code_that_names_the_zone(error):
    return re.search(r"pandas by (table.*?\))\. It tells", str(error.value))[1]


def local_times(start, freq, order, id_labels):
    """A table of two series with local times, and the true times of its rows."""
    clock = pd.date_range(start, periods=300, freq=freq, tz="Europe/Berlin")
    table = pd.DataFrame({"t": [*clock, *clock], "v": np.arange(600.0)})
    for label in id_labels:
        table[label] = np.repeat(["a", "b"], 300)
    true = table["t"]
    table["t"] = true.dt.tz_localize(None)
    if order == "time":
        table = table.loc[true.sort_values(kind="stable").index]
    elif order == "local time":
        table = table.sort_values("t", kind="stable")
    return table, true[table.index]


@pytest.mark.parametrize("freq", ["h", "15min"])
@pytest.mark.parametrize("id_labels", [["id"], ["id", "part"], [1]])
@pytest.mark.parametrize("order", ["series", "time"])
def test_the_code_that_names_the_zone_of_local_times(order, id_labels, freq):
    """Both in autumn, with repeats, and in spring, with a gap."""
    for start in ("2025-10-25", "2025-03-29"):
        table, true = local_times(start, freq, order, id_labels)
        columns = {"id": id_labels, "time": "t"}
        with pytest.raises(ValueError, match="Name the zone") as error:
            make_supervised(table, "v", **columns)
        names = {"table": table}
        exec(code_that_names_the_zone(error), names)
        assert (names["table"]["t"] == true).all()
        X, _ = make_supervised(names["table"], "v", **columns)
        assert len(X) == 598


def test_the_zone_of_hours_that_were_sorted_by_their_local_time():
    table, true = local_times("2025-10-25", "h", "local time", ["id"])
    levels = table.set_index(["id", "t"])
    with pytest.raises(ValueError, match=r"Name the zone.*reset_index") as error:
        make_supervised(levels, "v")
    names = {"table": levels.reset_index()}
    exec(code_that_names_the_zone(error), names)
    assert (names["table"]["t"].to_numpy() == true.to_numpy()).all()
    with pytest.raises(ValueError, match="Give the times in UTC"):
        make_supervised(levels.rename_axis([None, None]), "v")


def test_the_zone_of_times_of_one_series():
    table, true = local_times("2025-10-25", "h", "series", ["id"])
    one = table.iloc[:300].drop(columns="id")
    with pytest.raises(ValueError, match="clocks seem to have been set") as error:
        make_supervised(one, "v", time="t")
    names = {"table": one}
    exec(code_that_names_the_zone(error), names)
    assert (names["table"]["t"] == true[:300]).all()


def test_series_whose_ids_are_not_named_have_no_change_of_clocks():
    table, _ = local_times("2025-10-25", "h", "series", ["id"])
    with pytest.raises(ValueError, match="id= names the column of their ids"):
        make_supervised(table.drop(columns="id"), "v", time="t")
