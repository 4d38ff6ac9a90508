"""Classifiers of several labels per sample: y is an indicator matrix."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import accuracy_score, f1_score, get_scorer, log_loss
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import compute_sample_weight

from skseqconv import (
    Conv1DClassifier,
    Conv1DGRUClassifier,
    LookbackWindower,
    Standardizer,
    compare_models,
    export_keras,
    load,
    make_supervised,
    save,
)
from skseqconv.engine._training import epoch_order
from skseqconv.inputs._indicators import indicator_of

SMALL = {"filters": 8, "kernel_size": 3, "n_conv": 1, "batch_size": 16, "epochs": 2}
GRU = {"gru_units": 4, "recurrent_dropout": 0.0}


def small(Estimator=Conv1DClassifier, **parameters):
    own = GRU if Estimator is Conv1DGRUClassifier else {}
    return Estimator(**{**SMALL, **own, "random_state": 0, **parameters})


def bumps(n_samples=90, n_labels=3, seed=0):
    """Noise with bumps: the label of each place says whether one is there."""
    random = np.random.default_rng(seed)
    y = (random.random((n_samples, n_labels)) < 0.4).astype(int)
    X = random.normal(size=(n_samples, 20, n_labels))
    X[:, 8:12] += 3 * y[:, None, :]
    return X, y


X, Y = bumps()


@pytest.fixture(scope="module")
def fitted():
    return small(validation_split=0.3).fit(X, Y)


# The same as others.


@pytest.mark.trains
@pytest.mark.parametrize("Estimator", [Conv1DClassifier, Conv1DGRUClassifier])
def test_outputs_are_like_those_of_scikit_learn(Estimator):
    """Of MLPClassifier, the network of scikit-learn that takes an indicator matrix."""
    ours = small(Estimator).fit(X, Y)
    flat = X.reshape(len(X), -1)
    theirs = MLPClassifier(5, tol=0.1, random_state=0).fit(flat, Y)
    for method in ("predict", "predict_proba", "predict_log_proba"):
        mine, other = getattr(ours, method)(X), getattr(theirs, method)(flat)
        assert (mine.shape, mine.dtype.kind) == (other.shape, other.dtype.kind)
    p = ours.predict_proba(X)
    assert_array_equal(ours.predict(X), p > 0.5)
    assert_allclose(ours.predict_log_proba(X), np.log(p))
    assert ours.score(X, Y) == accuracy_score(Y, ours.predict(X))
    tags = [model.__sklearn_tags__().classifier_tags for model in (ours, theirs)]
    assert tags[0].multi_label is tags[1].multi_label is True
    assert_array_equal(ours.classes_, [[0, 1]] * 3)


@pytest.mark.trains
def test_the_weights_are_those_of_keras():
    """A sigmoid for each label, and the mean of their binary cross-entropies."""
    model = small(dropout=0.0, optimizer=keras.optimizers.SGD(0.1))
    start = clone(model).initialize(X, Y)
    theirs = keras.models.clone_model(start.model_)
    theirs.set_weights(start.model_.get_weights())
    assert theirs.layers[-1].activation.__name__ == "sigmoid"
    theirs.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
    for epoch in range(model.epochs):
        order = epoch_order(len(X), len(X), start._seed, epoch)
        learned = X[order], Y[order].astype(np.float32)
        theirs.fit(*learned, batch_size=16, shuffle=False, verbose=0)
    expected = theirs.predict(X, verbose=0)
    assert_allclose(model.fit(X, Y).predict_proba(X), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.trains
def test_the_history_is_that_of_scikit_learn(fitted):
    """The loss over the last samples, which are held out; the accuracy of `score`."""
    X_val, Y_val = X[63:], Y[63:]
    p = fitted.predict_proba(X_val)
    losses = [log_loss(Y_val[:, label], p[:, label]) for label in range(3)]
    assert_allclose(fitted.history_["val_loss"][-1], np.mean(losses), rtol=1e-5)
    accuracy = fitted.history_["val_accuracy"][-1]
    assert_allclose(accuracy, fitted.score(X_val, Y_val), rtol=1e-6)


@pytest.mark.trains
def test_weights_of_samples_count_in_the_loss():
    weight = np.linspace(0.1, 2, len(X)).astype(np.float32)
    model = small(epochs=1).fit(
        X, Y, weight, X_val=X, y_val=Y, sample_weight_val=weight
    )
    p = model.predict_proba(X)
    each = -np.where(Y, np.log(p), np.log(1 - p)).mean(axis=1)
    assert_allclose(
        model.history_["val_loss"], np.average(each, weights=weight), rtol=1e-5
    )


@pytest.mark.trains
def test_it_learns():
    X, Y = bumps(300)
    model = small(filters=16, epochs=40, learning_rate=0.02, dropout=0.1)
    model.fit(X[:200], Y[:200])
    assert f1_score(Y[200:], model.predict(X[200:]), average="macro") > 0.9


# y in all forms.


@pytest.mark.trains
@pytest.mark.parametrize(
    "form",
    [
        lambda y: y.astype(bool),
        lambda y: y.astype(float),
        lambda y: y.tolist(),
        lambda y: y.astype(object),
        lambda y: pd.DataFrame(y, columns=["a", "b", "c"]),
        lambda y: pd.DataFrame(y).astype("Int64"),
        lambda y: pd.DataFrame({"a": y[:, 0], "b": y[:, 1] > 0, "c": y[:, 2]}),
        sparse.csr_matrix,
        sparse.coo_array,
    ],
)
def test_forms_of_one_matrix_give_one_network(fitted, form):
    model = clone(fitted).fit(X, form(Y))
    assert_array_equal(model.predict_proba(X), fitted.predict_proba(X))
    y = form(Y)
    if sparse.issparse(y) or np.asarray(y).dtype != object:  # accuracy_score refuses
        assert model.score(X, y) == fitted.score(X, Y)


def with_value(value, dtype=None):
    y = Y.astype(dtype or type(value))
    y[4, 1] = value
    return y


def with_missing(dtype):
    y = pd.DataFrame(Y).astype(dtype)
    y.iloc[4, 1] = pd.NA
    return y


WAY_OUT = "0 and 1, one column for each label.*MultiLabelBinarizer.*MultiOutput"


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (with_value(2), f"y has the value 2 in row 4, column 1.*{WAY_OUT}"),
        (with_value(-1), "y has the value -1 in row 4, column 1"),
        (with_value(0.5), "y has the value 0.5 in row 4, column 1"),
        (pd.DataFrame(with_value(3), columns=list("abc")), "in row 4, column 'b'"),
        (np.where(Y, "yes", "no"), "y has the value '(yes|no)' in row 0, column 0"),
        (with_value("a", object), "y has the value 'a' in row 4, column 1"),
        (with_value(np.nan), r"y contains NaN: first in row 4.*pandas.isna\(y\)"),
        (with_value(np.inf), r"y contains infinity.*: first in row 4.*isinf\(y\)"),
        (with_value(pd.NA, object), "y contains NaN: first in row 4"),
        (with_missing("Int64"), "y contains NaN: first in row 4.*pandas.isna"),
        (with_missing("boolean"), "y contains NaN: first in row 4"),
        (with_missing("Float64"), "y contains NaN: first in row 4"),
        (with_missing("Int64").assign(text="a"), "y has the value 'a' in row 0"),
        ([["a"], ["b", "c"]] * 45, r"such as \['a'\].*MultiLabelBinarizer"),
        ([["a", "b"], ["b", "c"]] * 45, "y has the value 'a'.*MultiLabelBinarizer"),
        ([{"a"}, {"b", "c"}] * 45, r"such as \{'a'\}.*MultiLabelBinarizer"),
        (pd.Series([["a"], ["b", "c"]] * 45), r"such as \['a'\]"),
    ],
)
def test_what_is_no_indicator_matrix_is_refused(y, message):
    model = small()
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not model.initialized_


def test_one_column_is_one_class_per_sample():
    assert indicator_of(Y[:, :1]) is None
    assert indicator_of(Y[:, 0]) is None
    assert indicator_of(pd.Series(["a", "b"])) is None


@pytest.mark.trains
def test_a_label_of_one_value_is_learned():
    """As by MLPClassifier: a fold may lack a rare label."""
    always = np.column_stack([Y[:, 0], np.zeros(90), np.ones(90)])
    model = small(epochs=20, learning_rate=0.05).fit(X, always)
    assert_array_equal(model.predict(X)[:, 1:], always[:, 1:])


# Refusals.


@pytest.mark.trains
def test_labels_of_another_fit_are_refused(fitted):
    model = clone(fitted).set_params(warm_start=True).fit(X, Y)
    before = model.predict_proba(X)
    for y, message in [
        (Y[:, :2], "y has 2 columns, but .* fitted on a y of 3 columns"),
        (Y[:, 0], "y has one dimension, but .* fitted on an indicator matrix of 3"),
        (Y[:-1], "X has 90 rows and y has 89"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.fit(X, y)
        with pytest.raises(ValueError, match=message):
            model.partial_fit(X, y)
    assert_array_equal(model.predict_proba(X), before)
    one = small().fit(X, Y[:, 0])
    with pytest.raises(ValueError, match=r"y has 3 columns.* a y of one dimension"):
        one.partial_fit(X, Y)


@pytest.mark.trains
@pytest.mark.parametrize("class_weight", ["balanced", {0: 1.0}])
def test_class_weights_are_refused_and_the_way_out_works(class_weight):
    with pytest.raises(ValueError, match=r"class_weight=.* y has 3 labels.*compute_"):
        small(class_weight=class_weight).fit(X, Y)
    small(epochs=1).fit(X, Y, sample_weight=compute_sample_weight("balanced", Y))


@pytest.mark.parametrize(
    "loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"]
)
def test_losses_between_classes_are_refused(loss):
    message = "targets, a column of 0 and 1 per label. Use 'binary_crossentropy'"
    with pytest.raises(ValueError, match=message):
        small(loss=loss).fit(X, Y)


# Among the tools of scikit-learn and of this package.


@pytest.mark.trains
def test_tools_of_scikit_learn():
    model = small(epochs=1)
    by_hand = np.concatenate(
        [
            clone(model).fit(np.delete(X, part, 0), np.delete(Y, part, 0))
            .predict_proba(X[part])
            for part in np.array_split(np.arange(90), 3)
        ]
    )  # fmt: skip
    p = cross_val_predict(model, X, Y, cv=3, method="predict_proba")
    assert_array_equal(p, by_hand)
    assert_array_equal(cross_val_predict(model, X, Y, cv=3), by_hand > 0.5)
    search = GridSearchCV(
        model, {"learning_rate": [1e-4, 0.05]}, scoring="f1_macro", cv=2
    )
    assert search.fit(X, Y).best_params_ == {"learning_rate": 0.05}
    two = clone(model).fit(X, Y[:, :2])  # MLPClassifier raises an error here
    area = np.mean([get_scorer("roc_auc")(two, X, Y[:, :2])])
    aucs = keras.metrics.AUC(multi_label=True, num_thresholds=2000)
    aucs.update_state(Y[:, :2], two.predict_proba(X))
    assert area == pytest.approx(float(aucs.result()), abs=1e-2)


@pytest.mark.trains
def test_a_network_for_each_label_is_another_way():
    several = MultiOutputClassifier(small(epochs=1)).fit(X, Y)
    assert several.predict(X).shape == Y.shape
    first = small(epochs=1).fit(X, Y[:, 0])
    assert_array_equal(several.predict(X)[:, 0], first.predict(X))


@pytest.mark.trains
def test_partial_fit_and_warm_start(fitted):
    model = small(epochs=1, dropout=0.0).fit(X, Y)
    more = clone(model).partial_fit(X, Y, classes=[0, 1]).partial_fit(X, Y)
    twice = clone(model).set_params(epochs=2).fit(X, Y)
    assert_allclose(more.predict_proba(X), twice.predict_proba(X), atol=1e-6)
    model.set_params(warm_start=True).fit(X, Y)
    assert_allclose(model.predict_proba(X), twice.predict_proba(X), atol=1e-6)
    clone(model).partial_fit(X, Y, classes=range(3))
    with pytest.raises(ValueError, match=r"classes=\[7\] does not fit y"):
        clone(model).partial_fit(X, Y, classes=[7])


@pytest.mark.trains
def test_files_and_exports(fitted, tmp_path):
    save(fitted, tmp_path / "model.skops")
    for same in (load(tmp_path / "model.skops"), pickle.loads(pickle.dumps(fitted))):
        assert_array_equal(same.predict_proba(X), fitted.predict_proba(X))
        assert_array_equal(same.predict(X), fitted.predict(X))
        same.partial_fit(X, Y)
    exported = export_keras(fitted, tmp_path / "model.keras")
    outputs = exported(X.astype(np.float32))
    assert_allclose(outputs, fitted.predict_proba(X), atol=1e-6)


@pytest.mark.trains
def test_the_keras_model_measures_the_accuracy_of_score(fitted, tmp_path):
    fitted = clone(fitted).fit(X, Y)
    fitted.model_.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    logs = loaded.evaluate(X, Y.astype(np.float32), verbose=0, return_dict=True)
    assert logs["accuracy"] == pytest.approx(fitted.score(X, Y))


@pytest.mark.trains
def test_several_delays_of_classes():
    """Whether it rains 1 and 3 hours ahead: windows with a column for each delay."""
    random = np.random.default_rng(0)
    rain = (random.random(150) < 0.4).astype(float)
    series = pd.DataFrame({"rain": rain, "wind": random.normal(size=150)})
    X, y = make_supervised(series, "rain", delay=[1, 3])
    model = small(epochs=1, validation_split=0.2)
    pipe = make_pipeline(Standardizer(), LookbackWindower(6), model).fit(X, y)
    assert pipe.predict(X[5:]).shape == (len(X) - 5, 2)
    # The last rows in time, without those whose targets lie in the validation part.
    windows = pipe[:-1].transform(X)
    p = pipe[-1].predict_proba(windows[-29:])
    losses = [log_loss(y[-29:, label], p[:, label]) for label in range(2)]
    assert_allclose(pipe[-1].history_["val_loss"], np.mean(losses), rtol=1e-5)


@pytest.mark.trains
def test_a_comparison_with_the_frequencies():
    found = compare_models(
        {"network": small(epochs=1)}, X, Y, cv=3, scoring=["f1_macro", "accuracy"]
    )
    assert found.failures.empty
    predicted = found.predictions["network"].to_numpy()
    by_hand = [f1_score(t, p, average="macro") for t, p in zip(
        np.array_split(Y, 3), np.array_split(predicted, 3), strict=True
    )]  # fmt: skip
    of_network = found.fold_scores.query("model == 'network' and metric == 'f1_macro'")
    assert_allclose(of_network["score"], by_hand)
    assert {"prior", "minirocket"} <= set(found.baselines)
    first = Y[30:].mean(axis=0) > 0.5  # the more frequent value of each label
    assert_array_equal(found.predictions["prior"].to_numpy()[0], first)
