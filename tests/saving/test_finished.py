"""Pipelines whose last fit did not finish: new transformers, an old estimator."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from skseqconv import (
    Conv1DRegressor,
    FlatWindowRegressor,
    LookbackWindower,
    PerStep,
    Standardizer,
    export_keras,
    load,
    make_supervised,
    save,
)

pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning"),
]
pytest.importorskip("skops.io", reason="save and load need the extra 'persistence'")

X, Y = make_supervised(np.c_[np.arange(60.0), np.arange(60.0) % 7], 0, delay=1)
NETWORK = Conv1DRegressor(filters=2, kernel_size=2, n_conv=1, epochs=1, random_state=0)


class Interrupted(Conv1DRegressor):
    """Its second fit is interrupted."""

    def fit(self, X, y):
        if self.initialized_:
            raise KeyboardInterrupt
        return super().fit(X, y)


def half_refitted(pipe, rows=X[:30]):
    """A Pipeline after a fit that was interrupted in its last step."""
    pipe.fit(X, Y)
    for step in pipe[:-1]:
        rows = step.fit_transform(rows)
    return pipe


def piped(*steps, last=NETWORK):
    return make_pipeline(*steps, LookbackWindower(4), clone(last))


BROKEN = {
    "Pipeline": lambda: half_refitted(piped(Standardizer())),
    "PerStep": lambda: half_refitted(piped(PerStep(StandardScaler()))),
    "the second step": lambda: half_refitted(
        piped(PerStep(MinMaxScaler()), Standardizer())
    ),
    "other channels": lambda: half_refitted(
        piped(Standardizer()), make_supervised(np.ones((20, 3)), 0)[0]
    ),
    "steps inside": lambda: half_refitted(
        make_pipeline(Pipeline([("scale", Standardizer())]), *piped())
    ),
    "frozen": lambda: FrozenEstimator(half_refitted(piped(Standardizer()))),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_half_refitted_is_neither_saved_nor_exported(name, tmp_path):
    model = BROKEN[name]()
    for write, path in (
        (save, tmp_path / "model.skops"),
        (export_keras, tmp_path / "model.keras"),
    ):
        path.write_bytes(b"the one before")
        with pytest.raises(ValueError, match=r"did not finish.*load the last saved"):
            write(model, path)
        assert path.read_bytes() == b"the one before"
    assert len(list(tmp_path.iterdir())) == 2


def test_an_interrupted_fit_of_a_pipeline(tmp_path):
    """After it, nothing writes a file, until a fit has finished."""
    network = Interrupted(**NETWORK.get_params())
    pipe = piped(Standardizer(), last=network).fit(X, Y)
    with pytest.raises(KeyboardInterrupt):
        pipe.fit(X[:30], Y[:30])
    path = tmp_path / "model.keras"
    with pytest.raises(ValueError, match="its Interrupted was fitted after other"):
        export_keras(pipe, path)
    with pytest.raises(ValueError, match="its last fit may not have finished"):
        pipe.predict(X)
    pipe.set_params(interrupted=NETWORK).fit(X[:30], Y[:30])
    export_keras(pipe, path)
    save(pipe, tmp_path / "model.skops")


def test_every_estimator_behind_windows_is_looked_at(tmp_path):
    pipe = half_refitted(piped(Standardizer(), last=FlatWindowRegressor()))
    with pytest.raises(ValueError, match="its FlatWindowRegressor was fitted after"):
        save(pipe, tmp_path / "model.skops")


def test_steps_that_refuse_the_rows_of_the_fit_are_other_steps(tmp_path):
    """A category that the new encoder does not know, for one."""
    encoder = PerStep(OneHotEncoder(sparse_output=False))
    pipe = piped(encoder, last=clone(NETWORK).set_params(window_norm=None))
    rows, y = make_supervised(np.arange(60.0) % 3, 0)
    pipe.fit(rows, y)
    pipe[0].fit(make_supervised(np.ones(20), 0)[0])
    with pytest.raises(ValueError, match="did not finish"):
        save(pipe, tmp_path / "model.skops")


FINE = {
    "not fitted": lambda: piped(Standardizer()),
    "fitted": lambda: piped(PerStep(MinMaxScaler()), Standardizer()).fit(X, Y),
    "a step in front of the Pipeline": lambda: piped(Standardizer()).fit(
        PerStep(MinMaxScaler()).fit_transform(X), Y
    ),
    "a search, but for its template": lambda: GridSearchCV(
        half_refitted(piped(Standardizer())), {}, cv=2
    ).fit(X, Y),
    "an ensemble, but for its members": lambda: VotingRegressor(
        [("half", half_refitted(piped(Standardizer())))]
    ).fit(X, Y),
    "a new step": lambda: (
        piped(Standardizer()).fit(X, Y).set_params(standardizer=Standardizer())
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_as_it_was_or_cannot_be_told_is_saved(name, tmp_path):
    model = FINE[name]()
    save(model, tmp_path / "model.skops")
    again = load(tmp_path / "model.skops")
    save(again, tmp_path / "model.skops")
