"""The automatic baseline of classes of whole series: MiniRocket."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    LookbackWindower,
    MiniRocket,
    SeriesView,
    Standardizer,
    compare_models,
)
from skseqconv.comparison._baselines import with_baselines
from skseqconv.comparison._scorers import named_scorers

MODELS = {"most frequent": DummyClassifier()}
CV = StratifiedKFold(2)


def waves(n_samples=24, n_steps=30, seed=0):
    """Slow and fast waves, and which is which."""
    rng = np.random.default_rng(seed)
    fast = np.arange(n_samples) % 2
    steps = np.arange(n_steps) + rng.uniform(0, 9, (n_samples, 1))
    return np.sin(steps / np.where(fast, 1.0, 2.0)[:, None])[:, :, None], fast


def added(X, y, scoring=None, n_folds=2, models=MODELS):
    """The baselines by name, and what each predicts."""
    splits = list(StratifiedKFold(n_folds).split(np.zeros(len(y)), y))
    scorers = named_scorers(scoring, "classifier")
    found, words = with_baselines(models, "auto", X, y, splits, scorers)
    return {name: found[name] for name in words}, words


def test_the_baseline_of_panels_is_minirocket_with_a_ridge_classifier():
    X, y = waves()
    found = compare_models(MODELS, X, y, cv=CV)
    assert found.failures.empty
    assert found.baseline == "minirocket"
    model = make_pipeline(MiniRocket(), RidgeClassifierCV(np.logspace(-3, 3, 10)))
    expected = cross_val_predict(model, X, y, cv=CV)
    assert_array_equal(found.predictions["minirocket"].sort_index(), expected)
    assert found.baselines == {
        "prior": "the class frequencies of the training rows",
        "minirocket": "ridge regression on the features of MiniRocket(10000)",
    }
    assert found.summary().startswith("No model beats minirocket. most frequent is")
    assert found.summary().endswith(
        "minirocket has the best accuracy of 2 baselines: prior (the class frequencies "
        "of the training rows), minirocket (ridge regression on the features of "
        "MiniRocket(10000))."
    )


@pytest.mark.parametrize(
    "scoring",
    [
        "neg_log_loss",
        ["accuracy", "neg_log_loss"],
        {"own": lambda model, X, y: -log_loss(y, model.predict_proba(X))},
    ],
    ids=["one", "two", "own"],
)
def test_metrics_of_probabilities_get_logistic_regression(scoring):
    X, y = waves()
    found = compare_models(MODELS, X, y, cv=CV, scoring=scoring)
    assert found.failures.empty
    assert found.baseline == "minirocket"
    assert found.baselines["minirocket"].startswith("logistic regression on")
    model = make_pipeline(MiniRocket(), LogisticRegression(max_iter=1000))
    probabilities = cross_val_predict(model, X, y, cv=CV, method="predict_proba")
    scores = found.fold_scores.query("model == 'minirocket'")
    losses = scores[scores["metric"] != "accuracy"]["score"].abs()
    assert_allclose(losses.mean(), log_loss(y, probabilities), rtol=1e-3)


@pytest.mark.parametrize("scoring", ["roc_auc", "f1", "average_precision"])
def test_metrics_of_decisions_and_labels_get_ridge_regression(scoring):
    X, y = waves()
    found = compare_models(MODELS, X, y, cv=CV, scoring=scoring)
    assert found.failures.empty
    assert found.baselines["minirocket"].startswith("ridge regression on")
    assert found.table.loc["minirocket", "mean"] == 1.0


def test_samples_of_unequal_length_have_the_baseline():
    X, y = waves()
    samples = [sample[: 30 - at % 25] for at, sample in enumerate(X)]
    panel = np.full_like(X, np.nan)
    for sample, values in zip(panel, samples, strict=True):
        sample[: len(values)] = values
    expected = compare_models(MODELS, panel, y, cv=CV).predictions["minirocket"]
    vectors = [sample[:, 0] for sample in samples]
    for same in (samples, tuple(samples), vectors):
        found, _ = added(same, y)
        assert list(found) == ["prior", "minirocket"]
        by_hand = []
        for train, test in CV.split(panel, y):
            model = clone(found["minirocket"]).fit([same[i] for i in train], y[train])
            by_hand.append(model.predict([same[i] for i in test]))
        assert_array_equal(np.concatenate(by_hand), expected)


def test_lists_of_equal_samples_have_the_baseline():
    X, y = waves()
    assert list(added(list(X), y)[0]) == ["prior", "minirocket"]
    assert list(added(X.tolist(), y)[0]) == ["prior", "minirocket"]
    assert list(added(list(X[:, :, 0]), y)[0]) == ["prior", "minirocket"]


def test_a_table_holds_series_if_a_model_reads_it_so():
    X, y = waves()
    table = (9 * X[:, :, 0]).round()
    network = Conv1DClassifier()
    rocket = GridSearchCV(make_pipeline(MiniRocket(), RidgeClassifierCV()), {})
    for model in (network, make_pipeline(Standardizer(), network), rocket):
        models = {"no reader": DummyClassifier(), "reader": model}
        ids = table.astype(int)
        for held in (table, pd.DataFrame(table), ids, list(ids)):
            assert list(added(held, y, models=models)[0]) == ["prior", "minirocket"]
    of_rows = make_pipeline(LookbackWindower(12), network)
    of_texts = Conv1DClassifier(embedding_dim=4)
    for model in (of_rows, of_texts, DummyClassifier()):
        assert list(added(table, y, models={"own": model})[0]) == ["prior"]
    found = compare_models([rocket], table, y, cv=CV)
    assert found.failures.empty
    assert found.baseline == "minirocket"


def test_what_is_no_panel_has_the_class_frequencies_alone():
    X, y = waves()
    iris, species = load_iris(return_X_y=True)
    rows = SeriesView(iris)
    windows = LookbackWindower(12).fit_transform(rows)
    ids = [np.arange(1 + at % 3) for at in range(len(y))]
    for other in (X[:, :, 0], ids, [i.tolist() for i in ids]):
        assert list(added(other, y)[0]) == ["prior"]
    for other in (iris, pd.DataFrame(iris), rows, windows, ["a text"] * 150):
        assert list(added(other, species)[0]) == ["prior"]


def test_panels_that_minirocket_cannot_read_do_without():
    X, y = waves()
    X[3, 4, 0] = np.inf
    assert list(added(X, y)[0]) == ["prior"]
    X[3] = np.nan
    assert list(added(X, y)[0]) == ["prior"]


def test_gaps_inside_of_series_are_filled_by_means_of_training_series():
    X, y = waves()
    samples = [sample[: 30 - at % 15].copy() for at, sample in enumerate(X)]
    samples[3][4] = np.nan
    found = compare_models(MODELS, samples, y, cv=CV)
    assert found.failures.empty
    assert found.baselines["minirocket"].endswith("gaps filled by means")
    by_hand = []
    for train, test in CV.split(y, y):
        mean = np.nanmean(np.concatenate([samples[i] for i in train]))
        filled = [np.nan_to_num(sample, nan=mean) for sample in samples]
        model = make_pipeline(MiniRocket(), RidgeClassifierCV(np.logspace(-3, 3, 10)))
        model.fit([filled[i] for i in train], y[train])
        by_hand.append(model.predict([filled[i] for i in test]))
    predicted = found.predictions["minirocket"]
    order = np.concatenate([test for _, test in CV.split(y, y)])
    expected = pd.Series(np.concatenate(by_hand), order).sort_index()
    assert_array_equal(predicted.sort_index(), expected)


def test_several_labels_at_once():
    X, y = waves()
    splits = list(CV.split(X, y))
    labels = np.column_stack([y, 1 - y])
    for scoring, expected in [("accuracy", True), ("neg_log_loss", False)]:
        scorers = named_scorers(scoring, "classifier")
        _, words = with_baselines(MODELS, "auto", X, labels, splits, scorers)
        assert ("minirocket" in words) is expected


def test_many_samples_get_fewer_kernels():
    for n_samples, expected in [
        (2000, 10_000),
        (4000, 2500),
        (20_000, 1000),
        (10**6, 840),
    ]:
        X = np.broadcast_to(np.zeros((1, 9, 1)), (n_samples, 9, 1))
        found, words = added(X, np.arange(n_samples) % 2)
        assert found["minirocket"][0].n_kernels == expected
        assert words["minirocket"].endswith(f"MiniRocket({expected})")


def test_a_model_of_this_name_takes_its_place():
    X, y = waves()
    own = DummyClassifier()
    found, words = added(X, y, models={"minirocket": own})
    assert found["minirocket"] is own
    assert words["minirocket"] == "your model of this name"


@pytest.mark.parametrize("routed", [False, True])
def test_weights_with_and_without_routing(routed):
    X, y = waves()
    weights = np.linspace(0.5, 1.5, len(y))
    model = DummyClassifier()
    with sklearn.config_context(enable_metadata_routing=routed):
        if routed:
            model.set_fit_request(sample_weight=True)
        found = compare_models(
            {"own": model}, X, y, cv=CV, params={"sample_weight": weights}
        )
    assert found.failures.empty
    assert found.table.loc["minirocket", "mean"] == 1.0


def test_tables_keep_the_prior():
    found = compare_models([GaussianNB()], *load_iris(return_X_y=True), cv=3)
    assert set(found.baselines) == {"prior"}
