"""Masked values are missing, wherever values come in."""

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    FlattenWindows,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    TokenSequencer,
    WindowView,
    compare_models,
    make_supervised,
)
from skseqconv.displays import ForecastDisplay

SMALL = {"n_conv": 1, "kernel_size": 2, "epochs": 1, "random_state": 0}


def masked(shape, dtype=float):
    """Whole numbers, of which the one at [4, 0, ...] is masked: -99 lies under it."""
    values = np.ma.array(np.arange(np.prod(shape)).reshape(shape), dtype=dtype)
    values[4, 0] = np.ma.masked
    values.data[4, 0] = -99
    return values


def filled(shape, dtype=float):
    values = np.arange(np.prod(shape), dtype=float).reshape(shape)
    values[4, 0] = np.nan
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8])
def test_masked_values_of_a_series_are_missing(dtype):
    series, expected = masked((10, 2), dtype), filled((10, 2))
    kept = np.float32 if dtype == np.float32 else np.float64
    for view in (SeriesView(series), SeriesView([series, series])[:10]):
        np.testing.assert_array_equal(view.to_numpy(), expected)
        assert view.dtype == kept
    windows = WindowView(series, lags=[1, 0]).to_numpy()
    np.testing.assert_array_equal(windows[5], expected[4:6])
    with pytest.warns(UserWarning, match="1 of 9 rows have no target"):
        X, y = make_supervised(series, 0)
    np.testing.assert_array_equal(y, expected[[1, 2, 3, 5, 6, 7, 8, 9], 0])
    assert 3 not in X.rows


def test_an_array_without_masked_values_is_held_as_it_is():
    values = np.arange(10.0).reshape(5, 2)
    assert np.shares_memory(SeriesView(np.ma.array(values)).series, values)
    ids = np.ma.array([[1, 2], [3, 4]])
    found = TokenSequencer(3).fit_transform(ids)
    np.testing.assert_array_equal(found, TokenSequencer(3).fit_transform(ids.data))


def test_a_masked_array_of_text_is_refused():
    texts = np.ma.array(["a", "b"], mask=[True, False])
    with pytest.raises(ValueError, match="only numbers can be NaN"):
        SeriesView(texts)


@pytest.mark.parametrize("shape", [(10, 2), (10, 3, 2)])
@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize(
    "transformer",
    [Standardizer(), PerStep(SimpleImputer()), FlattenWindows(), LookbackWindower(2)],
    ids=repr,
)
def test_masked_values_of_x_are_missing(transformer, as_list, shape):
    if isinstance(transformer, LookbackWindower) and len(shape) == 3:
        return
    X = list(masked(shape)) if as_list else masked(shape)
    expected = filled(shape)
    if as_list and X[0].ndim == 1 and isinstance(transformer, (Standardizer, PerStep)):
        expected = expected[:, :, None]  # a list of arrays is a list of series
    found, known = (transformer.fit_transform(one) for one in (X, expected))
    if isinstance(found, WindowView):
        found, known = found.to_numpy(), known.to_numpy()
    np.testing.assert_array_equal(found, known)


def test_masked_values_are_not_brought_back():
    scaler = Standardizer().fit(filled((10, 2)))
    for shape in ((10, 2), (10, 3, 2)):
        found = scaler.inverse_transform(masked(shape))
        np.testing.assert_array_equal(found, scaler.inverse_transform(filled(shape)))
    last = (
        LookbackWindower(3).fit(filled((10, 2))).inverse_transform(masked((10, 1, 2)))
    )
    np.testing.assert_array_equal(last, filled((10, 1, 2))[:, 0])


def test_statistics_leave_masked_values_out():
    np.testing.assert_allclose(
        Standardizer().fit(masked((10, 2))).mean_, [9 + 1 / 9, 10]
    )


@pytest.mark.parametrize(
    "model",
    [
        Conv1DRegressor(**SMALL),
        FlatWindowRegressor(),
        PersistenceRegressor(0, delay=1),
        LinearAutoregression(target_channel=0),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("shape", [(10, 3), (10, 3, 2)])
def test_models_find_masked_values_of_x(model, shape):
    with pytest.raises(ValueError, match="NaN"):
        model.fit(masked(shape), np.arange(10.0))


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("y", lambda X, y: Conv1DRegressor(**SMALL).fit(X, y)),
        ("y", lambda X, y: Conv1DRegressor(**SMALL).partial_fit(X, y)),
        ("y", lambda X, y: Conv1DClassifier(**SMALL).fit(X, (y > 5).astype(int))),
        ("y", lambda X, y: FlatWindowRegressor().fit(X, y)),
        ("y", lambda X, y: PersistenceRegressor(0, delay=1).fit(X, y)),
        ("y", lambda X, y: compare_models({"m": FlatWindowRegressor()}, X, y, cv=2)),
        (
            "sample_weight",
            lambda X, y: Conv1DRegressor(**SMALL).fit(X, y.data, sample_weight=y),
        ),
        (
            "sample_weight",
            lambda X, y: FlatWindowRegressor().fit(X, y.data, sample_weight=y),
        ),
        ("y", lambda X, y: LinearAutoregression().fit(X, y)),
        (
            "sample_weight",
            lambda X, y: LinearAutoregression().fit(X, y.data, sample_weight=y),
        ),
        ("X", lambda X, y: TokenSequencer(3).fit(y.astype(int)[:, None])),
        ("X", lambda X, y: TokenSequencer(3).fit([y.astype(int), y.astype(int)])),
        (
            "X",
            lambda X, y: Conv1DRegressor(**SMALL, embedding_dim=2).fit(
                np.ma.hstack([y.astype(int)[:, None]] * 3), y.data
            ),
        ),
    ],
)
def test_masked_values_where_none_may_be_missing(name, fit):
    y = np.ma.array(np.arange(10.0), mask=np.arange(10) == 4)
    with pytest.raises(ValueError, match=rf"{name} is masked at \d+ places") as error:
        fit(np.arange(60.0).reshape(10, 3, 2), y)
    assert ("make_supervised" in str(error.value)) is (name == "y")


def test_masked_values_are_not_drawn():
    pytest.importorskip("matplotlib")
    y = np.ma.array(np.arange(10.0), mask=np.arange(10) == 4)
    y.data[4] = 1e9
    display = ForecastDisplay.from_predictions(y, np.arange(10.0))
    assert np.nanmax(display.y_true) < 10


def test_a_pipeline_learns_from_what_is_not_masked():
    X, y = make_supervised(masked((30, 2))[:, 1], 0)
    pipe = make_pipeline(Standardizer(), LookbackWindower(3), FlatWindowRegressor())
    assert pipe.fit(X, y).score(X[2:], y[2:]) > 0.99
