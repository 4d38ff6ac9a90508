"""The validation tail, to the row."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skseqconv import WindowView, make_supervised
from skseqconv.estimators._validation_split import validation_tail


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
    message = rf"validation_gap={gap} leave none of the 40 rows to train on"
    with pytest.raises(ValueError, match=message):
        validation_tail(np.zeros((40, 2, 1)), np.arange(40), 0.25, gap)


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
