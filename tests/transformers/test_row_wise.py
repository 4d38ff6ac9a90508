"""Standardizer and PerStep on rows, windows, tables and panels."""

import pickle
import re
import threading
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow
import pytest
import tensorflow as tf
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import NMF, PCA
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    QuantileTransformer,
    StandardScaler,
)

from skseqconv import (
    FlattenWindows,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    PerStep,
    SeriesView,
    Standardizer,
    WindowView,
    forecast,
    make_supervised,
)

NAMES = ["wind", "temp", "rain"]
KINDS = ["rows", "windows", "array", "frame", "panel"]


@pytest.fixture
def series():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 3)) * [1.0, 10.0, 0.1] + [0.0, 280.0, 5.0]


@pytest.fixture
def frame(series):
    dates = pd.date_range("2021-03-01", periods=len(series), freq="h")
    return pd.DataFrame(series, columns=NAMES, index=dates)


@pytest.fixture
def small_chunks(monkeypatch):
    """Seven rows of three channels per piece."""
    n_bytes = 7 * 3 * 8
    monkeypatch.setattr("skseqconv.transformers._standardizer.PIECE_BYTES", n_bytes)
    monkeypatch.setattr("skseqconv.series._touched.CHUNK_BYTES", n_bytes)


def as_kind(series, kind):
    if kind == "rows":
        return SeriesView(series)
    if kind == "windows":
        return WindowView(series, lags=[4, 2, 0])
    if kind == "frame":
        return pd.DataFrame(series, columns=NAMES, index=np.arange(len(series)) + 100)
    if kind == "panel":
        return series.reshape(12, 5, 3)
    return series


def values_of(X):
    return X.to_numpy() if hasattr(X, "to_numpy") else np.asarray(X)


def edge_padded(series, rows, lags):
    return np.array([[series[max(r - lag, 0)] for lag in lags] for r in rows])


class Recorder(TransformerMixin, BaseEstimator):
    """Keeps what it was given."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.X_, self.y_ = X, y
        return self

    def transform(self, X):
        return np.asarray(X)


# Values.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"with_mean": False}, {"with_std": False}])
def test_standardizer_is_standard_scaler_on_the_same_rows(series, kind, options):
    scaler = StandardScaler(**options).fit(series)
    X = as_kind(series, kind)
    standardizer = Standardizer(**options).fit(X)
    out = values_of(standardizer.transform(X))
    before = values_of(X)
    expected = scaler.transform(before.reshape(-1, 3)).reshape(before.shape)
    np.testing.assert_allclose(out, expected, rtol=1e-10, atol=1e-10)
    if scaler.scale_ is not None:
        np.testing.assert_allclose(standardizer.scale_, scaler.scale_, rtol=1e-12)
    else:
        assert standardizer.scale_ is None
    assert standardizer.n_features_in_ == 3


def test_standardizer_without_either_changes_nothing(series):
    standardizer = Standardizer(with_mean=False, with_std=False).fit(SeriesView(series))
    out = standardizer.transform(SeriesView(series)).to_numpy()
    np.testing.assert_array_equal(out, series)
    assert standardizer.scale_ is None


@pytest.mark.parametrize(
    "rows",
    [
        np.arange(60),
        np.arange(10, 50),
        np.arange(59, -1, -1),
        np.random.default_rng(1).permutation(60)[:41],
        np.array([5, 5, 5, 7, 40, 7, 41, 5]),
        np.concatenate([np.arange(30), np.arange(20, 60), np.arange(5)]),
        np.array([3]),
    ],
    ids=["all", "span", "backwards", "shuffled", "repeated", "overlapping", "one"],
)
@pytest.mark.parametrize("lags", [None, [9, 6, 3, 0]])
def test_statistics_are_of_own_rows_each_once(series, small_chunks, rows, lags):
    view = SeriesView(series, rows=rows)
    if lags is not None:
        view = WindowView(view, lags=lags)
    own = series[sorted(set(rows.tolist()))]
    standardizer = Standardizer().fit(view)
    scaler = StandardScaler().fit(own)
    np.testing.assert_allclose(standardizer.mean_, own.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(standardizer.scale_, scaler.scale_, rtol=1e-10)
    out = standardizer.transform(view).to_numpy()
    touched = series[rows] if lags is None else edge_padded(series, rows, lags)
    expected = (touched - own.mean(axis=0)) / scaler.scale_
    np.testing.assert_allclose(out, expected, rtol=1e-9, atol=1e-9)


def test_statistics_of_several_series_are_of_all_their_rows(series, small_chunks):
    view = SeriesView([series[:20], series[20:33], series[33:]])
    standardizer = Standardizer().fit(view[::2])
    np.testing.assert_allclose(standardizer.mean_, series[::2].mean(axis=0))


def test_nothing_is_learned_from_context_rows(series, small_chunks):
    rows = np.r_[20:30, 45:50]
    poisoned = np.full_like(series, 1e9)
    poisoned[rows] = series[rows]
    for transformer in (Standardizer(), PerStep(StandardScaler())):
        fitted = [
            clone(transformer).fit(WindowView(s, rows, lags=[19, 10, 0]))
            for s in (series, poisoned)
        ]
        inner = [getattr(f, "transformer_", f) for f in fitted]
        np.testing.assert_array_equal(inner[0].mean_, inner[1].mean_)
        np.testing.assert_array_equal(inner[0].scale_, inner[1].scale_)
        np.testing.assert_allclose(inner[0].mean_, series[rows].mean(axis=0))


@pytest.fixture
def measured_rarely():
    """A laboratory value in each fifth row, three rows of which have one each."""
    random = np.random.default_rng(0)
    values = random.normal(size=(40, 2)) + 5
    values[np.arange(40) % 5 > 0, 1] = np.nan
    return values


def test_a_channel_missing_in_all_rows_is_learned_from_earlier_rows(measured_rarely):
    rows = np.array([12, 17, 22])  # where the value of three rows later is known
    view = SeriesView(measured_rarely, rows=rows)
    learned, reference = Standardizer().fit(view), StandardScaler()
    reference.fit(measured_rarely[:23])
    np.testing.assert_allclose(learned.mean_, reference.mean_, rtol=1e-12)
    np.testing.assert_allclose(learned.scale_, reference.scale_, rtol=1e-12)
    scaler = PerStep(StandardScaler()).fit(view, [1, 2, 3])
    np.testing.assert_allclose(scaler.transformer_.mean_, reference.mean_, rtol=1e-12)
    filled = PerStep(SimpleImputer()).fit_transform(view)
    assert filled.n_channels == 2
    assert filled[:1].to_numpy()[0, 1] == np.nanmean(measured_rarely[:23, 1])


def test_earlier_rows_are_those_of_the_same_series(measured_rarely):
    other = measured_rarely + 100
    rows = np.array([12, 22, 40 + 3, 80 + 8])
    view = SeriesView([measured_rarely, other, measured_rarely * 3], rows=rows)
    parts = [measured_rarely[:23], other[:4], measured_rarely[:9] * 3]
    expected = np.nanmean(np.concatenate(parts), axis=0)
    np.testing.assert_allclose(Standardizer().fit(view).mean_, expected, rtol=1e-12)


def test_a_channel_without_any_value_changes_nothing(series):
    series[:, 1] = np.nan
    view = SeriesView(series, rows=np.arange(10, 20))
    expected = series[10:20, [0, 2]].mean(axis=0)
    mean = Standardizer().fit(view).mean_
    np.testing.assert_allclose(mean[[0, 2]], expected, rtol=1e-12)
    assert np.isnan(mean[1])


def test_a_transformer_that_needs_y_has_the_rows_of_y(measured_rarely):
    view = SeriesView(measured_rarely, rows=np.array([12, 17, 22]))
    y = measured_rarely[[15, 20, 25], 1]
    selection = make_pipeline(SimpleImputer(), SelectKBest(f_regression, k=1))
    with pytest.warns(UserWarning, match="Skipping features without any observed"):
        selected = PerStep(selection).fit(view, y)
    expected = f_regression(measured_rarely[[12, 17, 22], :1], y)[0]
    np.testing.assert_allclose(selected.transformer_[-1].scores_, expected)


class KeepsTarget:
    """A user's transformer that is no BaseEstimator."""

    def __sklearn_tags__(self):
        return StandardScaler().__sklearn_tags__()

    def get_params(self, deep=True):
        return {}

    def fit(self, X, y=None):
        self.y_ = y
        return self

    def transform(self, X):
        return X


