"""Parallel widths in the estimators: fits, searches, copies and files."""

import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRURegressor,
    clear_compiled_networks,
    export_keras,
    load,
    save,
)

pytestmark = pytest.mark.trains

INCEPTION = {
    "n_conv": 2,
    "filters": 3,
    "kernel_size": [(5, 3, 2)] * 2,
    "bottleneck": 2,
    "pooling_branch": True,
    "residual": 2,
    "pool_size": 1,
    "padding": "same",
    "normalization": "batch",
}


def panel(n_channels=2):
    random = np.random.default_rng(0)
    return random.normal(size=(12, 9, n_channels)), np.arange(12) % 2


def small(Estimator, **options):
    options = {**INCEPTION, "epochs": 1, "random_state": 0, **options}
    return Estimator(**options)


@pytest.mark.parametrize("Estimator", [Conv1DClassifier, Conv1DGRURegressor])
def test_copies_and_files_give_the_same(Estimator, tmp_path):
    X, y = panel()
    model = small(Estimator).fit(X, y)
    expected = model.predict(X)
    assert model.get_params()["kernel_size"] == [(5, 3, 2)] * 2
    again = clone(model)
    assert again.get_params()["kernel_size"] == [(5, 3, 2)] * 2
    np.testing.assert_array_equal(again.fit(X, y).predict(X), expected)
    save(model, tmp_path / "model.skops")
    for same in (load(tmp_path / "model.skops"), pickle.loads(pickle.dumps(model))):
        assert same.get_params() == model.get_params()
        np.testing.assert_array_equal(same.predict(X), expected)
        assert same.partial_fit(X, y).history_["loss"]
    json.dumps(model._architecture)  # the key of the pool of compiled networks


def test_a_file_that_nests_too_deeply_is_refused():
    X, y = panel()
    model = small(Conv1DClassifier).fit(X, y)
    state = model.__getstate__()
    state["_architecture"] = {**state["_architecture"], "kernel_size": [[[5]], 3]}
    with pytest.raises(ValueError, match="description of a network is not valid"):
        Conv1DClassifier().__setstate__(state)


def test_fits_repeat_to_the_bit():
    X, y = panel()
    first = small(Conv1DClassifier, epochs=3).fit(X, y).predict_proba(X)
    clear_compiled_networks()
    again = small(Conv1DClassifier, epochs=3).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(first, again)


def test_exported_models_give_the_same():
    X, y = panel()
    model = small(Conv1DClassifier).fit(X, y)
    exported = export_keras(model)
    found = np.asarray(exported(X.astype("float32")))
    np.testing.assert_allclose(found, model.predict_proba(X), atol=1e-5)


def test_a_search_compares_widths():
    X, y = panel()
    grid = {"kernel_size": [3, (3, 2), [(3, 2), 2]]}
    model = Conv1DClassifier(n_conv=2, filters=3, pool_size=1, epochs=1, random_state=0)
    search = GridSearchCV(model, grid, cv=2, refit=False, error_score="raise")
    search.fit(X, y)
    assert search.best_params_["kernel_size"] in grid["kernel_size"]
    assert len(search.cv_results_["mean_test_score"]) == 3
    fits = model.set_params(kernel_size=np.array([[3, 2], [2, 2]]))
    assert fits.initialize(X, y).receptive_field_ == 1 + 2 + 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": [(), 3]}, r"kernel_size=\[\[\], 3\] must be whole numbers"),
        ({"kernel_size": (5, 3, 2)}, r"has 3 values for 2 layers.*kernel_size=\[\("),
        ({"kernel_size": [(5, -3), 3]}, "must be whole numbers >= 1"),
        ({"bottleneck": 0}, "'bottleneck' parameter"),
        ({"pooling_branch": 3}, "'pooling_branch' parameter"),
        ({"padding": "valid"}, "residual=2 needs sequences that keep their length"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    X, y = panel()
    with pytest.raises(ValueError, match=message):
        small(Conv1DClassifier, **options).fit(X, y)
