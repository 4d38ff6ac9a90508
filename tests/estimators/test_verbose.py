"""Progress of a fit, as Keras prints it."""

import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import Conv1DRegressor, LookbackWindower

pytestmark = pytest.mark.trains


@pytest.mark.trains
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_verbose_is_keras_own(verbose, task, capsys):
    X, y = task
    network = Conv1DRegressor(
        filters=4,
        kernel_size=3,
        n_conv=1,
        epochs=2,
        validation_split=0.2,
        verbose=verbose,
    )
    windower = LookbackWindower(12, on_missing_history="ignore")
    model = make_pipeline(windower, network).fit(X[:500], y[:500])
    shown = capsys.readouterr().out
    if verbose:
        assert "Epoch 1/2" in shown and "Epoch 2/2" in shown
        assert shown.count("val_loss: ") == 2
        assert ("━" in shown) is (verbose == 1)
    else:
        assert shown == ""
    model.predict(X)
    model.score(X, y)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
