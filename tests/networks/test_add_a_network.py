"""A third network needs no more than the contributors' guide says."""

import pickle
import sys
from types import ModuleType

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

import skseqconv
from skseqconv import export_keras, load, save
from skseqconv.networks._registry import NETWORKS
from skseqconv.saving import _save
from tests.pages import ROOT, run_page

pytestmark = pytest.mark.trains

GUIDE = ROOT / "docs" / "contributing" / "add_a_network.md"

CLASSES = ("DenseRegressor", "DenseClassifier")


@pytest.fixture(scope="module")
def guide():
    """What the code blocks of the guide define, while the network is registered."""
    module = ModuleType("dense")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "dense", module)
        patch.delitem(NETWORKS, "dense", raising=False)  # and again in the end
        run_page(GUIDE, vars(module))
        for name in CLASSES:
            patch.setattr(skseqconv, name, getattr(module, name), raising=False)
        yield module
        del NETWORKS["dense"]


@pytest.fixture
def regressor(guide):
    return guide.DenseRegressor(units=4, n_hidden=1, epochs=2, random_state=0)


@pytest.fixture(scope="module")
def windows():
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 12, 2)).astype(np.float32)
    return X, X[:, -1, 0] + X[:, 3, 1]


def test_its_parameters_are_its_own(guide):
    model = guide.DenseRegressor(units=4, n_hidden=3)
    assert {"units", "n_hidden", "activation", "dropout"} <= set(model.get_params())
    assert not {"filters", "kernel_size", "gru_units"} & set(model.get_params())
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(TypeError, match="kernel_size"):
        guide.DenseRegressor(kernel_size=3)


def test_wrong_parameters_are_refused(guide, windows):
    for wrong, message in (
        ({"units": 0}, "The 'units' parameter"),
        ({"activation": "rele"}, "activation='rele' is not .* Did you mean 'relu'"),
        ({"optimizer": "adamm"}, "optimizer='adamm' is not .* Did you mean 'Adam'"),
    ):
        with pytest.raises(ValueError, match=message):
            guide.DenseRegressor(**wrong).fit(*windows)


def test_what_a_fit_tells_about_it(regressor, windows):
    regressor.fit(*windows)
    assert (
        list(regressor.layers_.index) == "window flatten dense_1 dropout output".split()
    )
    assert regressor.n_parameters_ == 4 * (12 * 2 + 1) + 4 + 1
    assert regressor.receptive_field_ == 12
    assert regressor.n_iter_ == 2
    assert "DenseRegressor" in regressor._repr_html_()


def test_fits_repeat_and_go_on(regressor, windows):
    X, y = windows
    forecasts = regressor.fit(X, y).predict(X)
    np.testing.assert_array_equal(clone(regressor).fit(X, y).predict(X), forecasts)
    regressor.partial_fit(X, y)
    assert regressor.n_iter_ == 3
    assert not np.array_equal(regressor.predict(X), forecasts)


def test_forecasts_of_changes_in_a_pipeline(guide):
    assert guide.forecast[-1]._architecture["window_norm"] == "standard"
    assert guide.forecast[-1].receptive_field_ == 24


def test_search(regressor, windows):
    search = GridSearchCV(regressor, {"units": [2, 6]}, cv=TimeSeriesSplit(2))
    search.fit(*windows)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best = search.best_estimator_
    assert best.layers_.loc["dense_1", "output_shape"] == (
        search.best_params_["units"],
    )


def test_intervals(guide):
    forecasts = guide.forecast.predict(guide.X[303:])
    y = guide.y[303:]
    assert ((guide.lower <= forecasts) & (forecasts <= guide.upper)).all()
    assert 0.5 < np.mean((guide.lower < y) & (y < guide.upper)) < 1


def test_classes_of_token_ids(guide):
    X = np.random.default_rng(0).integers(0, 9, (90, 6))
    labels = np.array(["a", "b", "c"])[X[:, 0] % 3]
    model = guide.DenseClassifier(units=4, embedding_dim=3, epochs=2, random_state=0)
    shares = model.fit(X, labels).predict_proba(X)
    assert shares.shape == (90, 3)
    exported = export_keras(model)(X.astype(np.int32))
    np.testing.assert_allclose(exported, shares, atol=1e-5)


def test_export_needs_keras_only(guide, tmp_path):
    forecast, windows = guide.forecast, np.random.default_rng(0).normal(size=(5, 24, 1))
    windows = windows.astype(np.float32)
    exported = export_keras(forecast, tmp_path / "model.keras")
    scaled = forecast[0].transform(windows)
    expected = forecast[-1].predict_quantiles(scaled)
    np.testing.assert_allclose(exported(windows), expected, rtol=1e-4, atol=1e-5)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(windows), exported(windows))


def test_pickles(regressor, windows):
    again = pickle.loads(pickle.dumps(regressor.fit(*windows)))
    np.testing.assert_array_equal(
        again.predict(windows[0]), regressor.predict(windows[0])
    )


def test_files_name_types_that_are_listed(regressor, windows, tmp_path, monkeypatch):
    pytest.importorskip("skops.io", reason="save and load need the extra 'persistence'")
    path = tmp_path / "model.skops"
    regressor.fit(*windows)
    with pytest.raises(ValueError, match=r"holds skseqconv.DenseRegressor \("):
        save(regressor, path)
    assert not path.exists()
    listed = (*_save.TYPES, "skseqconv.DenseRegressor")
    monkeypatch.setattr(_save, "TYPES", listed)
    save(regressor, path)
    np.testing.assert_array_equal(
        load(path).predict(windows[0]), regressor.predict(windows[0])
    )


def test_a_file_of_a_network_that_is_not_registered_is_refused(
    regressor, windows, tmp_path, monkeypatch
):
    file = pickle.dumps(regressor.fit(*windows))
    monkeypatch.delitem(NETWORKS, "dense")
    with pytest.raises(ValueError, match="saved description of a network is not valid"):
        pickle.loads(file)
