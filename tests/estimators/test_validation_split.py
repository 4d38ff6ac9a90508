"""The validation tail, to the row."""

import datetime

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    LookbackWindower,
    SeriesView,
    WindowView,
    load,
    make_supervised,
    save,
)
from skseqconv.estimators._validation_split import date_of, validation_tail


@pytest.mark.parametrize(
    "n_rows, share, n_held_out",
    [
        (100, 0.07, 7),  # 7.000000000000001
        (100, 0.55, 55),  # 55.00000000000001
        (100, 0.29, 29),  # 28.999999999999996
        (10, 0.9, 9),
        (10, 0.11, 2),  # what is begun counts
        (10, 1e-12, 1),
    ],
)
def test_the_share_is_not_rounded_up_by_floats(n_rows, share, n_held_out):
    X = np.zeros((n_rows, 2, 1))
    training, held_out = validation_tail(X, np.arange(n_rows), share, 0)
    assert_array_equal(held_out, np.arange(n_rows - n_held_out, n_rows))
    assert_array_equal(training, np.arange(n_rows - n_held_out))


@pytest.mark.parametrize("delay", [1, 2, 5])
def test_a_target_at_the_first_row_held_out_is_known_by_then(delay):
    """It is learned from; the next one is not."""
    X = WindowView(np.arange(40.0)[:, None], lags=[1, 0])
    training, held_out = validation_tail(X, np.arange(40), 0.25, "auto", delay=delay)
    assert_array_equal(held_out, np.arange(30, 40))
    assert_array_equal(training, np.arange(31 - delay))  # the last one's target is 30


def test_the_longest_of_several_delays_counts():
    X, _ = make_supervised(np.arange(43.0), 0, delay=[1, 3])
    X = WindowView(X, lags=[1, 0])
    training, held_out = validation_tail(X, np.arange(40), 0.25, "auto")
    assert_array_equal(held_out, np.arange(30, 40))
    assert_array_equal(training, np.arange(28))


def test_samples_of_an_array_have_no_later_rows():
    """However far ahead y lies, "auto" leaves none of them out."""
    X = np.zeros((40, 2, 1))
    training, _ = validation_tail(X, np.arange(40), 0.25, "auto", delay=5)
    assert_array_equal(training, np.arange(30))


@pytest.mark.parametrize("gap", [0, 1, 9, 29])
def test_a_gap_leaves_out_as_many_rows(gap):
    training, held_out = validation_tail(np.zeros((40, 2, 1)), np.arange(40), 0.25, gap)
    assert_array_equal(held_out, np.arange(30, 40))
    assert_array_equal(training, np.arange(30 - gap))


@pytest.mark.parametrize("gap", [30, 31, 99])
def test_a_gap_as_long_as_the_training_part_leaves_nothing(gap):
    message = (
        "^40 samples can be learned from. validation_split=0.25 holds out 10 of them, "
        f"and validation_gap={gap} leaves none to train on. Use validation_split=0, .* "
        "a smaller gap, or more samples"
    )
    with pytest.raises(ValueError, match=message):
        validation_tail(np.zeros((40, 2, 1)), np.arange(40), 0.25, gap)


def test_a_gap_that_nobody_gave_is_explained():
    X = supervised(dated(40), [1, 30])[:4]
    message = (
        r"^4 rows have a complete window\. validation_split=0.2 holds out 1 of them, "
        r"and the gap as long as the longest delay \(30\) leaves none to train on\. "
        "Use validation_split=0, which trains without early stopping and intervals, a "
        "shorter look-back, fewer folds, or more rows"
    )
    with pytest.raises(ValueError, match=message):
        split_at(0.2, X)


