"""Uses of everything public, right and wrong, as type checkers see them.

Nothing here is run: `mypy` reads it. A wrong use carries `type: ignore` with the error
that mypy must find; where mypy no longer finds it, it reports the comment as unused.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import skseqconv as sk
from skseqconv import datasets, networks


def series(frame: pd.DataFrame, values: NDArray[np.float64]) -> None:
    X, y = sk.make_supervised(frame, "T (degC)", delay=[1, 24], on_gap="split")
    assert_type(X, sk.SeriesView)
    assert_type(y, NDArray)
    sk.make_supervised([values, values], 0, rows=range(10), freq="h")
    assert_type(X[:100], sk.SeriesView)
    assert_type(X.shape, tuple[int, int])
    assert_type(X.n_channels, int)
    assert_type(X.compact(), sk.SeriesView)
    X.to_numpy(np.float32)
    pooled, _ = sk.make_supervised(frame, list(frame), delay=[1, 2], pooled=True)
    assert_type(X.pool(["T (degC)"]), sk.SeriesView)
    assert_type(pooled.channels, NDArray[np.object_] | None)
    assert_type(pooled.source_rows, NDArray[np.int64])
    assert_type(pooled.unpool(y), NDArray)
    assert_type(pooled.unpool(y, as_frame=True), pd.DataFrame)
    sk.SeriesView(values, on_gap="ignore")
    known, _ = sk.make_supervised(frame, "T (degC)", known_ahead="rh", future=[frame])
    assert_type(known.known_ahead, tuple[Hashable, ...])
    assert_type(known.with_future(frame), sk.SeriesView)
    sk.SeriesView(values, known_ahead=[1], delay=[1, 2], future=values)
    sk.make_supervised(frame, "v", id=["region", "store"], time="day", static="size")
    rows = sk.SeriesView(frame, id="store", time="day", static=["size"]).frame()
    print(rows["day"], pooled.frame(), pooled.ids)
    sk.make_supervised(frame, pooled=True, time="day")

    windows = sk.WindowView(X, [4, 5], lags=[2, 1, 0], on_missing_history="raise")
    assert_type(windows.shape, tuple[int, int, int])
    assert_type(windows.lookback, int)
    assert_type(windows[5:], sk.WindowView)
    assert issubclass(sk.MissingHistoryWarning, UserWarning)

    sk.make_supervised(frame, "T (degC)", on_gap="skip")  # type: ignore[arg-type]
    sk.make_supervised()  # type: ignore[call-arg]
    sk.make_supervised(frame, "T (degC)", 24)  # type: ignore[call-arg]
    sk.SeriesView(values, gap="ignore")  # type: ignore[call-arg]
    sk.WindowView(X)  # type: ignore[call-arg]
    X.unpooled()  # type: ignore[attr-defined]
    X.unpool(y, frame=True)  # type: ignore[call-overload]


def splitters(X: sk.WindowView, y: NDArray[np.float64]) -> None:
    in_time = sk.PanelTimeSeriesSplit(3, test_size="7D", gap="24h", max_train_size=100)
    for train, test in in_time.split(X, y):
        assert_type((train, test), tuple[NDArray[np.int64], NDArray[np.int64]])
    assert_type(sk.SeriesKFold(5, shuffle=True, random_state=0).get_n_splits(), int)
    sk.make_supervised(y, 0, delay=["1h", np.timedelta64(2, "h")])

    sk.PanelTimeSeriesSplit(3, 24)  # type: ignore[call-arg]
    sk.PanelTimeSeriesSplit(gap=1.5)  # type: ignore[arg-type]
    sk.SeriesKFold(n_folds=5)  # type: ignore[call-arg]


def inspection(model: sk.Conv1DClassifier, X: sk.WindowView, y: NDArray) -> None:
    found = sk.importance(model, X, y, by=("channel", "lag"), stretches=[(0, 5)])
    assert_type(sk.ImportanceDisplay.from_importance(found), sk.ImportanceDisplay)
    explained = sk.explain_text(model, "a text", ngrams=[1, 2])
    assert_type(explained, sk.TextExplanation | list[sk.TextExplanation])
    assert_type(sk.telling_words(model, ["a text"], min_texts=1), pd.DataFrame)

    sk.importance(model, X)  # type: ignore[call-arg]
    sk.importance(model, X, y, fill="zero")  # type: ignore[arg-type]
    sk.explain_text(model, "a text", 5)  # type: ignore[call-arg]


def transformers(frame: pd.DataFrame, texts: list[str]) -> None:
    X, y = sk.make_supervised(frame, 0)
    with_hours = sk.CalendarFeatures(("day",), ahead=24, freq="h").fit(frame)
    assert_type(with_hours.transform(frame), pd.DataFrame)
    assert_type(sk.Standardizer(with_std=False).fit(X), sk.Standardizer)
    sk.PerStep(MinMaxScaler()).fit(X).transform(X)
    windower = sk.LookbackWindower(240, step=6, on_missing_history="ignore").fit(X)
    assert_type(windower.transform(X), sk.WindowView)
    sk.FlattenWindows(lags=[0, 23]).fit(windower.transform(X), y)
    sequencer = sk.TokenSequencer(5000, tokenizer=str.split, stop_words=["the"])
    assert_type(sequencer.fit(texts), sk.TokenSequencer)
    rocket = sk.MiniRocket(84, on_short="pad", n_jobs=2).fit([np.ones((9, 2))])
    assert_type(rocket, sk.MiniRocket)

    sk.CalendarFeatures(ahead="day")  # type: ignore[arg-type]
    sk.Standardizer(True)  # type: ignore[call-arg]
    sk.PerStep()  # type: ignore[call-arg]
    sk.LookbackWindower()  # type: ignore[call-arg]
    sk.LookbackWindower(lookback=24, stride=2)  # type: ignore[call-arg]
    sk.FlattenWindows(lags="all")  # type: ignore[arg-type]
    sk.TokenSequencer(max_token=5000)  # type: ignore[call-arg]
    sk.MiniRocket(on_short="skip")  # type: ignore[arg-type]


def estimators(X: sk.WindowView, y: NDArray[np.float64]) -> None:
    regressor = sk.Conv1DRegressor(
        filters=[32, 64],
        strides=(2, 1),
        dilation_rate="exponential",
        global_pooling="flatten",
        loss="quantile",
        quantiles=(0.1, 0.5, 0.9),
        window_norm="last",
        target_channel="T (degC)",
        delay=[1, 24],
        callbacks=[],
        learning_rate_schedule="one_cycle",
        validation_split="2016-07-01",
        random_state=np.random.RandomState(0),
    )
    assert_type(regressor.fit(X, y, np.ones(len(y))), sk.Conv1DRegressor)
    assert_type(regressor.partial_fit(X, y), sk.Conv1DRegressor)
    assert_type(regressor.predict(X), NDArray[np.float64])
    assert_type(regressor.predict_interval(X, coverage=0.8), NDArray[np.float64])
    regressor.filters = 16
    gru_regressor = sk.Conv1DGRURegressor(gru_units=16, epochs="auto", loss=max)
    assert_type(gru_regressor.initialize(X, y), sk.Conv1DGRURegressor)

    classifier = sk.Conv1DClassifier(
        embedding_dim=8, global_pooling="average", class_weight={"good": 2.0}
    )
    assert_type(classifier.partial_fit(X, y, classes=[0, 1]), sk.Conv1DClassifier)
    assert_type(classifier.predict_log_proba(X), NDArray[np.float64])
    inception = sk.Conv1DClassifier.inception(filters=16, epochs=30)
    assert_type(inception, sk.Conv1DClassifier)
    sk.Conv1DRegressor(kernel_size=[(5, 3), 4, 3], bottleneck=8, pooling_branch=True)
    gru_classifier = sk.Conv1DGRUClassifier(bidirectional=True, class_weight="balanced")
    assert_type(gru_classifier.fit(X, y), sk.Conv1DGRUClassifier)
    assert_type(sk.clear_compiled_networks(), None)
    sk.Conv1DClassifier(metrics=["auc", "f1_macro"], monitor="val_auc")
    vectors = pd.DataFrame(np.eye(2), index=["good", "bad"])
    sk.Conv1DClassifier(embedding_weights=vectors, embedding_trainable=False)
    sk.Conv1DRegressor(embedding_dim=8, numeric_columns=2, mask_padding=True)

    sk.Conv1DRegressor(filterz=3)  # type: ignore[call-arg]
    sk.Conv1DRegressor(learning_rate_schedule="linear")  # type: ignore[arg-type]
    sk.Conv1DRegressor(3)  # type: ignore[call-arg]
    sk.Conv1DRegressor(filters="3")  # type: ignore[arg-type]
    sk.Conv1DRegressor(gru_units=3)  # type: ignore[call-arg]
    sk.Conv1DRegressor(class_weight="balanced")  # type: ignore[call-arg]
    sk.Conv1DRegressor(model=None)  # type: ignore[call-arg]
    sk.Conv1DGRURegressor(padding="full")  # type: ignore[arg-type]
    sk.Conv1DGRURegressor(strides="24")  # type: ignore[arg-type]
    sk.Conv1DGRURegressor(global_pooling="last")  # type: ignore[call-arg]
    sk.Conv1DClassifier(quantiles=(0.5,))  # type: ignore[call-arg]
    sk.Conv1DClassifier(epochs="all")  # type: ignore[arg-type]
    sk.Conv1DClassifier(kernel_size=[("5", 3)])  # type: ignore[list-item]
    sk.Conv1DGRUClassifier(window_norm="last")  # type: ignore[call-arg]
    sk.Conv1DGRUClassifier(class_weight="balance")  # type: ignore[arg-type]
    regressor.fit(X)  # type: ignore[call-arg]
    regressor.predict(X, 0.8)  # type: ignore[call-arg]
    classifier.predict_proba()  # type: ignore[call-arg]
    regressor.filters = "16"  # type: ignore[assignment]


def baselines(X: sk.WindowView, y: NDArray[np.float64]) -> None:
    naive = sk.PersistenceRegressor("T (degC)", period="1D", delay=6)
    assert_type(naive.fit(X, y).predict(X), NDArray[np.float64])
    assert_type(sk.FlatWindowRegressor(lags=[0, 1]).fit(X, y), sk.FlatWindowRegressor)
    sk.FlatWindowRegressor(DummyRegressor())
    linear = sk.LinearAutoregression(48, exogenous=["T (degC)"], alpha=10.0)
    assert_type(linear.fit(X, y, y), sk.LinearAutoregression)
    assert_type(linear.predict(X), NDArray[np.float64])

    sk.LinearAutoregression(alpha="best")  # type: ignore[arg-type]
    sk.LinearAutoregression(shared="all")  # type: ignore[arg-type]
    sk.PersistenceRegressor(period=1.5)  # type: ignore[arg-type]
    sk.FlatWindowRegressor(regresor=None)  # type: ignore[call-arg]


def comparison(X: sk.SeriesView, y: NDArray[np.float64]) -> None:
    models = {
        "Conv1D": make_pipeline(sk.LookbackWindower(24), sk.Conv1DRegressor()),
        "persistence": sk.PersistenceRegressor(),
    }
    table = sk.forecast(models["Conv1D"], X, coverage=0.8, rows=[3], freq="D")
    assert_type(table, pd.DataFrame)
    assert_type(sk.predict_interval(models["Conv1D"], X), NDArray[np.float64])
    assert_type(sk.predict_quantiles(models["Conv1D"], X), NDArray[np.float64])
    sk.calibrate_interval(models["Conv1D"], X, y, by="series")
    sk.forecast(models["Conv1D"])  # type: ignore[call-arg]
    sk.calibrate_interval(models["Conv1D"], by="id")  # type: ignore[arg-type]

    result = sk.compare_models(models, X, y, cv=TimeSeriesSplit(), scoring=["r2"])
    assert_type(result, sk.Comparison)
    assert_type(result.summary(), str)
    assert_type(result.differences("r2", reference="Conv1D"), pd.DataFrame)
    assert_type(result.plot("r2"), sk.ComparisonDisplay)
    sk.ComparisonDisplay.from_comparison(result, dots_kw={"alpha": 0.5})

    sk.compare_models(models, X, y)  # type: ignore[call-arg]
    sk.compare_models(models, X, y, cv=5, metric="r2")  # type: ignore[call-arg]
    result.differences(0)  # type: ignore[arg-type]
    result.plot(figure=None)  # type: ignore[call-arg]


def displays(
    X: sk.WindowView, y: NDArray[np.float64], fitted: sk.Conv1DRegressor
) -> None:
    history = sk.HistoryDisplay.from_estimator({"Conv1D": fitted}, metric="loss")
    assert_type(history.best_epochs, dict[str, int])
    sk.HistoryDisplay({"Conv1D": fitted.history_}).plot(line_kw={"lw": 1})
    forecast = sk.ForecastDisplay.from_estimator(fitted, X, y, coverage=0.8)
    assert_type(forecast.plot(kind="horizon", mean_over="day"), sk.ForecastDisplay)
    sk.ForecastDisplay.from_predictions(y, {"Conv1D": y}, index=X, delays=[1, 2])
    future = sk.FutureDisplay.from_forecast(sk.forecast(fitted, X), history=X)
    assert_type(future, sk.FutureDisplay)
    search = GridSearchCV(fitted, {"filters": [16, 32]}).fit(X, y)
    assert_type(sk.SearchDisplay.from_search(search, params="filters").best, pd.Series)

    sk.HistoryDisplay.from_estimator(fitted, title="Loss")  # type: ignore[call-arg]
    sk.ForecastDisplay.from_estimator(fitted, X)  # type: ignore[call-arg]
    forecast.plot(kind="bars")  # type: ignore[arg-type]
    sk.SearchDisplay.from_search(search, params=3)  # type: ignore[arg-type]


def files(fitted: sk.Conv1DRegressor, path: Path) -> Any:
    sk.save(fitted, path)
    sk.save(fitted, 3)  # type: ignore[arg-type]
    sk.load()  # type: ignore[call-arg]
    sk.export_keras(fitted, path, "onnx")  # type: ignore[call-arg]
    sk.export_keras(fitted).summary()
    assert_type(sk.__version__, str)
    return sk.load("model.skops")


def example_data(path: Path) -> None:
    frame = sk.datasets.make_climate(1000, freq="h", random_state=0)
    assert_type(frame, pd.DataFrame)
    assert_type(datasets.load_climate_csv(path), pd.DataFrame)
    jena = datasets.fetch_jena_climate(data_home=path, target=["T"], delay=[1, 2])
    sk.LookbackWindower(24).fit(jena.data)
    X, y = datasets.fetch_imdb(subset="test", return_X_y=True)
    sk.TokenSequencer().fit(X, y)

    datasets.make_climate(n=1000)  # type: ignore[call-arg]
    datasets.load_climate_csv(3)  # type: ignore[arg-type]
    datasets.fetch_jena_climate(delay="day")  # type: ignore[arg-type]
    datasets.fetch_imdb(path)  # type: ignore[call-arg]


def network_builders() -> None:
    networks.conv1d_network((240, 14), 2, filters=[16, 32, 64]).count_params()
    networks.conv1d_gru_network((240, 14), gru_units=16, window_norm="last", strides=2)
    lengths = networks.output_lengths(240, kernel_size=5, pool_size=3, n_conv=2)
    assert_type(lengths, list[int])
    assert_type(networks.receptive_field(5, 3, n_conv=2, strides=[2, 1]), int)

    networks.conv1d_network((240, 14), padding="auto")  # type: ignore[arg-type]
    networks.conv1d_gru_network((240, 14), units=16)  # type: ignore[call-arg]
    networks.output_lengths(240)  # type: ignore[call-arg]
    networks.receptive_field("5", 3, 2)  # type: ignore[arg-type]
