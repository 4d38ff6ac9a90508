"""Models of a comparison: their order, their scores, and what is said of failures."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skseqconv._metrics import ranked
from skseqconv.displays import ComparisonDisplay
from tests.displays.drawn import SCORES, compared, legend_of, texts_of


def test_models_are_rows_the_best_on_top():
    display = ComparisonDisplay.from_comparison(compared())
    assert texts_of(display.ax_.yaxis) == ["Conv1D", "now", "ridge"]
    low, high = display.ax_.get_ylim()
    assert low > high
    for row, (name, scores) in enumerate(SCORES.items()):
        assert_allclose(display.dots_[name].get_xdata(), scores)
        assert np.round(display.dots_[name].get_ydata()).tolist() == [row] * 3
        assert_allclose(display.means_[name].get_xdata(), np.mean(scores))
    assert_allclose(display.baseline_.get_xdata(), np.mean(SCORES["now"]))
    label = "Mean absolute error (lower is better)"
    assert display.ax_.get_xlabel() == label
    assert legend_of(display) == ["one fold", "mean", "mean of now"]


def test_metric_that_is_to_be_high():
    display = ComparisonDisplay.from_comparison(compared(), metric="r2")
    assert display.ax_.get_xlabel() == "R² (higher is better)"
    assert list(display.models) == ["Conv1D", "now", "ridge"]
    assert_allclose(display.dots_["ridge"].get_xdata(), [-4.0, -3.9, -3.0])


def test_all_baselines_are_gray():
    baselines = {"now": "the last value", "ridge": "a line"}
    drawn = ComparisonDisplay.from_comparison(compared(baselines=baselines))
    colors = {name: dots.get_color() for name, dots in drawn.dots_.items()}
    assert colors["now"] == colors["ridge"] != colors["Conv1D"]
    drawn = ComparisonDisplay.from_comparison(compared())
    assert drawn.dots_["ridge"].get_color() == colors["Conv1D"]


def test_comparison_without_a_baseline():
    display = ComparisonDisplay.from_comparison(compared(baseline=None))
    assert display.baseline_ is None
    assert legend_of(display) == ["one fold", "mean"]


def test_folds_that_failed_are_said_and_stand_below():
    scores = {**SCORES, "broken": [0.1, np.nan, 0.1], "gone": [np.nan] * 3}
    display = ComparisonDisplay.from_comparison(compared(scores))
    names = texts_of(display.ax_.yaxis)
    assert names[3:] == ["broken\n(failed in 1 of 3)", "gone\n(failed in 3 of 3)"]


def test_long_names_are_wrapped():
    name = "temporal convolutional network, twelve layers, dilated"
    display = ComparisonDisplay.from_comparison(compared({name: [1.0]}, None))
    [label] = texts_of(display.ax_.yaxis)
    assert label.replace("\n", " ") == name
    assert max(map(len, label.split("\n"))) <= 28


def test_picture_and_table_have_one_order():
    scores = {**SCORES, "broken": [0.1, np.nan, 0.1], "gone": [np.nan] * 3}
    table = pd.DataFrame(scores)
    means, failed = table.mean(), table.isna().sum()
    for better, metric in ((False, "mean_absolute_error"), (True, "r2")):
        signed = -means if better else means
        display = ComparisonDisplay.from_comparison(compared(scores), metric=metric)
        assert list(display.models) == list(ranked(signed, failed, better))


def test_comparison_errors():
    with pytest.raises(ValueError, match=r"metric='mse' was not .* one of 'mean_abs"):
        ComparisonDisplay.from_comparison(compared(), metric="mse")
    with pytest.raises(ValueError, match="baseline='a' must be one of the models"):
        ComparisonDisplay.from_comparison(compared(baseline="a"))