@pytest.mark.parametrize("gap, n_training", [(0, 12), (1, 10), (2, 10), (3, 8)])
def test_rows_of_one_stamp_stay_together(gap, n_training):
    """Of two series side by side, each stamp has two rows."""
    X = WindowView([np.zeros((10, 1)), np.ones((10, 1))], lags=[1, 0])
    rows = np.argsort(X.stamps, kind="stable")
    training, held_out = validation_tail(X, rows, 0.35, gap)  # 7 of 20: 8
    assert_array_equal(np.unique(X.stamps[held_out]), np.unique(X.stamps)[-4:])
    assert len(held_out) == 8
    assert_array_equal(np.sort(training), np.sort(rows[:n_training]))


@pytest.mark.parametrize("delay, n_series_rows", [(2, 7), (4, 5)])
def test_targets_beyond_the_end_of_their_series(delay, n_series_rows):
    """Of a short series beside a long one they count as later by the delay."""
    X = WindowView([np.zeros((12, 1)), np.zeros((6, 1))], lags=[0])
    training, held_out = validation_tail(X, np.arange(18), 1 / 3, "auto", delay=delay)
    first = X.stamps[held_out].min()
    assert (X.stamps[training] + delay <= first).all()
    left = np.setdiff1d(np.arange(18), np.r_[training, held_out])
    assert (X.stamps[left] + delay > first).all()


@pytest.mark.parametrize(
    "share, held_out",
    [
        (0.3, [2, 6]),  # of 2, 4 and 1 samples: 0.6, 1.2 and 0.3 of one
        (0.9, [2, 4, 5, 6]),  # all but the first of each
    ],
)
def test_of_samples_without_order_the_last_of_each_label(share, held_out):
    labels = np.array([9, 0, 0, 1, 1, 1, 1, 2])
    rows = np.arange(1, 8)  # the first one may not be used
    training, held = validation_tail(
        np.zeros((8, 2, 1)), rows, share, "auto", strata=labels
    )
    assert_array_equal(held, held_out)
    assert_array_equal(training, np.setdiff1d(rows, held_out))


def test_a_share_that_holds_out_no_sample_of_any_label():
    message = "validation_split=0.1 holds out none of 8 samples of 2 classes"
    with pytest.raises(ValueError, match=message):
        strata = np.repeat([0, 1], 4)
        validation_tail(np.zeros((8, 2, 1)), np.arange(8), 0.1, "auto", strata=strata)


@pytest.mark.parametrize("gap", [0, 2])
def test_a_gap_takes_samples_in_their_order_whatever_their_labels(gap):
    strata = np.repeat([0, 1], 4)
    training, held_out = validation_tail(
        np.zeros((8, 2, 1)), np.arange(8), 0.25, gap, strata=strata
    )
    assert_array_equal(held_out, [6, 7])
    assert_array_equal(training, np.arange(6 - gap))


# From a date on.


def dated(n_rows, start="2016-01-01", freq="D", tz=None):
    index = pd.date_range(start, periods=n_rows, freq=freq, tz=tz)
    return pd.DataFrame({"a": np.arange(float(n_rows))}, index=index)


def supervised(series, delay):
    """Windows of one row each, that know their target."""
    X, _ = make_supervised(series, "a", delay=delay)
    return WindowView(X, lags=[0])


def split_at(date, X, gap="auto", delay=None):
    """Training and validation part; the rows of X are all complete."""
    return validation_tail(X, np.arange(len(X)), date, gap, delay=delay)


@pytest.mark.parametrize("delay", [1, 3, [1, 4], [2, 3, 7]])
def test_from_a_date_on_targets_are_held_out(delay):
    """By plain loops over the dates of all targets."""
    table = dated(40)
    X = supervised(table, delay)
    date = pd.Timestamp("2016-01-21")
    targets = [[table.index[row + d] for d in np.atleast_1d(delay)] for row in X.rows]
    training, held_out = split_at("2016-01-21", X)
    assert_array_equal(
        training, [i for i, due in enumerate(targets) if all(t < date for t in due)]
    )
    assert_array_equal(
        held_out, [i for i, due in enumerate(targets) if all(t >= date for t in due)]
    )
    n_between = np.max(delay) - np.min(delay)
    assert len(training) + len(held_out) == len(X) - n_between


