"""What holds for all displays. Other files test what is drawn, never pixels."""

import sys

import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

from skseqconv.displays import (
    ComparisonDisplay,
    ForecastDisplay,
    HistoryDisplay,
    SearchDisplay,
)
from tests.displays.drawn import GRID, compared, ridge_search, searched

plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")


@pytest.mark.parametrize(
    ("display", "name"),
    [
        (lambda: HistoryDisplay({"a": {"loss": [1.0]}}).plot(), "HistoryDisplay.plot"),
        (
            lambda: ForecastDisplay.from_predictions([1.0], [2.0]),
            "ForecastDisplay.from_predictions",
        ),
        (
            lambda: ForecastDisplay.from_estimator(Ridge(), [[1.0]], [2.0]),
            "ForecastDisplay.from_estimator",
        ),
        (lambda: SearchDisplay.from_search(None), "SearchDisplay.from_search"),
        (
            lambda: ComparisonDisplay.from_comparison(None),
            "ComparisonDisplay.from_comparison",
        ),
        (
            lambda: HistoryDisplay.from_estimator(None),
            "HistoryDisplay.from_estimator",
        ),
    ],
)
def test_without_matplotlib_the_extra_is_named(monkeypatch, display, name):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=rf'{name} needs matplotlib.*"skseqconv\[plot\]"'
    ):
        display()


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: HistoryDisplay({"a": {"loss": [1.0, 0.5]}}).plot(ax),
        lambda ax: ForecastDisplay.from_predictions([1.0, 2.0], [2.0, 2.0], ax=ax),
        lambda ax: SearchDisplay.from_search(ridge_search({"alpha": [1, 2]}), ax=ax),
        lambda ax: ComparisonDisplay.from_comparison(compared(), ax=ax),
    ],
)
def test_draws_into_given_axes_and_returns_itself(draw, ax):
    display = draw(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert len(plt.get_fignums()) == 1
    again = display.plot()
    assert again is display
    assert display.ax_ is not ax
    assert len(plt.get_fignums()) == 2


@pytest.mark.parametrize(
    ("draw", "match"),
    [
        (lambda: HistoryDisplay.from_estimator(None), "estimator must be .* got None"),
        (lambda: HistoryDisplay({}).plot(), r"histories=\{\} must hold at least one"),
        (lambda: SearchDisplay.from_search(None), "search must be a .* got None"),
        (lambda: SearchDisplay.from_search(Ridge()), "search must be a .* got Ridge"),
        (lambda: SearchDisplay.from_search(GridSearchCV), "search must be a fitted se"),
        (
            lambda: SearchDisplay.from_search(searched(GRID), params=5),
            "params: 5 is not a parameter",
        ),
        (
            lambda: ComparisonDisplay.from_comparison(None),
            "comparison must be the result of compare_models, got None",
        ),
    ],
)
def test_what_other_displays_cannot_draw(draw, match):
    with pytest.raises(ValueError, match=match):
        draw()
