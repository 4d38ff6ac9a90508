"""Published networks, against the same networks written with Keras' own layers."""

import inspect

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.base import clone

from skseqconv import Conv1DClassifier

pytestmark = pytest.mark.trains

NAMES = ["fcn", "resnet", "inception", "kim"]
Y = [0, 1] * 4


def normed(x, filters, width, *, activated=True):
    x = layers.Conv1D(filters, width, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x) if activated else x


def with_head(given, x, pooled=layers.GlobalAveragePooling1D):
    return keras.Model(given, layers.Dense(1, activation="sigmoid")(pooled()(x)))


def fcn_of_wang():
    given = x = keras.Input((40, 1))
    for filters, width in ((128, 8), (256, 5), (128, 3)):
        x = normed(x, filters, width)
    return with_head(given, x)


def resnet_of_wang():
    given = x = keras.Input((40, 1))
    for filters in (64, 128, 128):
        shortcut = x
        if x.shape[-1] != filters:
            shortcut = normed(x, filters, 1, activated=False)
        x = normed(normed(x, filters, 8), filters, 5)
        x = layers.Add()([normed(x, filters, 3, activated=False), shortcut])
        x = layers.Activation("relu")(x)
    return with_head(given, x)


def inception_of_ismail_fawaz():
    given = x = before = keras.Input((40, 1))
    for i in range(6):
        branches = [layers.MaxPooling1D(3, strides=1, padding="same")(x)]
        if i > 0:
            x = layers.Conv1D(32, 1, use_bias=False)(x)
        branches = [layers.Conv1D(32, 1, use_bias=False)(b) for b in branches]
        for width in (40, 20, 10):
            wide = layers.Conv1D(32, width, padding="same", use_bias=False)
            branches.append(wide(x))
        x = layers.BatchNormalization()(layers.Concatenate()(branches))
        if i % 3 == 2:
            if before.shape[-1] != x.shape[-1]:
                before = normed(before, 128, 1, activated=False)
            before = x = layers.Activation("relu")(layers.Add()([x, before]))
        else:
            x = layers.Activation("relu")(x)
    return with_head(given, x)


def kim():
    given = keras.Input((12,), dtype="int32")
    x = layers.Embedding(20, 300)(given)
    x = layers.Concatenate()(
        [layers.Conv1D(100, n, padding="same", activation="relu")(x) for n in (3, 4, 5)]
    )
    return with_head(given, x, layers.GlobalMaxPooling1D)


PAPERS = {
    "fcn": fcn_of_wang,
    "resnet": resnet_of_wang,
    "inception": inception_of_ismail_fawaz,
    "kim": kim,
}


def initialized(name, **parameters):
    random = np.random.default_rng(0)
    X = random.normal(size=(8, 40))
    if name == "kim":
        X = random.integers(20, size=(8, 12))
        parameters = {"vocabulary_size": 20, **parameters}
    model = getattr(Conv1DClassifier, name)(random_state=0, **parameters)
    return model.initialize(X, Y), X


def shapes(weights):
    return sorted(tuple(weight.shape) for weight in weights)


@pytest.mark.parametrize("name", NAMES)
def test_weights_have_the_shapes_of_the_paper(name):
    paper = PAPERS[name]()
    model, _ = initialized(name)
    assert shapes(model.model_.trainable_weights) == shapes(paper.trainable_weights)
    said = inspect.getdoc(getattr(Conv1DClassifier, name))
    n_parameters = model.n_parameters_ - (20 * 300 if name == "kim" else 0)
    assert f"{n_parameters:,} parameters" in " ".join(said.split())


@pytest.mark.parametrize("name", ["fcn", "resnet", "inception"])
def test_outputs_are_those_of_the_paper(name):
    """With the weights of our network, by the order of layers of one shape."""
    paper = PAPERS[name]()
    model, X = initialized(name)
    theirs, ours = sorted_weights(paper), sorted_weights(model.model_)
    random = np.random.default_rng(1)
    # Equal weights for all layers of one shape, so that their order does not matter.
    values = {shape: random.normal(size=shape, scale=0.1) for shape in theirs}
    for weights in (theirs, ours):
        for shape, alike in weights.items():
            for weight in alike:
                weight.assign(
                    np.abs(values[shape]) if len(shape) == 1 else values[shape]
                )
    x = X[..., None].astype("float32")
    np.testing.assert_allclose(model.model_(x), paper(x), rtol=1e-4, atol=1e-5)


def sorted_weights(model):
    found = {}
    for weight in model.weights:
        found.setdefault(tuple(weight.shape), []).append(weight)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_an_ordinary_estimator(name):
    preset = getattr(Conv1DClassifier, name)
    model = preset(filters=7, epochs=2)
    assert type(model) is Conv1DClassifier
    assert model.filters == 7
    assert model.epochs == 2
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(TypeError, match="Conv1DClassifier.__init__.*'widths'"):
        preset(widths=3)


def test_a_preset_of_a_subclass_is_of_the_subclass():
    class Own(Conv1DClassifier):
        pass

    assert type(Own.inception()) is Own


def test_presets_learn():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(40, 24)), np.arange(40) % 2
    X[y == 1, 10:15] += 3
    model = Conv1DClassifier.inception(filters=4, n_conv=3, kernel_size=[(8, 4)] * 3)
    model.set_params(epochs=15, random_state=0)
    assert model.fit(X[:30], y[:30]).score(X[30:], y[30:]) >= 0.9
