"""Weights in Standardizer, and what PerStep passes to the fit of its transformer."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv import (
    FlatWindowRegressor,
    LookbackWindower,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
)

KINDS = {
    "rows": SeriesView,
    "windows": lambda series: WindowView(series, lags=[4, 2, 0]),
    "array": np.asarray,
    "frame": pd.DataFrame,
}
SCALERS = [Standardizer(), PerStep(StandardScaler())]


@pytest.fixture
def series():
    random = np.random.default_rng(0)
    values = random.normal(size=(60, 3)) * [1.0, 10.0, 0.1] + [0.0, 280.0, 5.0]
    values[10:25, 1] = np.nan  # whole pieces
    return values


@pytest.fixture
def whole():
    """How often each row counts."""
    return np.random.default_rng(1).integers(0, 4, 60)


@pytest.fixture
def small_pieces(monkeypatch):
    n_bytes = 7 * 3 * 8
    monkeypatch.setattr("skseqconv.transformers._standardizer.PIECE_BYTES", n_bytes)


def statistics(fitted):
    fitted = getattr(fitted, "transformer_", fitted)
    return np.array([fitted.mean_, fitted.scale_])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scaler", SCALERS)
def test_whole_weights_are_repeated_rows(series, whole, kind, scaler, small_pieces):
    fitted = clone(scaler).fit(KINDS[kind](series), sample_weight=whole)
    repeated = np.repeat(series, whole, axis=0)
    expected = [np.nanmean(repeated, axis=0), np.nanstd(repeated, axis=0)]
    np.testing.assert_allclose(statistics(fitted), expected, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_only_ratios_of_weights_count(series, whole, scale, small_pieces):
    """StandardScaler would take a channel for constant if weights are large."""
    fitted = Standardizer().fit(SeriesView(series), sample_weight=whole * scale)
    expected = Standardizer().fit(SeriesView(series), sample_weight=whole)
    np.testing.assert_allclose(statistics(fitted), statistics(expected), rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_no_weight_are_as_removed(series, whole, kind, small_pieces):
    """Their values need not even be finite, except in tables, which are checked."""
    if kind in ("rows", "windows"):
        series[np.flatnonzero(whole == 0)[3]] = np.inf
    fitted = Standardizer().fit(KINDS[kind](series), sample_weight=whole > 0)
    alone = Standardizer().fit(series[whole > 0])
    np.testing.assert_allclose(statistics(fitted), statistics(alone), rtol=1e-12)


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize("lengths", [np.full(12, 5), np.arange(12) % 5 + 1])
def test_rows_of_a_panel_have_the_weight_of_their_sample(series, scaler, lengths):
    panel = series.reshape(12, 5, 3)
    real = np.arange(5) < lengths[:, None]
    weight = np.arange(12.0)
    given = np.where(real[:, :, None], panel, np.nan)
    fitted = clone(scaler).fit(given, sample_weight=weight)
    by_hand = StandardScaler().fit(panel[real], sample_weight=weight.repeat(lengths))
    np.testing.assert_allclose(statistics(fitted), statistics(by_hand), rtol=1e-12)


@pytest.mark.parametrize("scaler", SCALERS)
def test_a_row_that_is_given_twice_keeps_its_weight(series, scaler):
    rows = np.array([40, 3, 40, 8, 3, 5])
    view = SeriesView(series, rows)
    fitted = clone(scaler).fit(view, sample_weight=rows)
    by_hand = StandardScaler().fit(series[[3, 5, 8, 40]], sample_weight=[3, 5, 8, 40])
    np.testing.assert_allclose(statistics(fitted), statistics(by_hand), rtol=1e-12)


def test_with_weights_nothing_is_learned_from_earlier_rows(series):
    view = SeriesView(series, np.arange(12, 20))
    assert np.isfinite(Standardizer().fit(view).mean_).all()
    weighted = Standardizer().fit(view, sample_weight=np.ones(8))
    np.testing.assert_array_equal(np.isnan(weighted.mean_), [False, True, False])


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(59), r"\(59,\), expected \(60,\)"),
        (
            np.r_[-2.0, np.ones(59)],
            "sample_weight has -2: weights must not be",
        ),
        (np.r_[np.nan, np.ones(59)], "sample_weight contains NaN"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_cannot_be_are_refused(series, kind, weight, message):
    with pytest.raises(ValueError, match=message):
        Standardizer().fit(KINDS[kind](series), sample_weight=weight)


@pytest.mark.parametrize("scaler", SCALERS)
def test_weights_in_another_order_are_refused(series, scaler):
    """A view sorts its series by id; weights of pandas may have another order."""
    table = pd.DataFrame(series, columns=["wind", "temp", "rain"])
    labels = pd.MultiIndex.from_product([["b", "a"], range(30)], names=["id", "time"])
    table, weight = table.set_axis(labels), pd.Series(np.arange(60.0), labels)
    view = SeriesView(table.reset_index(), id="id", time="time")
    with pytest.raises(ValueError, match="sample_weight has the labels of the rows"):
        clone(scaler).fit(view, sample_weight=weight)
    by_hand = StandardScaler().fit(table, sample_weight=weight)
    fitted = clone(scaler).fit(view, sample_weight=weight.sort_index())
    np.testing.assert_allclose(statistics(fitted), statistics(by_hand), rtol=1e-12)


def test_weights_of_padding_only_are_refused():
    panel = np.ones((3, 2, 1))
    panel[1] = np.nan
    with pytest.raises(ValueError, match="sample_weight is zero for every row of X"):
        Standardizer().fit(panel, sample_weight=[0, 1, 0])


def test_a_transformer_without_weights_says_so(series):
    with pytest.raises(TypeError, match=r"SimpleImputer\.fit\(\) got an unexpected"):
        PerStep(SimpleImputer()).fit(series, sample_weight=np.ones(60))


# Metadata routing of scikit-learn.


@pytest.fixture
def routing():
    with config_context(enable_metadata_routing=True):
        yield


@pytest.fixture
def frame(series):
    return pd.DataFrame(np.nan_to_num(series), columns=["wind", "temp", "rain"])


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("given", [StandardScaler(), Standardizer()])
def test_a_pipeline_passes_what_each_step_requests(routing, frame, whole, given, asks):
    weight = whole.astype(float)
    scaler = clone(given).set_fit_request(sample_weight=asks)
    scaler = PerStep(scaler) if isinstance(given, StandardScaler) else scaler
    ridge = Ridge().set_fit_request(sample_weight=True)
    model = make_pipeline(scaler, LookbackWindower(1), FlatWindowRegressor(ridge))
    X, y = SeriesView(frame), frame["wind"].to_numpy()
    model.fit(X, y, sample_weight=weight)
    by_hand = StandardScaler().fit(frame, sample_weight=weight if asks else None)
    np.testing.assert_allclose(statistics(model[0]), statistics(by_hand), rtol=1e-12)
    expected = Ridge().fit(by_hand.transform(frame), y, sample_weight=weight)
    predicted = expected.predict(by_hand.transform(frame))
    np.testing.assert_allclose(model.predict(X), predicted, rtol=1e-9)


def test_steps_inside_are_asked_too(routing, frame, whole):
    scaler = StandardScaler().set_fit_request(sample_weight=True)
    inner = make_column_transformer((scaler, ["temp"]))
    fitted = PerStep(inner).fit(SeriesView(frame), sample_weight=whole)
    expected = StandardScaler().fit(frame[["temp"]], sample_weight=whole)
    np.testing.assert_allclose(
        statistics(fitted.transformer_.transformers_[0][1]), statistics(expected)
    )


def test_a_transformer_that_was_not_asked_is_named(routing, frame, whole):
    with pytest.raises(UnsetMetadataPassedError, match=r"StandardScaler\.fit"):
        PerStep(StandardScaler()).fit(frame, sample_weight=whole)
    with pytest.raises(TypeError, match="unexpected"):
        PerStep(SimpleImputer()).fit(frame, sample_weight=whole)


def test_without_a_request_standardizer_takes_no_weights(routing, frame, whole):
    """Weights for the network after it leave its statistics as they were."""
    ridge = Ridge().set_fit_request(sample_weight=True)
    model = make_pipeline(Standardizer(), ridge)
    model.fit(frame, frame["wind"], sample_weight=whole)
    np.testing.assert_array_equal(model[0].mean_, Standardizer().fit(frame).mean_)