@pytest.mark.parametrize(
    "date",
    [
        "2016-01-21",
        "20160121",
        "2016-01-20T00:00:01",
        "2016-01-20 12:30",
        datetime.date(2016, 1, 21),
        datetime.datetime(2016, 1, 20, 12),
        np.datetime64("2016-01-21"),
        pd.Timestamp("2016-01-20 00:00:00.000000001"),
    ],
)
def test_a_date_in_any_form(date):
    X = supervised(dated(40), 3)
    training, held_out = split_at(date, X)
    assert (training[-1], held_out[0]) == (16, 17)


@pytest.mark.parametrize(
    ("date", "first"),
    [
        ("2016-03-27 06:00", 5),  # as the index: five hours after midnight
        ("2016-03-27 06:00+02:00", 5),
        ("2016-03-27 04:00Z", 5),
        (pd.Timestamp("2016-03-27 00:00", tz="America/New_York"), 5),
        ("2016-03-27 02:30", 2),  # there is no such time
    ],
)
def test_time_zones(date, first):
    """The hour from 2 to 3 does not exist; without a zone, that of the index counts."""
    table = dated(12, "2016-03-27", "h", tz="Europe/Berlin")
    X = WindowView(table, lags=[0])
    assert split_at(date, X)[1][0] == first


def test_periods_begin_with_their_first_moment():
    table = dated(24, freq="MS")
    table.index = table.index.to_period("M")
    X = supervised(table, 2)
    training, held_out = split_at("2017-01-01", X)
    assert (training[-1], held_out[0]) == (9, 10)


def test_each_series_is_cut_at_the_date():
    """One ends before it, one begins after it."""
    parts = [dated(30), dated(10), dated(20, "2016-01-25")]
    X = supervised(parts, [1, 2])
    training, held_out = split_at("2016-01-20", X)
    due = X.index + pd.Timedelta("1D")
    assert_array_equal(held_out, np.flatnonzero(due >= "2016-01-20"))
    later = X.index + pd.Timedelta("2D")
    assert_array_equal(training, np.flatnonzero(later < "2016-01-20"))
    assert set(X.series_ids[training]) == {0, 1}
    assert set(X.series_ids[held_out]) == {0, 2}


def test_targets_beyond_a_series_that_ends_before_the_date_have_no_date():
    """They are neither learned from nor held out."""
    X = WindowView(SeriesView([dated(30), dated(10)]), lags=[0])
    training, held_out = split_at("2016-01-20", X, delay=3)
    assert_array_equal(X.rows[training], np.r_[0:16, 30:37])
    assert_array_equal(X.rows[held_out], np.arange(16, 30))


def test_without_a_known_delay_the_date_of_the_row_counts():
    X = WindowView(dated(30), lags=[1, 0])
    training, held_out = split_at("2016-01-11", X)
    assert_array_equal(training, np.arange(10))
    assert_array_equal(held_out, np.arange(10, 30))


@pytest.mark.parametrize("gap", [0, 3])
def test_a_gap_before_a_date_comes_on_top(gap):
    X = supervised(dated(40), [1, 3])
    training, held_out = split_at("2016-01-21", X, gap=gap)
    assert (training[-1], held_out[0]) == (16 - gap, 19)


def test_rows_that_may_not_be_used_are_in_no_part():
    X = supervised(dated(40), 1)
    rows = np.array([2, 3, 5, 30, 31])
    training, held_out = validation_tail(X, rows, "2016-01-21", "auto")
    assert_array_equal(training, [2, 3, 5])
    assert_array_equal(held_out, [30, 31])


