"""Some of many rows, spread over all of them."""

import numpy as np
import pandas as pd
import pytest

from skseqconv import Conv1DRegressor, LookbackWindower, make_supervised
from skseqconv._sampling import spread_positions


@pytest.mark.parametrize("n_rows", [0, 1, 7, 100, 1001, 100_000])
@pytest.mark.parametrize("most", [1, 7, 100, 999])
def test_positions_are_spread(n_rows, most):
    positions = spread_positions(n_rows, most)
    assert len(positions) == min(n_rows, most)
    assert (np.diff(positions) > 0).all()
    if n_rows > most:
        bounds = np.arange(most + 1) * n_rows // most
        assert (bounds[:-1] <= positions).all() and (positions < bounds[1:]).all()


@pytest.mark.parametrize("n_series", [2, 3, 10, 24, 30, 144])
def test_all_series_of_a_panel_are_met_alike(n_series):
    counts = np.bincount(spread_positions(600_000, 60_000) % n_series)
    assert len(counts) == n_series
    assert counts.min() > 0.6 * counts.max()


@pytest.mark.trains
def test_the_level_is_chosen_from_all_series():
    # Every second series has a season that is broken by jumps. In the order of time the
    # rows of the series take turns.
    rng = np.random.default_rng(0)
    days = np.arange(400)
    series = []
    for number in range(30):
        season = np.sin(2 * np.pi * (days + number) / 7)
        jumps = (number % 2) * 3 * (rng.random(len(days)) < 0.2)
        noise = 0.05 * rng.normal(size=len(days))
        series.append(pd.DataFrame({"a": season + jumps + noise}))
    X, y = make_supervised(series, "a", delay=7)
    windows = LookbackWindower(28).fit_transform(X)
    model = Conv1DRegressor(kernel_size=3, pool_size=1).initialize(windows, y)
    whole = windows.complete
    seasonal = Conv1DRegressor(kernel_size=3, pool_size=1, level="seasonal", period=7)
    seasonal.initialize(windows, y)
    assert model.level_ in ("ar", "arx")
    errors = [
        np.square(one.predict(windows[whole]) - y[whole]).mean()
        for one in (model, seasonal)
    ]
    assert errors[0] < 0.8 * errors[1]
