"""Scores of a search: maps, lines and points, and what the axes say."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401, its import is its use
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv.displays import SearchDisplay
from tests.displays.drawn import (
    GRID,
    Knobs,
    legend_of,
    made_task,
    ridge_search,
    searched,
    texts_of,
)
from tests.versions.since import need

matplotlib = pytest.importorskip("matplotlib", reason="the extra plot")


def test_two_parameters_are_a_map():
    display = SearchDisplay.from_search(searched(GRID))
    # The error is kernel_size + 10 * pool_size + 100; x has more values.
    assert_allclose(display.image_.get_array(), [[113, 115, 117], [123, 125, 127]])
    assert [text.get_text() for text in display.texts_] == [
        "113",
        "115",
        "117",
        "123",
        "125",
        "127",
    ]
    assert texts_of(display.ax_.xaxis) == ["3", "5", "7"]
    assert texts_of(display.ax_.yaxis) == ["1", "2"]
    assert display.ax_.get_xlabel() == "kernel_size"
    assert display.ax_.get_ylabel() == "pool_size"
    assert display.best_.get_xy() == (-0.5, -0.5)
    assert display.ax_.get_title() == "Best: 113 at kernel_size=3, pool_size=1"
    label = display.image_.colorbar.ax.get_ylabel()
    assert label == "Mean absolute error, mean of 3 folds\n(lower is better)"


def test_noise_does_not_look_large():
    table = pd.DataFrame({"a": [1, 2], "b": [1, 1], "mean": [2.42191, 2.42226]})
    display = SearchDisplay(table, ["a", "b"], metric="mean_absolute_error").plot()
    assert [text.get_text() for text in display.texts_] == ["2.422", "2.422"]
    low, high = display.image_.get_clim()
    assert_allclose([low + high, high - low], [2.42191 + 2.42226, 0.0242226])
    assert display.ax_.get_title() == "Best: 2.422 at a=2, b=1"


def test_text_of_cells_is_readable():
    display = SearchDisplay.from_search(searched(GRID))
    values = display.image_.get_array().ravel()
    brightness = np.array([0.299, 0.587, 0.114])
    for text, value in zip(display.texts_, values, strict=True):
        cell = np.array(display.image_.to_rgba(value)[:3]) @ brightness
        letters = np.array(matplotlib.colors.to_rgb(text.get_color())) @ brightness
        assert abs(letters - cell) > 0.45


def test_the_first_parameter_asked_for_is_x():
    display = SearchDisplay.from_search(
        searched(GRID), params=["pool_size", "knobs__kernel_size"]
    )
    assert display.ax_.get_xlabel() == "pool_size"
    assert display.image_.get_array().shape == (3, 2)


def test_one_parameter_is_a_line_with_its_folds():
    search = ridge_search({"alpha": [100, 1, 10]}, scoring="neg_mean_squared_error")
    display = SearchDisplay.from_search(search)
    results = search.cv_results_
    order = [1, 2, 0]
    assert_allclose(display.line_.get_ydata(), -results["mean_test_score"][order])
    for fold, line in enumerate(display.fold_lines_):
        assert_allclose(line.get_ydata(), -results[f"split{fold}_test_score"][order])
    assert len(display.fold_lines_) == 3
    assert texts_of(display.ax_.xaxis) == ["1", "10", "100"]
    assert display.ax_.get_ylabel() == "Mean squared error (lower is better)"
    assert_allclose(display.best_.get_xydata(), [[0, -search.best_score_]])
    assert legend_of(display)[-1].startswith("best: alpha=1 (")


def test_further_parameters_are_at_their_best():
    grid = {**GRID, "knobs__filters": [1, 2]}
    display = SearchDisplay.from_search(searched(grid), params="kernel_size")
    assert_allclose(display.line_.get_ydata(), [113, 115, 117])
    label = "kernel_size\n(each the best over filters, pool_size)"
    assert display.ax_.get_xlabel() == label
    display = SearchDisplay.from_search(
        searched(grid), params=["kernel_size", "filters"]
    )
    assert display.ax_.get_title().endswith("\n(each the best over pool_size)")


def test_values_of_any_kind():
    grid = {
        "knobs__kernel_size": [(8, 5, 3), None, (3, 3)],
        "knobs__pool_size": ["max", None],
    }
    display = SearchDisplay.from_search(searched(grid))
    assert texts_of(display.ax_.xaxis) == ["(8, 5, 3)", "None", "(3, 3)"]
    assert texts_of(display.ax_.yaxis) == ["max", "None"]
    assert_allclose(display.image_.get_array(), [[126, 110, 116], [136, 120, 126]])


def test_estimators_as_values():
    grid = {
        "knobs": [Knobs(), Ridge()],
        "standardscaler": [StandardScaler(), "passthrough"],
    }
    display = SearchDisplay.from_search(searched(grid))
    assert texts_of(display.ax_.xaxis) == ["Knobs", "Ridge"]
    assert texts_of(display.ax_.yaxis) == ["StandardScaler", "passthrough"]


def test_random_search_of_scales_is_points():
    draws = {
        "knobs__rate": list(np.logspace(-4, 0, 30)),
        "knobs__kernel_size": range(1, 31),
    }
    search = searched(draws, RandomizedSearchCV, n_iter=25, random_state=0)
    display = SearchDisplay.from_search(search, params=["rate", "kernel_size"])
    assert display.image_ is None
    rates = [setting["knobs__rate"] for setting in search.cv_results_["params"]]
    assert_allclose(np.sort(display.scatter_.get_offsets()[:, 0]), np.sort(rates))
    assert_allclose(
        display.best_.get_offsets()[0, 1], search.best_params_["knobs__kernel_size"]
    )
    assert display.ax_.get_xscale() == "log"
    assert display.ax_.get_yscale() == "linear"


def test_grid_of_unequal_parts_leaves_cells_empty():
    parts = [
        {"knobs__kernel_size": [3, 5], "knobs__pool_size": [1, 2]},
        {"knobs__kernel_size": [7], "knobs__pool_size": [1]},
        {"knobs__filters": [1]},
    ]
    display = SearchDisplay.from_search(searched(parts))
    grid = np.ma.filled(display.image_.get_array(), np.nan)
    assert_allclose(grid, [[113, 115, 117], [123, 125, np.nan]])
    assert len(display.texts_) == 5


def test_halving_search_shows_last_rounds():
    search = searched(
        {"knobs__kernel_size": [3, 5, 7, 9]},
        HalvingGridSearchCV,
        cv=3,
        min_resources=6,
        factor=2,
    )
    assert search.n_iterations_ > 1
    display = SearchDisplay.from_search(search)
    assert_allclose(display.line_.get_ydata(), [123, 125, 127, 129])
    assert display.best["kernel_size"] == search.best_params_["knobs__kernel_size"]
    assert display.best["iter"] == search.n_iterations_ - 1


def test_scores_stay_as_they_are():
    display = SearchDisplay.from_search(ridge_search({"alpha": [1, 10]}, scoring="r2"))
    assert display.ax_.get_ylabel() == "R² (higher is better)"
    assert display.greater_is_better
    display = SearchDisplay.from_search(ridge_search({"alpha": [1, 10]}))
    assert display.ax_.get_ylabel() == "Score (higher is better)"


def test_one_of_several_metrics():
    search = ridge_search(
        {"alpha": [1, 10]}, scoring=["neg_mean_absolute_error", "r2"], refit="r2"
    )
    assert SearchDisplay.from_search(search).metric == "r2"
    for name in ("mean_absolute_error", "neg_mean_absolute_error"):
        display = SearchDisplay.from_search(search, metric=name)
        assert (display.table["mean"] > 0).all()
        assert display.metric == "mean_absolute_error"
    with pytest.raises(
        ValueError, match=r"metric='mse' .*'neg_mean_absolute_error' or 'r"
    ):
        SearchDisplay.from_search(search, metric="mse")


def test_error_given_as_a_scorer_is_positive():
    from sklearn.metrics import make_scorer, mean_pinball_loss

    scorer = make_scorer(mean_pinball_loss, greater_is_better=False)
    search = ridge_search({"alpha": [1, 10]}, scoring=scorer)
    display = SearchDisplay.from_search(search)
    assert display.ax_.get_ylabel() == "Mean pinball loss (lower is better)"
    assert_allclose(display.table["mean"], -search.cv_results_["mean_test_score"])


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental", "ignore:`optuna.t")
def test_search_of_optuna():
    need("scikit-learn", "1.7", "reading the tags of Optuna's search never ends")
    reason = "optuna and optuna-integration are extras"
    optuna = pytest.importorskip("optuna", reason=reason)
    OptunaSearchCV = pytest.importorskip(
        "optuna_integration", reason=reason
    ).OptunaSearchCV
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    search = OptunaSearchCV(
        Ridge(),
        {"alpha": optuna.distributions.FloatDistribution(0.1, 10)},
        cv=3,
        n_trials=4,
        random_state=0,
        scoring="neg_mean_absolute_error",
        study=study,
    )
    with pytest.raises(NotFittedError):
        SearchDisplay.from_search(search)
    study.add_trial(optuna.create_trial(value=-9.0))  # of somebody else
    search.fit(*made_task())
    study.tell(study.ask(), state=optuna.trial.TrialState.PRUNED)
    display = SearchDisplay.from_search(search)
    assert display.ax_.get_ylabel() == "Mean absolute error (lower is better)"
    assert display.best["alpha"] == search.best_params_["alpha"]
    assert display.best["mean"] == -search.best_score_
    assert len(display.table) == 4
    assert display.table.filter(like="fold").shape == (4, 3)
    search.study_ = optuna.create_study()
    with pytest.raises(ValueError, match="search has no completed trial"):
        SearchDisplay.from_search(search)


def test_search_before_fit():
    with pytest.raises(NotFittedError):
        SearchDisplay.from_search(GridSearchCV(Ridge(), {"alpha": [1]}))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (
            {"params": "dropout"},
            "'dropout' is not a parameter .*'knobs__kernel_size', 'knobs__p",
        ),
        ({"params": ["kernel_size", "pool_size", "rate"]}, "'rate' is not a parameter"),
        ({"params": []}, r"params=\[\] must be one or two"),
        (
            {"params": ["pool_size", "knobs__pool_size"]},
            "must be one or two different parameters",
        ),
        (
            {"metric": "r2"},
            "metric='r2' was not computed .*: use 'mean_absolute_error'",
        ),
    ],
)
def test_what_was_not_searched(options, match):
    with pytest.raises(ValueError, match=match):
        SearchDisplay.from_search(searched(GRID), **options)


def test_more_than_two_parameters():
    search = searched({**GRID, "knobs__filters": [1, 2]})
    asked = ["kernel_size", "pool_size", "filters"]
    with pytest.raises(
        ValueError, match=r"params=\['kernel_size'.*two axes.*best score over"
    ):
        SearchDisplay.from_search(search, params=asked)
    assert len(SearchDisplay.from_search(search).params) == 2


def test_short_name_of_two_parameters():
    model = Pipeline([("a", StandardScaler()), ("b", StandardScaler()), ("c", Ridge())])
    grid = {"a__with_std": [True, False], "b__with_std": [True, False]}
    search = GridSearchCV(model, grid, cv=3).fit(*made_task())
    with pytest.raises(ValueError, match="'with_std' can be 'a__with_std' or 'b__with"):
        SearchDisplay.from_search(search, params="with_std")
    display = SearchDisplay.from_search(search)
    assert display.ax_.get_xlabel() == "a__with_std"
    assert display.ax_.get_ylabel() == "b__with_std"