@pytest.mark.parametrize(
    ("date", "message"),
    [
        (
            "2016-02-10",
            "validation_split='2016-02-10' holds out nothing: all targets of the 39 "
            r"rows .* The last of these rows is at 2016-02-08 00:00:00. Use an earlier",
        ),
        (
            "2016-01-02",
            "39 rows have a complete window. validation_split='2016-01-02' holds out "
            "39 of them, which leaves none to train on. Use a later date, a shorter lo",
        ),
        (
            "2016-01-21 00:00Z",
            r"validation_split='2016-01-21 00:00Z': the date has a time zone \(UTC\), "
            "but the index of the series has none. Leave out the time zone",
        ),
    ],
)
def test_dates_that_do_not_fit_the_rows(date, message):
    X = supervised(dated(40), 1)
    with pytest.raises(ValueError, match=message):
        split_at(date, X)


@pytest.mark.parametrize(
    "X",
    [
        np.zeros((40, 2, 1)),
        WindowView(np.zeros((40, 1)), lags=[1, 0]),
        WindowView(dated(40).reset_index(drop=True), lags=[1, 0]),
        WindowView(dated(40).set_axis(np.arange(40) / 2), lags=[1, 0]),
    ],
)
def test_a_date_needs_dates(X):
    message = "validation_split='2016-01-21' is a date, but X has no dates. Give make_s"
    with pytest.raises(ValueError, match=message):
        split_at("2016-01-21", X)


@pytest.mark.parametrize("text", ["", "NaT", "0.2", "01/02/2016", "2016", "yesterday"])
def test_text_that_is_no_date(text):
    message = f"validation_split='{text}' is not a date. Use a date such as '2016-07-01"
    with pytest.raises(ValueError, match=message):
        date_of(text)
    with pytest.raises(ValueError, match=message):
        Conv1DRegressor(validation_split=text).fit(np.zeros((9, 9, 1)), np.zeros(9))


@pytest.mark.parametrize("split", [np.datetime64("NaT"), pd.NaT])
def test_a_missing_date(split):
    with pytest.raises(ValueError, match=r"validation_split=.*NaT"):
        Conv1DRegressor(validation_split=split).fit(np.zeros((9, 9, 1)), np.zeros(9))


@pytest.mark.trains
@pytest.mark.parametrize("jump", [0.0, 1e6])
def test_a_fit_sees_nothing_from_the_date_on(jump):
    """Whatever comes after it, the weights are the same."""
    settings = {"filters": 2, "n_conv": 1, "kernel_size": 2, "random_state": 0}
    forecast = Conv1DRegressor(**settings, epochs=2, validation_split="2016-03-01")
    weights = []
    for later in (0.0, jump):
        table = np.sin(dated(100) / 3)
        table.loc["2016-03-01":] += later
        X, y = make_supervised(table, "a", delay=[1, 3])
        X = LookbackWindower(6).fit_transform(X)
        weights.append(forecast.fit(X, y).model_.get_weights())
        assert len(forecast.history_["val_loss"]) == 2
    for before, after in zip(*weights, strict=True):
        assert_array_equal(before, after)


@pytest.mark.trains
def test_a_classifier_of_dated_windows():
    table = dated(60)
    X = LookbackWindower(4).fit_transform(SeriesView(table))
    y = np.arange(60) % 3 == 0
    model = Conv1DClassifier(filters=2, n_conv=1, kernel_size=2, epochs=1)
    model.set_params(validation_split="2016-02-01").fit(X, y)
    assert "val_loss" in model.history_
    panel = X[X.complete]
    with pytest.raises(ValueError, match="is a date, but X has no dates"):
        model.fit(panel.to_numpy(), y[X.complete])


@pytest.mark.parametrize("split", ["2016-03-01", 0.25])
def test_a_date_in_text_is_saved(split, tmp_path):
    save(Conv1DRegressor(validation_split=split), tmp_path / "model")
    assert load(tmp_path / "model").validation_split == split


def test_what_is_saved_instead_of_a_timestamp(tmp_path):
    model = Conv1DRegressor(validation_split=pd.Timestamp("2016-03-01"))
    with pytest.raises(ValueError, match=r"validation_split=Timestamp.*: use text, '2"):
        save(model, tmp_path / "model")
