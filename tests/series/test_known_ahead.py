"""Channels known ahead against columns that are shifted by hand."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone

from skseqconv import (
    CalendarFeatures,
    FlattenWindows,
    LinearAutoregression,
    LookbackWindower,
    SeriesView,
    Standardizer,
    WindowView,
    make_supervised,
)

properties = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, print_blob=False
)
N_CHANNELS = 4


def numbered(length, which=0):
    """Each value says where it comes from: series, row, channel."""
    rows = 1000 * which + np.arange(length, dtype=float)[:, None]
    return rows * 10 + np.arange(N_CHANNELS)


def shifted(whole, length, known, ahead):
    """The first rows, with the columns of channels known ahead shifted by hand.

    NaN where the future does not go that far.
    """
    by_hand = whole[:length].copy()
    by_hand[:, known] = np.nan
    later = whole[ahead : ahead + length, known]
    by_hand[: len(later), known] = later
    return by_hand


@st.composite
def tasks(draw):
    """Series with their futures, the channels known ahead, and the delays."""
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    futures = [draw(st.integers(0, 6)) for _ in lengths]
    totals = np.add(lengths, futures)
    whole = [numbered(total, which) for which, total in enumerate(totals)]
    known = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True))
    delays = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True))
    return whole, lengths, known, delays, draw(st.booleans())


def dated(array, begin=0):
    dates = pd.date_range("2020-01-01", periods=begin + len(array), freq="h")[begin:]
    return pd.DataFrame(array, index=dates, columns=["load", "sun", "wind", "price"])


def view_of(whole, lengths, known, delays, is_dated):
    """A view with a future, and the series shifted by hand."""
    parts = [own[:n] for own, n in zip(whole, lengths, strict=True)]
    futures = [own[n:] for own, n in zip(whole, lengths, strict=True)]
    if is_dated:
        parts = [dated(part) for part in parts]
        futures = [dated(f, n) for f, n in zip(futures, lengths, strict=True)]
    by_hand = [
        shifted(own, n, known, max(delays))
        for own, n in zip(whole, lengths, strict=True)
    ]
    view = SeriesView(parts, known_ahead=known, delay=delays, future=futures)
    return view, SeriesView(by_hand)


@properties
@given(task=tasks(), data=st.data())
def test_windows_are_those_of_columns_shifted_by_hand(task, data):
    view, by_hand = view_of(*task)
    there = np.isfinite(by_hand.to_numpy()).all(axis=1)
    lags = data.draw(st.sets(st.integers(0, 4), min_size=1))
    windows, expected = (
        WindowView(one, lags=sorted(lags, reverse=True)) for one in (view, by_hand)
    )
    rows = np.flatnonzero(there)
    if len(rows):
        rows = np.array(data.draw(st.lists(st.sampled_from(rows.tolist()))), dtype=int)
    wanted = expected[rows].to_numpy()
    seen = windows[rows]
    assert_array_equal(seen.to_numpy(), wanted)
    block, positions = seen.block(np.float64)
    if 0 in lags:
        assert_array_equal(block[positions], wanted[:, -1])
    compact = seen.compact()
    assert_array_equal(compact.to_numpy(), wanted)
    assert_array_equal(pickle.loads(pickle.dumps(compact)).to_numpy(), wanted)
    assert_array_equal(compact.compact()[::-1].to_numpy(), wanted[::-1])
    for row in np.flatnonzero(~there):
        with pytest.raises(ValueError, match="future=table"):
            view[row : row + 1].to_numpy()


@properties
@given(task=tasks())
def test_targets_are_not_shifted(task):
    whole, lengths, known, delays, is_dated = task
    if max(lengths) <= max(delays):
        return
    parts = [own[:n] for own, n in zip(whole, lengths, strict=True)]
    parts = [dated(part) for part in parts] if is_dated else parts
    plain, y = make_supervised(parts, 0, delay=delays)
    X, same = make_supervised(parts, 0, delay=delays, known_ahead=known)
    assert_array_equal(same, y)
    assert_array_equal(X.rows, plain.rows)
    assert X.target == plain.target
    others = [c for c in range(N_CHANNELS) if c not in known]
    assert_array_equal(X.to_numpy()[:, others], plain.to_numpy()[:, others])
    ahead = make_supervised(parts, known, delay=max(delays))[1]
    assert_array_equal(X.to_numpy()[:, known], ahead)


@properties
@given(task=tasks())
def test_statistics_are_those_of_the_shifted_rows(task):
    view, by_hand = view_of(*task)
    there = np.isfinite(by_hand.to_numpy()).all(axis=1)
    if not there.any():
        return
    fitted, expected = (Standardizer().fit(one[there]) for one in (view, by_hand))
    assert_array_equal(fitted.mean_, expected.mean_)
    assert_array_equal(
        fitted.transform(view[there]).to_numpy(),
        expected.transform(by_hand[there]).to_numpy(),
    )


def test_each_horizon_has_its_place_in_the_window():
    table = dated(numbered(30))
    X, _ = make_supervised(table, "load", delay=[1, 3, 7], known_ahead="sun")
    windows = LookbackWindower(7).fit_transform(X)[6:]
    for delay in (1, 3, 7):
        assert_array_equal(
            windows.to_numpy()[:, -1 - (7 - delay), 1],
            table["sun"].to_numpy()[windows.rows + delay],
        )


def test_rows_before_the_series_repeat_its_first_row():
    table = dated(numbered(6))
    view = SeriesView(table, known_ahead="sun", delay=2)
    first = WindowView(view, lags=[2, 1, 0])[:1].to_numpy()[0]
    assert_array_equal(first, np.repeat([[0.0, 21.0, 2.0, 3.0]], 3, axis=0))


def test_memory_maps_are_not_copied(tmp_path):
    np.save(tmp_path / "series.npy", numbered(50).astype(np.float32))
    series = np.load(tmp_path / "series.npy", mmap_mode="r")
    X, _ = make_supervised(series, 0, delay=4, known_ahead=[2, 3])
    assert np.shares_memory(X.series, series)
    assert X.dtype == np.float32
    assert_array_equal(X.to_numpy()[:, 2:], series[4:, 2:])
    assert_array_equal(X.to_numpy()[:, :2], series[:-4, :2])


def test_parts_between_gaps():
    table = dated(numbered(20)).drop(index=pd.Timestamp("2020-01-01 10:00"))
    future = dated(numbered(23)).iloc[20:]
    X, _ = make_supervised(
        table, "load", delay=3, known_ahead="sun", on_gap="split", future=future
    )
    assert_array_equal(X.to_numpy()[:, 1], 10 * (X.rows + (X.rows > 9)) + 31)
    newest = SeriesView(X, rows=[18])
    assert newest.to_numpy()[0, 1] == 221
    with pytest.raises(ValueError, match=r"end of the series, 2020-01-01 10:00"):
        SeriesView(X, rows=[9]).to_numpy()
    assert SeriesView(X.with_future(future), rows=[18]).to_numpy()[0, 1] == 221


def test_views_of_views_and_other_delays():
    table, future = dated(numbered(10)), dated(numbered(20)).iloc[10:]
    view = SeriesView(table, known_ahead=["sun"], delay=5, future=future)
    assert view.known_ahead == ("sun",)
    assert SeriesView(view, rows=[2]).to_numpy()[0, 1] == 71
    X, _ = make_supervised(view, "load", delay=[1, 2])
    assert X.known_ahead == ("sun",)
    assert_array_equal(X.to_numpy()[:, 1], table["sun"].to_numpy()[2:])
    assert SeriesView(X, rows=[9]).to_numpy()[0, 1] == 111
    other, _ = make_supervised(view, "load", delay=2, known_ahead="wind")
    assert other.known_ahead == ("wind",)
    with pytest.raises(ValueError, match="future=table"):
        SeriesView(other, rows=[9]).to_numpy()


@pytest.mark.parametrize(
    "give",
    [
        lambda later: later,
        lambda later: later[["sun", "price"]],
        lambda later: later.assign(name="text")[["name", "price", "load", "sun"]],
        lambda later: later.to_numpy(),
        lambda later: later[["price", "sun"]].to_numpy(),
        lambda later: [later],
        lambda later: later.reset_index(drop=True).set_axis(range(10, 14)),
    ],
    ids=["all", "known", "others", "array", "known array", "list", "numbers"],
)
def test_futures(give):
    whole = dated(numbered(14))
    if give(whole[10:]) is not None:
        table, later = whole[:10], give(whole[10:])
    if isinstance(later, pd.DataFrame) and later.index[0] == 10:
        table = table.reset_index(drop=True)
    view = SeriesView(table, known_ahead=["price", "sun"], delay=[2, 4])
    newest = SeriesView(view.with_future(later), rows=[9])
    assert_array_equal(newest.to_numpy(), [[90.0, 131.0, 92.0, 133.0]])
    with pytest.raises(ValueError, match="future=table"):
        SeriesView(view, rows=[9]).to_numpy()  # it is as before


def test_one_column_and_other_tables():
    whole = dated(numbered(12))
    view = SeriesView(whole[:10], rows=[9], known_ahead="sun", delay=2)
    for later in (
        whole["sun"][10:],
        whole["sun"].to_numpy()[10:],
        whole["sun"].to_list()[10:],
    ):
        assert view.with_future(later).to_numpy()[0, 1] == 111
    polars = pytest.importorskip("polars")
    later = polars.DataFrame({"name": ["a", "b"], "sun": [101.0, 111.0]})
    assert view.with_future(later).to_numpy()[0, 1] == 111
    assert view.with_future(later.to_arrow()).to_numpy()[0, 1] == 111


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda later: later.drop(columns="sun"), "future= lacks 'sun'"),
        (lambda later: later.to_numpy()[:, :3], "has 3 columns without labels"),
        (lambda later: [later, later], r"after 2 series, but there are 1"),
        (
            lambda later: later.shift(1, "h"),
            "the series, which ends at 2020-01-01 09:00:00: it needs "
            "2020-01-01 10:00:00, but begins at 2020-01-01 11:00:00",
        ),
        (
            lambda later: later.shift(-4, "h"),
            "which ends at 2020-01-01 09:00:00: it needs 2020-01-01 10:00:00, but has "
            "no later row",
        ),
        (
            lambda later: later.tz_localize("UTC"),
            r"begins at 2020-01-01 10:00:00\+00:00, and the series ends at 2020-01-01 "
            r"09:00:00, which cannot be compared. Only the times of future= have a "
            r"time zone. Remove it: tz_convert\(zone\).tz_localize\(None\).*to_numpy",
        ),
        (
            lambda later: later.reset_index(drop=True),
            "begins at 0, and the series.*cannot be compared. Give both tables times "
            "of the same kind.*to_numpy",
        ),
        (
            lambda later: later.iloc[[0, 1, 3]],
            "has a gap after the series: after 2020-01-01 11:00:00 it needs "
            "2020-01-01 12:00:00, but goes on at 2020-01-01 13:00:00",
        ),
        (lambda later: later[::-1], "not in order"),
    ],
)
def test_futures_that_do_not_follow(change, message):
    whole = dated(numbered(14))
    with pytest.raises(ValueError, match=message) as caught:
        SeriesView(
            whole[:10], known_ahead=["sun", "price"], delay=2, future=change(whole[10:])
        )
    # Values without dates would move each of them to another hour.
    advised = "to_numpy" in str(caught.value)
    assert advised == ("cannot be compared" in str(caught.value))


@pytest.mark.parametrize("ids", [False, True])
@pytest.mark.parametrize(
    ("step", "of_future", "n_rows"),
    [("1h", "15min", 8), ("1h", "15min", 99), ("15min", "1h", 3), ("1D", "1h", 24)],
)
def test_a_future_at_another_step_is_told(step, of_future, n_rows, ids):
    """Also if it has more rows than the series, so that its step is the usual one."""
    index = pd.date_range("2020-01-01", periods=20, freq=step)
    later = pd.date_range(index[-1], periods=n_rows + 1, freq=of_future)[1:]
    past, future = (
        pd.DataFrame({"load": 0.0, "sun": 1.0}, one.rename("time"))
        for one in (index, later)
    )
    columns = {}
    if ids:
        past, future = (one.assign(site="a").reset_index() for one in (past, future))
        columns = {"id": "site", "time": "time"}
    words = {"1h": "01:00:00", "15min": "00:15:00", "1D": "1 day"}
    match = (
        rf"rows of future= are {words[of_future]} apart, but those of "
        rf"(the series|series 'a') are {words[step]} apart\. .*resample"
    )
    with pytest.raises(ValueError, match=match):
        SeriesView(past, **columns, known_ahead="sun", delay=2, future=future)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (pd.Index(np.arange(5, 65)), "2"),
        (pd.Index(np.arange(60) + 0.5), "2"),
        (pd.period_range("2020-01-01", periods=60, freq="D"), "2 periods of 'D'"),
    ],
    ids=["int", "float", "periods"],
)
def test_a_future_without_dates_at_another_step_is_not_resampled(index, words):
    """pandas cannot do it with numbers."""
    rows = pd.DataFrame({"load": 0.0, "sun": 1.0}, index)
    match = rf"rows of future= are {words} apart, .* the step of its fit\.$"
    with pytest.raises(ValueError, match=match):
        SeriesView(rows[:40], known_ahead="sun", delay=2, future=rows[41::2])


def test_a_step_that_the_series_has_often_taken_is_no_other_one():
    slow = pd.date_range("2020-01-01", periods=5, freq="h")
    fast = pd.date_range(slow[-1], periods=30, freq="15min")[1:]
    later = pd.date_range(fast[-1], periods=4, freq="h")[1:]
    past, future = (
        pd.DataFrame({"load": 0.0, "sun": 1.0}, one)
        for one in (slow.append(fast), later)
    )
    view = SeriesView(past, known_ahead="sun", delay=2, on_gap="ignore")
    assert len(view.with_future(future)[-1:].to_numpy()) == 1


def test_a_future_without_the_time_zone_of_the_series_is_told():
    whole = dated(numbered(14))
    match = "Only the times of the series have a time zone, UTC. .*tz_localize"
    with pytest.raises(ValueError, match=match):
        SeriesView(
            whole[:10].tz_localize("UTC"),
            known_ahead=["sun"],
            delay=2,
            future=whole[10:],
        )


@pytest.mark.parametrize("begin", [0, 4, 9, 10])
@pytest.mark.parametrize("kind", ["hours", "business days", "numbers", "seconds"])
def test_rows_before_the_end_are_ignored(kind, begin):
    index = {
        "hours": pd.date_range("2020-01-01", periods=14, freq="h"),
        "business days": pd.bdate_range("2020-01-01", periods=14),
        "numbers": pd.RangeIndex(100, 114),
        "seconds": pd.date_range("2020-01-01", periods=14, freq="h"),
    }[kind]
    whole = pd.DataFrame(numbered(14), index, columns=list("abcd"))
    plan = whole[begin:].assign(a=np.nan)
    if kind == "seconds":  # another unit than that of the series
        plan.index = plan.index.as_unit("s")
    view = SeriesView(whole[:10], known_ahead=["b"], delay=4, future=plan)
    assert_array_equal(view.to_numpy()[:, 1], whole["b"][4:])


def as_kind(table, kind):
    if kind == "polars":
        return pytest.importorskip("polars").from_pandas(table)
    if kind == "pyarrow":
        return pytest.importorskip("pyarrow").Table.from_pandas(table)
    return table[table.index > 1] if kind == "cut" else table


@pytest.mark.parametrize("kind", ["pandas", "cut", "polars", "pyarrow"])
@pytest.mark.parametrize("own_name", [None, "day"])
@pytest.mark.parametrize("name", ["day", "date"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_times_of_a_plan_in_a_column(zone, name, own_name, kind):
    """Rows of the past are left out whatever kind of table the plan is."""
    whole = dated(numbered(9)).tz_localize(zone).rename_axis(own_name)
    view = SeriesView(whole[:6], rows=[5], known_ahead=["price", "sun"], delay=3)
    plan = whole.rename_axis(name).drop(columns="load")
    plan = plan.reset_index().assign(note="a")
    found = view.with_future(as_kind(plan, kind)).to_numpy()
    assert_array_equal(found, [[50, 81, 52, 83]])
    found = view.with_future(as_kind(plan[::-1], kind)).to_numpy()
    assert_array_equal(found, [[50, 81, 52, 83]])
    found = view.with_future([as_kind(plan, kind)]).to_numpy()
    assert_array_equal(found, [[50, 81, 52, 83]])
    with pytest.raises(ValueError, match=r"it needs .* begins at"):
        view.with_future(as_kind(plan.drop(index=[6]), kind))


def test_times_of_a_plan_that_are_numbers():
    whole = dated(numbered(9)).set_axis(np.arange(1990, 1999)).rename_axis("year")
    view = SeriesView(whole[:6], rows=[5], known_ahead=["sun"], delay=3)
    plan = whole.reset_index()
    assert_array_equal(view.with_future(plan).to_numpy(), [[50, 81, 52, 53]])


def test_times_of_a_plan_that_cannot_be_told():
    whole = dated(numbered(9)).rename_axis("day")
    view = SeriesView(whole[:6], rows=[5], known_ahead=["sun"], delay=3)
    plan = whole.reset_index(names="begin").assign(end=whole.index)
    with pytest.raises(ValueError, match=r"dates, 'begin', 'end': .* series, 'day'"):
        view.with_future(plan)
    plan = plan.rename(columns={"end": "day"})
    assert_array_equal(view.with_future(plan).to_numpy(), [[50, 81, 52, 53]])
    with pytest.raises(ValueError, match=r"'day' is text .*to_datetime"):
        view.with_future(plan.assign(day=plan["day"].astype(str)))
    with pytest.raises(ValueError, match=r"two rows of 2020-01-01 06:00:00 after"):
        view.with_future(plan.iloc[[6, 6, 7, 8]])


@pytest.mark.parametrize("columns", [None, ["load", "sun", "wind", "price"]])
def test_a_whole_plan_without_times_is_refused(columns):
    """It would be read from its first row, which lies in the past."""
    whole = numbered(9)
    if columns is not None:
        whole = pd.DataFrame(whole, columns=columns)
    view = SeriesView(whole[:6], rows=[5], known_ahead=[1], delay=3)
    with pytest.raises(ValueError, match=r"itself, and has no times.*future\[6:\]"):
        view.with_future(whole)
    assert_array_equal(view.with_future(whole[6:]).to_numpy(), [[50, 81, 52, 53]])
    # Other values, as many rows as the series, or a channel that never changes.
    later = np.roll(np.asarray(whole), -1, axis=0)
    assert_array_equal(view.with_future(later).to_numpy(), [[50, 31, 52, 53]])
    assert_array_equal(view.with_future(whole[:6]).to_numpy(), [[50, 21, 52, 53]])
    constant = np.ones((9, 2))
    view = SeriesView(constant[:6], rows=[5], known_ahead=[1], delay=3)
    assert_array_equal(view.with_future(constant).to_numpy(), [[1, 1]])


def test_a_whole_plan_out_of_order_is_refused():
    whole = dated(numbered(14))
    plan = whole.iloc[[10, 9, 11, 12, 13]]
    with pytest.raises(ValueError, match="not in order"):
        SeriesView(whole[:10], known_ahead="sun", delay=4, future=plan)


def test_a_future_that_the_series_already_has():
    whole = dated(numbered(14))
    view = SeriesView(whole, rows=[9], known_ahead=["sun", "price"], delay=4)
    with pytest.raises(ValueError, match=r"X already has the rows.*leave out future="):
        view.with_future(whole[10:])


@pytest.mark.parametrize(("row", "n_future"), [(9, 2), (9, 0), (7, 0), (8, 1)])
@pytest.mark.parametrize("is_dated", [True, False])
def test_lacking_rows_name_the_row_that_reads_them(row, n_future, is_dated):
    whole = dated(numbered(14)) if is_dated else numbered(14)
    view = SeriesView(whole[:10], rows=[5, row], known_ahead=[1], delay=[2, 4])
    if n_future:
        view = view.with_future(whole[10 : 10 + n_future])
    place = whole.index[row] if is_dated else row
    n_needed = row + 4 - 9
    match = f"4 rows after the row {place}, .* the {n_needed} rows after the end.*rows="
    with pytest.raises(ValueError, match=match) as caught:
        view.to_numpy()
    longest = 9 + n_future - row
    told = f"delays of up to {longest} rows (horizon= of forecast does not"
    assert (told in str(caught.value)) == (longest >= 2)
    if longest >= 2:
        view = SeriesView(whole[:10], rows=[5, row], known_ahead=[1], delay=[longest])
        view = view.with_future(whole[10 : 10 + n_future]) if n_future else view
        assert np.isfinite(view.to_numpy()).all()


@pytest.mark.parametrize(
    ("freq", "first"),
    [("B", "2024-03-29"), ("MS", "2024-01-01"), ("QE", "2020-03-31"), ("7D", None)],
)
def test_calendar_frequencies(freq, first):
    index = pd.date_range(first or "2024-01-01", periods=66, freq=freq)
    table = pd.DataFrame(numbered(66), index, columns=list("abcd"))
    view = SeriesView(table[:60], rows=[59], known_ahead="b", delay=6)
    assert view.with_future(table[60:]).to_numpy()[0, 1] == 651
    with pytest.raises(ValueError, match="does not follow"):
        view.with_future(table[61:])
    words = f"the 6 rows after the end of the series, {index[60]} to {index[65]}"
    with pytest.raises(ValueError, match=words):
        view.to_numpy()


def test_periods_of_several_units():
    periods = pd.period_range("2025", periods=12, freq="15min")
    table = pd.DataFrame(numbered(12), periods)
    past = SeriesView(table[:9], known_ahead=1, delay=2)
    with pytest.raises(ValueError, match=r"needs 2025-01-01 02:15, but begins at .*30"):
        past.with_future(table[10:])
    with pytest.raises(ValueError, match=r", .* 02:15 to 2025-01-01 02:30, but"):
        past.to_numpy()


def test_declared_holidays():
    days = pd.offsets.CustomBusinessDay(holidays=["2024-05-01"])
    index = pd.date_range("2024-04-01", "2024-05-10", freq=days)
    table = pd.DataFrame(numbered(len(index)), index, columns=list("abcd"))
    n = index.get_loc("2024-05-02")
    X, _ = make_supervised(
        table[:n], "a", delay=2, freq=days, known_ahead="b", future=table[n:]
    )
    assert SeriesView(X, rows=[n - 1]).to_numpy()[0, 1] == 10 * (n + 1) + 1


def test_usual_gaps_may_lead_to_the_future():
    index = pd.date_range("2024-01-01", periods=24 * 14, freq="h")
    index = index[(index.hour >= 8) & (index.hour < 18)]
    table = pd.DataFrame(numbered(len(index)), index, columns=list("abcd"))
    n = len(table) - 10
    view = SeriesView(
        table[:n], rows=[n - 1], on_gap="ignore", known_ahead="b", delay=1
    )
    assert view.with_future(table[n:]).to_numpy()[0, 1] == 10 * n + 1
    with pytest.raises(ValueError, match="does not follow"):
        view.with_future(table[n + 2 :])


def test_each_series_has_its_own_future():
    parts = [dated(numbered(8, k)) for k in range(3)]
    view = SeriesView(parts, known_ahead="sun", delay=2)
    with pytest.raises(ValueError, match=r"series\[0\], 2020-01-01 08.* 2 more of the"):
        view.to_numpy()
    with pytest.raises(ValueError, match="after 1 series, but there are 3 series"):
        view.with_future(parts[0])


# Long tables.

LENGTHS = {"a": 9, "b": 5, "c": 12}


def long_tables(n_later=3):
    """A long table of stores that end at different times, and the rows after."""
    both = []
    for which, (store, n_rows) in enumerate(LENGTHS.items()):
        whole = dated(numbered(n_rows + n_later, which)).rename_axis("when")
        whole = whole.reset_index().assign(store=store)
        both.append((whole[:n_rows], whole[n_rows:]))
    return [pd.concat(tables, ignore_index=True) for tables in zip(*both, strict=True)]


def newest(table, future, **columns):
    """The values of the newest row of each store, by the store."""
    X, _ = make_supervised(
        table, "load", delay=[1, 3], known_ahead="sun", future=future, **columns
    )
    view = SeriesView(X, rows=np.cumsum(list(LENGTHS.values())) - 1)
    return dict(zip(view.ids, view.to_numpy()[:, 1], strict=True))


EXPECTED = {"a": 111.0, "b": 10071.0, "c": 20141.0}


@pytest.mark.parametrize("kind", ["pandas", "levels", "polars", "pyarrow"])
def test_futures_of_long_tables(kind):
    table, future = (one.sample(frac=1, random_state=0) for one in long_tables())
    future = future.assign(weather="fine", load=np.nan)
    extra = future[future["store"] == "a"].assign(store="new")
    future = pd.concat([future, extra])
    columns = {"id": "store", "time": "when"}
    if kind == "levels":
        assert newest(table, future.set_index(["store", "when"]), **columns) == EXPECTED
        table, columns = table.set_index(["store", "when"]), {}
    elif kind != "pandas":
        polars = pytest.importorskip("polars")
        table, future = polars.from_pandas(table), polars.from_pandas(future)
        if kind == "pyarrow":
            table, future = table.to_arrow(), future.to_arrow()
    assert newest(table, future, **columns) == EXPECTED


def test_a_series_without_a_future_says_so_when_it_is_read():
    table, future = long_tables()
    columns = {"id": "store", "time": "when"}
    future = future[future["store"] != "b"]
    with pytest.raises(ValueError, match="end of series 'b', 2020-01-01 05:00:00 to"):
        newest(table, future, **columns)
    X, _ = make_supervised(
        table, "load", delay=3, known_ahead="sun", future=future, **columns
    )
    assert SeriesView(X, rows=[8]).to_numpy()[0, 1] == 111
    part = LookbackWindower(3).fit_transform(SeriesView(X, rows=[8, 20]))
    assert_array_equal(part.compact().to_numpy(), part.to_numpy())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda later: later.drop(columns="store"), "future= lacks 'store': it must"),
        (lambda later: later.drop(columns="sun"), "future= lacks 'sun': it needs"),
        (
            lambda later: later.assign(when=later["when"] + pd.Timedelta("1h")),
            "series 'a', which ends at 2020-01-01 08:00:00: it needs 2020-01-01 "
            r"09:00:00, but begins at 2020-01-01 10.*model, view\[view.ids != 'a'\]",
        ),
        (
            lambda later: later.assign(when=later["when"] - pd.Timedelta("9h")),
            "series 'a', which ends at 2020-01-01 08:00:00: it needs 2020-01-01 "
            "09:00:00, but has no later row",
        ),
        (
            lambda later: later.assign(when=later["when"].dt.tz_localize("UTC")),
            "cannot be compared. Only the times of future= have a time zone.*meant.$",
        ),
        (
            lambda later: later.assign(store="x"),
            "first id is 'x', that of the .* 'a'.*'1'",
        ),
        (lambda later: pd.concat([later, later[:1]]), "has the time of row|the time"),
        (
            lambda later: later.drop(index=7),
            "a gap after series 'c': after 2020-01-01 12:00:00 it needs 2020-01-01 13",
        ),
    ],
)
def test_futures_of_long_tables_that_do_not_follow(change, message):
    table, future = long_tables()
    with pytest.raises(ValueError, match=message):
        newest(table, change(future), id="store", time="when")


@pytest.mark.parametrize(
    ("levels", "named"),
    [
        (["region", "store", "when"], True),
        (["store", "when", "region"], True),
        (["when"], True),
        (["region", "store", "when"], False),  # then only their order tells
    ],
)
def test_levels_of_a_future_are_told_apart_by_name(levels, named):
    """Ids may have the same values in two columns, and any order in the future."""
    parts = []
    for i, (region, store) in enumerate(["xx", "xy", "yx", "yy"]):
        whole = dated(numbered(10, i)).rename_axis("when").reset_index()
        parts.append(whole.assign(region=region, store=store))
    whole = pd.concat(parts)
    is_past = whole["when"] < pd.Timestamp("2020-01-01 08:00")
    ids = ["region", "store"]
    table = whole[is_past].set_index([*ids, "when"])
    future = whole[~is_past].sample(frac=1, random_state=0).set_index(levels)
    if not named:
        table, future = table.rename_axis([None] * 3), future.rename_axis([None] * 3)
    X, _ = make_supervised(table, "load", delay=2, known_ahead="sun", future=future)
    newest = SeriesView(X, rows=[7, 15, 23, 31]).to_numpy()[:, 1]
    assert_array_equal(newest, [91, 10091, 20091, 30091])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda later: later.rename(columns={"when": "date"}), "future= lacks 'when'"),
        (lambda later: later.drop(columns="when"), "future= lacks 'when': the series"),
        (lambda later: later[:0], "future= cannot be read|future= has rows of none"),
        (lambda later: pd.concat([later, later]), "^future= cannot be read: Row 9 .*"),
        (lambda later: later.to_dict("list"), "future= is a dict: give a table"),
        (
            lambda later: later.set_index(["store", "when"]).rename_axis(["s", "when"]),
            "future= lacks 'store'",
        ),
    ],
)
def test_futures_of_long_tables_that_cannot_be_read(change, message):
    table, future = long_tables()
    with pytest.raises(ValueError, match=message):
        newest(table, change(future), id="store", time="when")


def test_a_future_in_another_time_zone_is_compared_by_instants():
    index = pd.date_range("2025-03-28", periods=80, freq="h", tz="Europe/Berlin")
    whole = pd.DataFrame(numbered(80), index, columns=list("abcd"))
    plan = whole.tz_convert("UTC")
    view = SeriesView(whole[:60], known_ahead="b", delay=20, future=plan)
    assert_array_equal(view.to_numpy()[:, 1], whole["b"][20:])
    with pytest.raises(ValueError, match=r"needs 2025-03-30 13:00:00\+02:00, but"):
        view.with_future(plan[61:])


@pytest.mark.parametrize("unit", ["ns", "s"])
def test_a_long_plan_may_hold_the_past(unit):
    table, future = long_tables()
    plan = pd.concat([table.drop(columns="load"), future])
    plan = plan.assign(when=plan["when"].dt.as_unit(unit))
    columns = {"id": "store", "time": "when"}
    assert newest(table, plan.sample(frac=1, random_state=0), **columns) == EXPECTED
    with pytest.raises(
        ValueError, match=r"'b', which ends at .* needs .*05:00:00, but"
    ):
        newest(table, plan[plan["when"] != pd.Timestamp("2020-01-01 05:00")], **columns)


def test_only_series_with_rows_in_the_view_are_followed():
    table, future = long_tables()
    columns = {"id": "store", "time": "when"}
    late = future["store"] == "b"
    future["when"] += pd.to_timedelta(3 * late, unit="h")
    X, _ = make_supervised(table, "load", delay=3, known_ahead="sun", **columns)
    with pytest.raises(ValueError, match=r"'b', .*view\[view.ids != 'b'\], \.\.\."):
        X.with_future(future)
    others = X[X.ids != "b"].with_future(future)
    assert SeriesView(others, rows=[8]).to_numpy()[0, 1] == 111
    with pytest.raises(ValueError, match=r"end of series 'b'.*view\[view.ids != 'b'\]"):
        SeriesView(others, rows=[13]).to_numpy()
    only_b = X[X.ids == "b"].with_future(future[~late])
    with pytest.raises(ValueError, match="end of series 'b'"):
        SeriesView(only_b, rows=[13]).to_numpy()


def test_the_way_out_for_several_columns_of_ids():
    table, future = (one.assign(region="n") for one in long_tables())
    X, _ = make_supervised(
        table, "load", id=["region", "store"], time="when", known_ahead="sun"
    )
    with pytest.raises(ValueError, match="If the series has ended") as caught:
        X.with_future(future[future.index % 9 != 3])
    key = str(caught.value).split("forecast(model, view[")[1].split("], ...)")[0]
    chosen = X[eval(key, {"view": X})]
    assert ("n", "b") not in set(chosen.ids)
    assert {("n", "a"), ("n", "c")} == set(chosen.ids)


def test_static_columns_beside_a_future():
    table, future = long_tables()
    table["size"] = table["store"].map({"a": 1.0, "b": 2.0, "c": 3.0})
    found = newest(table, future, id="store", time="when", static="size")
    assert found == EXPECTED


def test_long_tables_without_times():
    table, future = long_tables()
    table, future = table.drop(columns="when"), future.drop(columns="when")
    assert newest(table, future, id="store") == EXPECTED


def test_long_tables_that_were_split():
    table, future = long_tables()
    table = table.drop(index=[4, 20])
    X, _ = make_supervised(
        table,
        "load",
        delay=3,
        known_ahead="sun",
        future=future,
        id="store",
        time="when",
        on_gap="split",
    )
    view = SeriesView(X, rows=[7, 12, 23])
    assert dict(zip(view.ids, view.to_numpy()[:, 1], strict=True)) == EXPECTED


def test_known_and_target_and_pooled():
    table = dated(numbered(20))
    for message, options in (
        ("has the target 'load'", {"known_ahead": ["sun", "load"]}),
        ("known_ahead='rain' is not a channel", {"known_ahead": "rain"}),
        ("several different ones", {"known_ahead": ["sun", "sun"]}),
        ("do not pool", {"known_ahead": "sun", "pooled": True}),
        ("name these channels by known_ahead", {"future": table}),
    ):
        with pytest.raises(ValueError, match=message):
            make_supervised(table, "load", **options)
    with pytest.raises(ValueError, match="belong together"):
        SeriesView(table, known_ahead="sun")
    with pytest.raises(ValueError, match="belong together"):
        SeriesView(table, delay=3)
    with pytest.raises(ValueError, match="do not pool"):
        SeriesView(table, known_ahead="sun", delay=1).pool()
    X, _ = make_supervised(table, "load")
    with pytest.raises(ValueError, match="has the target 'load'"):
        SeriesView(X, known_ahead="load", delay=1)
    pooled = SeriesView(table).pool()
    with pytest.raises(ValueError, match="the series is pooled"):
        SeriesView(pooled, known_ahead=0, delay=1)


def test_a_compact_view_takes_no_future():
    view = SeriesView(dated(numbered(20)), known_ahead="sun", delay=2)
    with pytest.raises(ValueError, match=r"with_future\(future\)\.compact\(\)"):
        view[:5].compact().with_future(np.zeros((2, 1)))


def test_estimators_refuse_rows_with_other_channels_known_ahead():
    table = dated(np.random.default_rng(0).normal(size=(80, N_CHANNELS)))
    X, y = make_supervised(table, "load", delay=2, known_ahead="sun")
    plain, _ = make_supervised(table, "load", delay=2)
    further = SeriesView(table, known_ahead="sun", delay=3)[: len(X)]
    other = SeriesView(table, known_ahead="wind", delay=2)[: len(X)]
    windower = LookbackWindower(4).fit(X)
    model = LinearAutoregression().fit(windower.transform(X), y)
    for step in (windower, Standardizer().fit(X)):
        for rows in (plain, further, other):
            with pytest.raises(ValueError, match="same known_ahead"):
                step.transform(rows)
        clone(step).fit(plain).transform(plain)
    with pytest.raises(
        ValueError, match=r"known ahead \('sun', read 2 rows later\), b"
    ):
        model.predict(WindowView(plain, lags=[3, 2, 1, 0]))
    with pytest.raises(ValueError, match="fitted on rows with no channels known"):
        LookbackWindower(4).fit(plain).transform(X)


def test_a_window_that_does_not_reach_the_nearest_delay_warns():
    X, _ = make_supervised(dated(numbered(40)), "load", delay=[4, 9], known_ahead="sun")
    with pytest.warns(UserWarning, match="the delay 4 stands 5 rows.*lookback=9 or"):
        LookbackWindower(5).fit(X)
    with pytest.warns(UserWarning, match="lookback=12 or"):
        LookbackWindower(4, step=4).fit(X)
    LookbackWindower(6).fit(X)  # warnings are errors
    LookbackWindower(12, step=4).fit(X)


def test_missing_values_are_named_by_the_row_they_are_read_from():
    table = dated(numbered(40))
    table.iloc[20, 1] = np.nan
    future = dated(numbered(44)).iloc[40:]
    future.iloc[1, 1] = np.nan
    X, y = make_supervised(table, "load", delay=4, known_ahead="sun", future=future)
    model = LinearAutoregression(exogenous=["sun"])
    windows = LookbackWindower(4).fit_transform(X)
    with pytest.raises(
        ValueError, match=r"channel 'sun', first at row 20 \(2020-01-01 20"
    ):
        model.fit(windows, y)
    model.fit(windows[:16], y[:16])
    last = WindowView(SeriesView(X, rows=[39]), lags=[3, 2, 1, 0])
    with pytest.raises(ValueError, match="'sun', first at row 1 of the future of the"):
        model.predict(last)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("freq", ["h", "D", "B"])
def test_calendar_columns_are_those_of_calendar_features(freq, zone):
    ahead = 6
    index = pd.date_range("2024-03-20", periods=120 + ahead, freq=freq, tz=zone)
    whole = pd.DataFrame({"load": np.arange(len(index), dtype=float)}, index)
    periods = ["day", "year"] if freq == "h" else ["week", "year"]
    table = CalendarFeatures(periods).fit_transform(whole)
    names = list(table.columns[1:])
    known = SeriesView(
        table[:120], known_ahead=names, delay=ahead, future=table[120:]
    ).to_numpy()
    dates = pd.DataFrame(index=table.index[120:])
    later = CalendarFeatures(periods).fit(whole[:120]).transform(dates)
    pd.testing.assert_frame_equal(later, table[120:].drop(columns="load"))
    by_date = CalendarFeatures(periods, ahead=ahead).fit_transform(whole[:120])
    np.testing.assert_allclose(known, by_date.to_numpy(), atol=1e-9)


def test_flattened_windows():
    table = dated(numbered(20))
    X, _ = make_supervised(table, "load", delay=2, known_ahead="sun")
    windows = LookbackWindower(2).fit_transform(X)[1:]
    flat = FlattenWindows().set_output(transform="pandas").fit_transform(windows)
    assert list(flat.columns)[:2] == ["load_lag1", "sun_ahead1"]
    assert_array_equal(flat["sun_ahead1"], table["sun"].iloc[2:-1])
    assert_array_equal(flat["load_lag1"], table["load"].iloc[:-3])