def test_a_transformer_of_ones_own_has_y(measured_rarely):
    view = SeriesView(measured_rarely, rows=np.array([12, 17, 22]))
    alone = PerStep(KeepsTarget()).fit(view, [1, 2, 3])
    assert alone.transformer_.y_ == [1, 2, 3]
    last = PerStep(make_pipeline(FunctionTransformer(), KeepsTarget()))
    last.fit(view, [1, 2, 3])
    assert last.transformer_[-1].y_ == [1, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
def test_constant_channel_keeps_its_scale(series, kind):
    series[:, 1] = 7.0
    X = as_kind(series, kind)
    standardizer = Standardizer().fit(X)
    assert standardizer.scale_[1] == 1.0
    out = values_of(standardizer.transform(X))
    assert np.isfinite(out).all()
    assert (out[..., 1] == 0.0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_nan_is_left_out_and_passes(series, kind):
    series[[3, 17, 18], 2] = np.nan
    X = as_kind(series, kind)
    standardizer = Standardizer().fit(X)
    np.testing.assert_allclose(standardizer.mean_, np.nanmean(series, axis=0))
    np.testing.assert_allclose(standardizer.scale_, np.nanstd(series, axis=0))
    out = values_of(standardizer.transform(X))
    np.testing.assert_array_equal(np.isnan(out), np.isnan(values_of(X)))


@pytest.mark.parametrize("missing", [slice(0, 30), slice(15, 45), slice(30, 60)])
def test_channel_missing_throughout_a_piece(series, small_chunks, missing):
    # A sensor that came late, paused or broke: whole pieces without a value.
    series[missing, 1] = np.nan
    standardizer = Standardizer().fit(SeriesView(series))
    np.testing.assert_allclose(standardizer.mean_, np.nanmean(series, axis=0))
    np.testing.assert_allclose(standardizer.scale_, np.nanstd(series, axis=0))


def test_two_steps_are_applied_in_order(series):
    view = WindowView(series, np.arange(10, 60), lags=[5, 0])
    first = PerStep(MinMaxScaler()).fit(view)
    second = PerStep(FunctionTransformer(np.square)).fit(first.transform(view))
    both = second.transform(first.transform(view))
    own = series[10:]
    low, high = own.min(axis=0), own.max(axis=0)
    expected = ((view.to_numpy() - low) / (high - low)) ** 2
    np.testing.assert_allclose(both.to_numpy(), expected, rtol=1e-10, atol=1e-12)
    assert len(both.steps) == 2
    assert np.shares_memory(both.series, series)


def test_a_step_learns_from_the_transformed_rows(series):
    rows = SeriesView(series)[20:]
    squares = PerStep(FunctionTransformer(np.square)).fit_transform(rows)
    standardizer = Standardizer().fit(squares)
    np.testing.assert_allclose(standardizer.mean_, (series[20:] ** 2).mean(axis=0))


def test_float32_stays_float32(series):
    single = series.astype(np.float32)
    out = Standardizer().fit_transform(SeriesView(single))
    assert out.to_numpy().dtype == np.float32
    assert Standardizer().fit_transform(single).dtype == np.float32
    expected = StandardScaler().fit_transform(series)
    np.testing.assert_allclose(out.to_numpy(), expected, atol=1e-3)


# PerStep and its transformers.


@pytest.mark.parametrize("kind", KINDS)
def test_imputer_fills_missing_values(series, kind):
    series[[3, 17, 18], 2] = np.nan
    X = as_kind(series, kind)
    out = values_of(PerStep(SimpleImputer()).fit_transform(X))
    before = values_of(X)
    mean = np.nanmean(series, axis=0)
    expected = np.where(np.isnan(before), mean, before)
    np.testing.assert_allclose(out, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_pca_changes_channel_count_and_names(series, kind):
    X = as_kind(series, kind)
    lifted = PerStep(PCA(n_components=2)).fit(X)
    out = lifted.transform(X)
    before = values_of(X)
    expected = PCA(n_components=2).fit(series).transform(before.reshape(-1, 3))
    np.testing.assert_allclose(
        values_of(out), expected.reshape(*before.shape[:-1], 2), atol=1e-9
    )
    assert out.shape == (*before.shape[:-1], 2)
    assert list(lifted.get_feature_names_out()) == ["pca0", "pca1"]
    if kind == "frame":
        assert list(out.columns) == ["pca0", "pca1"]


def test_columns_without_names_are_not_guessed(frame):
    """A ColumnTransformer may change their order."""

    def logarithm(**options):
        log = FunctionTransformer(np.log1p, **options)
        first = ColumnTransformer([("log", log, ["wind"])], remainder="passthrough")
        return PerStep(first)

    X = SeriesView(frame.abs())
    with pytest.raises(ValueError, match=r"='one-to-one'\) keeps the names"):
        logarithm().fit(X)
    out = logarithm(feature_names_out="one-to-one").fit_transform(X)
    names = [name.split("__")[1] for name in out.channel_names]
    expected = frame.abs().assign(wind=np.log1p(frame["wind"].abs()))[names]
    np.testing.assert_allclose(out.to_numpy(), expected)


def test_pca_names_of_a_view(frame):
    out = PerStep(PCA(n_components=2)).fit_transform(SeriesView(frame))
    assert list(out.channel_names) == ["pca0", "pca1"]
    assert out.n_channels == 2
    windows = LookbackWindower(3).fit_transform(out)
    assert windows.shape == (60, 3, 2)
    assert list(windows.channel_names) == ["pca0", "pca1"]


@pytest.mark.parametrize("lags", [None, [3, 0]])
def test_column_transformer_by_names(frame, lags):
    chosen = ColumnTransformer(
        [("scaled", MinMaxScaler(), ["rain"]), ("kept", "passthrough", ["wind"])],
        verbose_feature_names_out=False,
    )
    view = SeriesView(frame) if lags is None else WindowView(frame, lags=lags)
    out = PerStep(chosen).fit_transform(view)
    rain = frame["rain"].to_numpy()
    scaled = (rain - rain.min()) / (rain.max() - rain.min())
    table = np.column_stack([scaled, frame["wind"]])
    expected = table if lags is None else edge_padded(table, range(60), lags)
    np.testing.assert_allclose(out.to_numpy(), expected)
    assert list(out.channel_names) == ["rain", "wind"]


def test_encoder_with_sparse_output(series):
    series[:, 0] = np.arange(60) % 4
    view = WindowView(series[:, :1], lags=[1, 0])
    out = PerStep(OneHotEncoder()).fit_transform(view)
    codes = (np.arange(60) % 4)[np.maximum(np.arange(60)[:, None] - [1, 0], 0)]
    np.testing.assert_array_equal(out.to_numpy(), np.eye(4)[codes])
    table = PerStep(OneHotEncoder()).fit_transform(series[:, :1])
    np.testing.assert_array_equal(table, np.eye(4)[np.arange(60) % 4])


def test_encoder_of_text_columns_of_a_frame():
    table = pd.DataFrame({"sky": ["clear", "rain", "clear"]}, index=[7, 8, 9])
    out = PerStep(OneHotEncoder()).fit_transform(table)
    assert list(out.columns) == ["sky_clear", "sky_rain"]
    assert list(out.index) == [7, 8, 9]
    np.testing.assert_array_equal(out.to_numpy(), [[1, 0], [0, 1], [1, 0]])


def test_target_goes_along_with_the_rows_learned(series):
    rows = np.array([40, 3, 40, 8, 3, 5])
    view = WindowView(series, rows, lags=[2, 0])
    recorder = PerStep(Recorder()).fit(view, y=rows * 10).transformer_
    np.testing.assert_array_equal(recorder.y_, [400, 30, 80, 50])
    np.testing.assert_array_equal(recorder.X_, series[[40, 3, 8, 5]])


def test_supervised_selection(series):
    view = SeriesView(series, rows=np.arange(5, 55))
    y = series[5:55, 1] + 1e-3
    out = PerStep(SelectKBest(f_regression, k=1)).fit_transform(view, y)
    np.testing.assert_array_equal(out.to_numpy(), series[5:55, [1]])


def test_the_given_transformer_stays_unfitted(series):
    given = StandardScaler()
    lifted = PerStep(given).fit(SeriesView(series))
    assert not hasattr(given, "mean_")
    assert lifted.transformer_ is not given


# Inverse.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "transformer", [Standardizer(), PerStep(MinMaxScaler()), PerStep(PCA())]
)
def test_inverse_transform_round_trip(series, kind, transformer):
    X = as_kind(series, kind)
    fitted = clone(transformer).fit(X)
    back = fitted.inverse_transform(fitted.transform(X))
    assert type(back) is type(X)
    np.testing.assert_allclose(values_of(back), values_of(X), rtol=1e-9, atol=1e-9)
    if kind == "frame":
        pd.testing.assert_frame_equal(back, X)


@pytest.mark.parametrize("kind", ["rows", "windows"])
def test_inverse_gives_a_view_its_own_steps_back(series, kind):
    view = as_kind(series, kind)
    scaled = PerStep(MinMaxScaler()).fit_transform(view)
    standardizer = Standardizer().fit(scaled)
    back = standardizer.inverse_transform(standardizer.transform(scaled))
    assert back.steps == scaled.steps
    assert len(back.steps) == 1


def test_inverse_of_a_view_that_was_not_transformed(frame):
    standardizer = Standardizer().fit(SeriesView(frame))
    view = WindowView(frame, lags=[2, 0])
    back = standardizer.inverse_transform(view)
    expected = view.to_numpy() * frame.std(ddof=0).to_numpy() + frame.mean().to_numpy()
    np.testing.assert_allclose(back.to_numpy(), expected)
    assert list(back.channel_names) == NAMES


def test_inverse_after_a_pickle(series):
    view = SeriesView(series)
    standardizer = Standardizer().fit(view)
    restored = pickle.loads(pickle.dumps(standardizer))
    back = restored.inverse_transform(standardizer.transform(view))
    np.testing.assert_allclose(back.to_numpy(), series)


def test_no_inverse_where_the_transformer_has_none(series):
    fitted = PerStep(SelectKBest(k=1))
    assert hasattr(fitted, "inverse_transform")
    assert not hasattr(PerStep(Recorder()), "inverse_transform")
    assert not hasattr(PerStep(Recorder()), "get_feature_names_out")


# Names.


@pytest.mark.parametrize("kind", ["rows", "windows", "frame"])
@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_names_are_kept(frame, kind, transformer):
    X = {
        "rows": SeriesView(frame),
        "windows": WindowView(frame, lags=[1, 0]),
        "frame": frame,
    }[kind]
    fitted = clone(transformer).fit(X)
    assert list(fitted.feature_names_in_) == NAMES
    assert list(fitted.get_feature_names_out()) == NAMES
    out = fitted.transform(X)
    assert list(out.columns if kind == "frame" else out.channel_names) == NAMES


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_names_are_made_where_there_are_none(series, transformer):
    fitted = clone(transformer).fit(SeriesView(series))
    assert not hasattr(fitted, "feature_names_in_")
    assert list(fitted.get_feature_names_out()) == ["x0", "x1", "x2"]
    assert list(fitted.get_feature_names_out(NAMES)) == NAMES
    assert fitted.transform(SeriesView(series)).channel_names is None


def test_a_transformer_without_names_keeps_those_of_as_many_channels(frame):
    out = PerStep(FunctionTransformer(np.abs)).fit_transform(SeriesView(frame))
    assert list(out.channel_names) == NAMES
    reordered = PerStep(Recorder()).fit_transform(frame)
    assert list(reordered.columns) == NAMES


def without_wind(table):
    return table.drop(columns="wind").assign(wet=table["rain"] ** 2)


@pytest.mark.parametrize("kind", ["rows", "windows", "frame"])
def test_a_table_that_a_transformer_gives_names_its_channels(frame, kind):
    """It has as many columns as there were channels, but not the same."""
    X = {"rows": SeriesView, "windows": with_lags, "frame": lambda table: table}[kind]
    out = PerStep(FunctionTransformer(without_wind)).fit_transform(X(frame))
    names = list(out.columns if kind == "frame" else out.channel_names)
    assert names == ["temp", "rain", "wet"]
    expected = X(without_wind(frame)).to_numpy()
    np.testing.assert_array_equal(out.to_numpy(), expected)


def test_a_target_is_found_by_the_new_names(frame):
    X, y = make_supervised(frame, "temp", delay=1)
    first = PerStep(FunctionTransformer(without_wind))
    model = make_pipeline(first, LookbackWindower(1), PersistenceRegressor())
    np.testing.assert_array_equal(model.fit(X, y).predict(X), frame["temp"][:-1])


def with_lags(table):
    return WindowView(table, lags=[1, 0])


class OfTheTable(TransformerMixin, BaseEstimator):
    """One's own transformer of a DataFrame, which remembers no names."""

    def fit(self, X, y=None):
        self.mean_ = X["temp"].mean()
        return self

    def transform(self, X):
        return np.column_stack([X["wind"], X["temp"] - self.mean_])


@pytest.mark.parametrize("X", [SeriesView, with_lags, pd.DataFrame])
def test_a_transformer_may_read_columns_by_name(frame, X):
    out = PerStep(OfTheTable()).fit_transform(X(frame))
    by_hand = frame[["wind", "temp"]] - [0.0, frame["temp"].mean()]
    np.testing.assert_array_equal(out.to_numpy(), X(by_hand).to_numpy())


def test_a_table_of_pyarrow_is_transformed_as_it_was_fitted(frame):
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    out = PerStep(SimpleImputer()).fit_transform(table)
    np.testing.assert_array_equal(out, frame)


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_other_names_are_an_error(frame, transformer):
    fitted = clone(transformer).fit(SeriesView(frame))
    other = frame.rename(columns={"temp": "T"})
    for X in (SeriesView(other), WindowView(other, lags=[1, 0]), other):
        with pytest.raises(ValueError, match=r"feature names should match(.|\n)*- T"):
            fitted.transform(X)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_another_channel_count_is_an_error(series, kind, transformer):
    fitted = clone(transformer).fit(as_kind(series, kind))
    fewer = {
        "rows": SeriesView(series[:, :2]),
        "windows": WindowView(series[:, :2], lags=[4, 2, 0]),
        "array": series[:, :2],
        "frame": pd.DataFrame(series[:, :2], columns=NAMES[:2]),
        "panel": series[:, :2].reshape(12, 5, 2),
    }[kind]
    match = "feature names should match" if kind == "frame" else "expecting 3 features"
    with pytest.raises(ValueError, match=match):
        fitted.transform(fewer)


# Errors.


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_target_of_another_length_is_an_error(series, transformer):
    with pytest.raises(ValueError, match="X has 60 rows and y has 59: they must"):
        transformer.fit(SeriesView(series), np.zeros(59))


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_no_rows_is_an_error(series, transformer):
    with pytest.raises(ValueError, match="has no rows to fit to"):
        transformer.fit(SeriesView(series)[:0])


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_transform_before_fit_is_an_error(series, transformer):
    for method in ("transform", "inverse_transform"):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            getattr(transformer, method)(SeriesView(series))


def test_infinite_values_are_an_error(series):
    series[4, 1] = np.inf
    for X in (SeriesView(series), series, as_kind(series, "panel")):
        with pytest.raises(ValueError, match="infinity"):
            Standardizer().fit(X)
    with pytest.raises(ValueError, match=r"infinity.* row 4 of the series"):
        Standardizer().fit(SeriesView(series)[2:])


def test_parameters_are_checked(series):
    with pytest.raises(ValueError, match="'with_mean' parameter of Standardizer"):
        Standardizer(with_mean="yes").fit(series)
    with pytest.raises(ValueError, match="'transformer' parameter of PerStep"):
        PerStep("scale").fit(series)


# Life cycle.


def test_parameters_and_clone():
    lifted = PerStep(SimpleImputer(strategy="median"))
    params = lifted.get_params()
    assert params["transformer__strategy"] == "median"
    copy = clone(lifted).set_params(transformer__strategy="mean")
    assert lifted.get_params()["transformer__strategy"] == "median"
    assert copy.get_params()["transformer__strategy"] == "mean"
    assert Standardizer(with_std=False).get_params() == {
        "with_mean": True,
        "with_std": False,
    }


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_refitting_leaves_earlier_views_alone(series, transformer):
    view = WindowView(series, lags=[2, 0])
    transformed = transformer.fit(view[:20]).transform(view)
    before = transformed.to_numpy()
    transformer.fit(view[40:])
    np.testing.assert_array_equal(transformed.to_numpy(), before)
    assert not np.allclose(transformer.transform(view).to_numpy(), before)


def test_the_series_is_left_untouched(series):
    before = series.copy()
    view = SeriesView(series)
    out = make_pipeline(PerStep(SimpleImputer()), Standardizer()).fit_transform(view)
    out.to_numpy()
    np.testing.assert_array_equal(series, before)
    assert np.shares_memory(out.series, series)


def test_fitting_a_long_series_takes_little_memory():
    view = SeriesView(np.ones((500_000, 14)))
    standardizer = Standardizer()
    standardizer.fit(view[:10])  # imports at first use do not count
    tracemalloc.start()
    try:
        standardizer.fit(view)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 15e6  # the series is 56 MB


# Containers.


@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_a_frame_gives_a_frame_with_its_index(frame, transformer):
    out = clone(transformer).fit_transform(frame)
    assert isinstance(out, pd.DataFrame)
    assert out.index.equals(frame.index)
    expected = (frame - frame.mean()) / frame.std(ddof=0)
    pd.testing.assert_frame_equal(out, expected, check_freq=False)


@pytest.mark.parametrize("by", ["set_output", "config", "pipeline"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("transformer", [Standardizer(), PerStep(StandardScaler())])
def test_pandas_output(series, kind, transformer, by):
    X = as_kind(series, kind)
    plain = values_of(clone(transformer).fit(X).transform(X))
    fitted = clone(transformer)
    if by == "pipeline":
        fitted = make_pipeline(fitted)
    if by == "config":
        with config_context(transform_output="pandas"):
            out = fitted.fit(X).transform(X)
            values = values_of(out)  # steps of a view run under the setting too
    else:
        out = fitted.set_output(transform="pandas").fit(X).transform(X)
        values = values_of(out)
    np.testing.assert_array_equal(values, plain)
    if kind in ("rows", "windows", "panel"):
        assert type(out) is type(X)
    else:
        assert isinstance(out, pd.DataFrame)
        names = NAMES if kind == "frame" else ["x0", "x1", "x2"]
        assert list(out.columns) == names
        assert out.index[0] == (100 if kind == "frame" else 0)


def test_default_output_overrules_the_configuration(series):
    standardizer = Standardizer().set_output(transform="default").fit(series)
    with config_context(transform_output="pandas"):
        assert isinstance(standardizer.transform(series), np.ndarray)


def test_output_setting_survives_clone_and_none(series):
    standardizer = Standardizer().set_output(transform="pandas")
    standardizer.set_output()
    assert isinstance(clone(standardizer).fit_transform(series), pd.DataFrame)
    standardizer.set_output(transform="default")
    assert isinstance(standardizer.fit_transform(series), np.ndarray)


def test_pandas_output_has_the_names_of_get_feature_names_out(series):
    lifted = PerStep(PCA(n_components=2)).set_output(transform="pandas").fit(series)
    assert list(lifted.transform(series).columns) == list(
        lifted.get_feature_names_out()
    )


def test_unknown_output_is_an_error():
    with pytest.raises(ValueError, match="got transform='xarray'"):
        Standardizer().set_output(transform="xarray")


def test_pipeline_output_setting_reaches_views(frame):
    pipeline = make_pipeline(Standardizer(), PerStep(PCA(2)), LookbackWindower(3))
    pipeline.set_output(transform="pandas")
    out = pipeline.fit_transform(SeriesView(frame))
    assert isinstance(out, WindowView)
    assert list(out.channel_names) == ["pca0", "pca1"]
    plain = make_pipeline(StandardScaler(), PCA(2)).fit_transform(frame.to_numpy())
    expected = edge_padded(plain, range(60), [2, 1, 0])
    np.testing.assert_allclose(out.to_numpy(), expected, atol=1e-9)


# Samples of different lengths, single columns, huge values.

UNEQUAL = [np.arange(6.0).reshape(3, 2), np.arange(10.0).reshape(5, 2)]
ROW_WISE = [Standardizer(), PerStep(PCA())]
ONE_LENGTH = [
    LookbackWindower(2),
    FlattenWindows(),
    PersistenceRegressor(),
    FlatWindowRegressor(),
    LinearAutoregression(),
]
PIPELINE = make_pipeline(Standardizer(), PersistenceRegressor())
EVERYONE = [*ROW_WISE, *ONE_LENGTH, PIPELINE]


def holding(arrays):
    """The arrays in an array of objects."""
    held = np.empty(len(arrays), dtype=object)
    held[:] = arrays
    return held


@pytest.mark.parametrize("hold", [list, tuple, holding, pd.Series])
@pytest.mark.parametrize("estimator", ONE_LENGTH, ids=lambda e: type(e).__name__)
def test_arrays_of_different_lengths_are_refused(estimator, hold):
    match = (
        r"2 arrays of different lengths, 3 x 2 to 5 x 2\. .*SeriesView.*pad with NaN"
    )
    with pytest.raises(ValueError, match=match):
        clone(estimator).fit(hold(UNEQUAL), [0.0, 1.0])


def test_models_that_need_one_length_say_which_sample_is_shorter():
    with pytest.raises(ValueError, match="sample 0 ends after 3 of 5 time steps"):
        PIPELINE.fit(UNEQUAL, [0.0, 1.0])


def test_arrays_of_different_channels_are_refused():
    match = r"sample 0 has the shape \(3, 1\), sample 1 the shape \(3, 2\)"
    with pytest.raises(ValueError, match=match):
        Standardizer().fit([np.zeros((3, 1)), np.zeros((3, 2))])


@pytest.mark.parametrize("hold", [list, tuple, holding, pd.Series])
@pytest.mark.parametrize("estimator", ROW_WISE, ids=lambda e: type(e).__name__)
def test_samples_of_unequal_length_are_rows_without_their_padding(estimator, hold):
    random = np.random.default_rng(0)
    samples = [random.normal(size=(n, 2)) for n in (3, 5, 4)]
    everything = np.concatenate(samples)
    fitted = clone(estimator).fit(hold(samples))
    out = fitted.transform(hold(samples))
    assert out.shape == (3, 5, 2)
    of_rows = clone(estimator).fit(everything).transform(everything)
    np.testing.assert_allclose(out[~np.isnan(out)], of_rows.ravel())
    for row, sample in zip(out, samples, strict=True):
        assert np.isnan(row[len(sample) :]).all()
        assert np.isfinite(row[: len(sample)]).all()
    back = fitted.inverse_transform(out)
    np.testing.assert_allclose(back[~np.isnan(back)], everything.ravel())
    np.testing.assert_array_equal(np.isnan(back), np.isnan(out))


def test_an_imputer_fills_gaps_and_leaves_padding():
    panel = np.arange(12.0).reshape(2, 3, 2)
    panel[0, 0, 1] = np.nan
    panel[1, 2] = np.nan
    out = PerStep(SimpleImputer()).fit_transform(panel)
    assert out[0, 0, 1] == np.nanmean(panel[:, :, 1])
    np.testing.assert_array_equal(out[1, 2], [np.nan, np.nan])
    np.testing.assert_array_equal(out[1, :2], panel[1, :2])


def test_arrays_of_one_channel_are_series_whether_lengths_are_equal_or_not():
    longer, shorter = np.arange(5.0), np.arange(3.0)
    fitted = Standardizer().fit([longer, shorter])
    assert fitted.n_features_in_ == 1
    expected = fitted.transform([longer, shorter])
    np.testing.assert_array_equal(fitted.transform([longer])[0], expected[0])
    equal = fitted.transform([shorter, shorter])
    np.testing.assert_array_equal(equal[0], expected[1, :3])
    for equal in ([longer, longer], pd.Series([longer, longer]), holding([longer] * 2)):
        by_equal = Standardizer().fit(equal)
        assert by_equal.mean_ == [2.0]
        assert by_equal.transform([shorter]).shape == (1, 3, 1)
    assert PerStep(PCA()).fit_transform([longer, longer]).shape == (2, 5, 1)


def test_arrays_are_rows_of_the_table_of_the_fit():
    table = np.arange(12.0).reshape(4, 3)
    fitted = Standardizer().fit(table)
    np.testing.assert_array_equal(
        fitted.transform(list(table)), fitted.transform(table)
    )
    match = r"1 features, but Standardizer is expecting 3 .*X\[:, :, None\]"
    for series in ([np.zeros(7)], np.zeros((2, 3, 1))):
        with pytest.raises(ValueError, match=match):
            fitted.transform(series)
    of_series = Standardizer().fit(table[:, :, None])
    with pytest.raises(ValueError, match=r"3 features, .* 1 .*X\[:, :, None\]"):
        of_series.transform(table)


def test_lists_of_numbers_are_rows_of_a_table():
    X = [[1.0, 2.0], [3.0]]
    match = r"2 arrays of different lengths, 1 to 2.* by \[np\.asarray\(sample\) for"
    with pytest.raises(ValueError, match=match):
        Standardizer().fit(X)
    assert Standardizer().fit([np.asarray(sample) for sample in X]).mean_ == [2.0]


def test_a_panel_without_any_value_is_refused():
    with pytest.raises(ValueError, match="no value: all samples are NaN"):
        PerStep(SimpleImputer()).fit(np.full((2, 3, 1), np.nan))


@pytest.mark.parametrize("estimator", EVERYONE, ids=lambda e: type(e).__name__)
def test_a_single_column_is_refused(estimator):
    column = pd.Series(np.arange(5.0), name="load")
    match = "a 2-dimensional container" if isinstance(estimator, PerStep) else "to_fra"
    with pytest.raises(ValueError, match=match):
        clone(estimator).fit(column, np.zeros(5))


def test_one_dimension_of_another_library_is_refused():
    for column in (tf.range(5.0), pyarrow.array([1.0, 2.0])):
        with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
            Standardizer().fit(column)


def test_a_structured_array_is_refused():
    fields = np.zeros(5, dtype=[("load", float), ("temp", float)])
    for estimator in (Standardizer(), LookbackWindower(2), FlattenWindows()):
        with pytest.raises(ValueError, match=r"fields load, temp: pandas\.Data"):
            estimator.fit(fields)
    assert Standardizer().fit(pd.DataFrame(fields)).n_features_in_ == 2


@pytest.mark.parametrize("huge", [1e300, -3e160])
@pytest.mark.parametrize("kind", [np.asarray, SeriesView, lambda rows: rows[None]])
def test_values_whose_variance_is_beyond_float64_are_refused(kind, huge):
    rows = np.array([[0.0, 1.0], [1.0, huge], [2.0, np.nan]])
    largest = re.escape(f"{abs(huge):g}")
    with pytest.raises(ValueError, match=rf"^Channel 1 has values up to {largest}\. "):
        Standardizer().fit(kind(rows))
    named = pd.DataFrame(rows, columns=["a", "b"])
    with pytest.raises(ValueError, match=r"^Channel 'b' has values up to"):
        Standardizer().fit(named)


def test_large_values_have_the_right_statistics():
    rows = np.array([[1e150], [3e150]])
    for X in (rows, SeriesView(rows), rows[None]):
        fitted = Standardizer().fit(X)
        np.testing.assert_allclose([fitted.mean_, fitted.scale_], [[2e150], [1e150]])


def test_a_column_without_a_value_stays_missing_in_any_container():
    rows = np.array([[1.0, np.nan], [3.0, np.nan]])
    for X in (rows, SeriesView(rows), rows[None]):
        fitted = Standardizer().fit(X)
        np.testing.assert_array_equal(fitted.mean_, [2.0, np.nan])
        np.testing.assert_array_equal(fitted.scale_, [1.0, np.nan])


# A transformer that reads several rows.


def forward_filled(rows):
    return pd.DataFrame(rows).ffill().to_numpy()


def running_mean(rows):
    return pd.DataFrame(rows).rolling(3, min_periods=1).mean().to_numpy()


def centered(rows):
    return np.asarray(rows) - np.nanmean(rows, axis=0)


def without_missing(rows):
    return np.asarray(rows)[~np.isnan(rows).any(axis=1)]


@pytest.fixture
def with_gaps(series):
    """The middle channel misses 3 of 60 values."""
    series[20:23, 1] = np.nan
    return series


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "function",
    [forward_filled, running_mean, centered, without_missing, np.cumsum],
    ids=lambda function: function.__name__,
)
def test_a_transformer_that_mixes_rows_is_refused(with_gaps, kind, function):
    options = {"axis": 0} if function is np.cumsum else None
    mixing = PerStep(FunctionTransformer(function, kw_args=options))
    match = r"(?s)transformer=FunctionTransformer\(.*each row alone.*groupby.*Flatten"
    with pytest.raises(ValueError, match=match):
        mixing.fit(as_kind(with_gaps, kind))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "transformer",
    [
        PCA(whiten=True),
        make_pipeline(MinMaxScaler(), NMF(2, max_iter=500)),  # stops by a tolerance
        QuantileTransformer(n_quantiles=20),
    ],
)
def test_a_large_level_and_rounding_mix_no_rows(series, transformer, dtype):
    PerStep(transformer).fit((series + 1e5).astype(dtype))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "imputer",
    [
        KNNImputer(add_indicator=True),
        ColumnTransformer([("filled", SimpleImputer(), [1])], remainder="passthrough"),
        MissingIndicator(),
    ],
)
def test_a_transformer_that_learns_from_rows_reads_one(with_gaps, kind, imputer):
    assert values_of(PerStep(imputer).fit_transform(as_kind(with_gaps, kind))).size


def test_a_transformer_that_cannot_be_copied_is_not_tried(series):
    class Locked(FunctionTransformer):
        def fit(self, X, y=None):
            self.lock_ = threading.Lock()
            return super().fit(X)

    assert PerStep(Locked()).fit(series).transform(series).shape == series.shape


def test_what_is_tried_gives_no_warnings(series):
    series[0] = 0.0
    with pytest.warns(RuntimeWarning, match="divide by zero") as said:
        PerStep(FunctionTransformer(np.log)).fit(np.abs(series))
    assert len(said) == 1


def test_a_few_rows_are_tried_and_the_transformer_stays_as_it_is(series):
    series[30, 1] = np.nan
    sizes = []

    class Watched(IterativeImputer):
        def transform(self, X):
            sizes.append((len(X), int(np.isnan(X).sum())))
            return super().transform(X)

    options = {"sample_posterior": True, "random_state": 0, "max_iter": 2}
    fitted = PerStep(Watched(**options)).fit(series).transformer_
    n_rows, n_missing = zip(*sizes, strict=True)
    assert max(n_rows) <= 40 and max(n_missing) == 1
    alone = IterativeImputer(**options).fit(series)
    np.testing.assert_array_equal(fitted.transform(series), alone.transform(series))


def test_the_logarithm_of_one_column_of_the_questions(root):
    """As if the logarithm was taken in the table, and then of the forecasts."""
    answer = (root / "docs" / "faq.md").read_text().partition("**May I take the log")[2]
    code = re.search(r"^```python\n(.*?)^```", answer, re.M | re.S)[1]
    names = {}
    exec(code, names)
    hours = pd.date_range("2025-01-01", periods=300, freq="h")
    values = np.random.default_rng(0).normal(size=(300, 2)).cumsum(axis=0) / 10
    table = pd.DataFrame(values, hours, columns=["temperature", "flow"])
    linear = LinearAutoregression(exogenous=True)
    by_hand = make_pipeline(LookbackWindower(48), linear)
    expected = forecast(by_hand.fit(*make_supervised(table, "flow")), table)
    measured = table.assign(flow=np.exp(table["flow"]))
    model = names["model"].set_params(regressor__conv1dregressor=linear)
    found = forecast(model.fit(*make_supervised(measured, "flow")), measured)
    np.testing.assert_allclose(found["forecast"], np.exp(expected["forecast"]))
    measured.iloc[50, 1] = 0.0
    with (
        pytest.warns(RuntimeWarning, match="divide by zero"),
        pytest.raises(ValueError, match="contains infinity"),
    ):
        model.fit(*make_supervised(measured, "flow"))
