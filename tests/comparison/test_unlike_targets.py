"""Targets of different units, whose errors have no common mean."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.pipeline import make_pipeline

from skseqconv import (
    LinearAutoregression,
    LookbackWindower,
    compare_models,
    make_supervised,
)

MODELS = {"linear": make_pipeline(LookbackWindower(6), LinearAutoregression())}


def load_and_price(ratio, pooled=False):
    """X and y of two targets, with errors of the first one `ratio` times as large."""
    random = np.random.default_rng(0)
    hours = pd.date_range("2025-01-01", periods=200, freq="h")
    load, price = random.normal(size=(2, 200))
    series = pd.DataFrame({"load": 1e4 + ratio * load, "price": price}, hours)
    return make_supervised(series, ["load", "price"], delay=[1, 2], pooled=pooled)


@pytest.mark.parametrize("pooled, column", [(False, "target"), (True, "channel")])
def test_the_mean_over_units_is_told_once(pooled, column):
    X, y = load_and_price(1e5, pooled)
    message = (
        "^The mean absolute error is a mean over targets of different size: errors of "
        r"'load' are about [\d,]+ times as large as those of 'price'\. So it is almost "
        r"that of 'load' alone\. comparison\.forecasts\(\) has each one: group its "
        f"errors by '{column}'"
    )
    with pytest.warns(UserWarning, match=message) as said:
        found = compare_models(MODELS, X, y, cv=3)
    assert len(said) == 1 and said[0].filename == __file__
    table = found.forecasts(found.baseline)
    errors = (table["forecast"] - table["truth"]).abs().groupby(table[column]).mean()
    ratio = float(str(said[0].message).split("about ")[1].split()[0].replace(",", ""))
    np.testing.assert_allclose(ratio, errors["load"] / errors["price"], rtol=0.05)


@pytest.mark.parametrize("ratio", [1.0, 10.0])
def test_targets_of_about_one_size_have_a_mean(ratio):
    assert len(compare_models(MODELS, *load_and_price(ratio), cv=3).table) == 3


@pytest.mark.parametrize(
    "scoring",
    [
        "r2",
        "neg_mean_absolute_percentage_error",
        make_scorer(mean_absolute_error, multioutput=[0, 0, 0.5, 0.5]),
    ],
)
def test_metrics_without_a_unit_or_with_own_weights_have_one(scoring):
    found = compare_models(MODELS, *load_and_price(1e5), cv=3, scoring=scoring)
    assert found.failures.empty


def test_columns_of_an_array():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(60, 3)), random.normal(size=(60, 2)) * [1, 1000]
    message = "column 1 of y are about .* those of column 0 of y.*predictions has each"
    with pytest.warns(UserWarning, match=message):
        compare_models([Ridge()], X, y, cv=3)


def test_a_target_without_error_has_no_size():
    X, y = load_and_price(1e5)
    y[:, 2:] = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare_models([Ridge()], X.to_numpy(), y, cv=3)
