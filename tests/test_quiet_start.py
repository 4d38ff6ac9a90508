"""TensorFlow's start-up notices do not show, and nothing else is hidden."""

import os
import sys

import pytest

from skseqconv._quiet_start import quiet_start

NOTICES = b"""WARNING: All log messages before absl::InitializeLog() is called go
I0000 00:00:1795704868.560229    7635 port.cc:153] oneDNN custom operations are on.
2025-09-17 14:44:05.157831: I external/cudart_stub.cc:32] Could not find cuda drivers
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow
E0000 00:00:1795732156.405731 67 cuda_dnn.cc:8310] Unable to register cuDNN factory: \
Attempting to register factory for plugin cuDNN when one has already been registered
E0000 00:00:1795732156.411811 67 cuda_blas.cc:1418] Unable to register cuBLAS factory: \
Attempting to register factory for plugin cuBLAS when one has already been registered
"""
OTHERS = b"""E0000 00:00:1758131045.203198 3722035 cuda_dnn.cc:8579] Unable to register
E0000 00:00:1758131045.203198 37 cuda_dnn.cc:8579] Unable to register cuDNN factory: \
no such library
F0000 00:00:1758131045.203198 3722035 cpu_feature_guard.cc:1] needs AVX
UserWarning: a warning of another package
"""


@pytest.fixture
def before_tensorflow(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")


def test_notices_are_hidden_and_other_lines_kept(before_tensorflow, capfdbinary):
    with quiet_start():
        os.write(2, NOTICES + OTHERS)
    assert capfdbinary.readouterr().err == OTHERS
    os.write(2, NOTICES)
    assert capfdbinary.readouterr().err == NOTICES


def test_an_error_keeps_what_was_written(before_tensorflow, capfdbinary):
    with pytest.raises(ImportError, match="libcuda"):
        with quiet_start():
            os.write(2, OTHERS)
            raise ImportError("libcuda")
    assert capfdbinary.readouterr().err == OTHERS


@pytest.mark.parametrize("level", ["0", "2"])
def test_a_level_that_the_user_chose_is_kept(
    before_tensorflow, monkeypatch, capfdbinary, level
):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", level)
    with quiet_start():
        os.write(2, NOTICES)
    assert capfdbinary.readouterr().err == NOTICES


@pytest.mark.processes
def test_a_process_that_fits_a_network_writes_nothing(run_python, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    code = (
        "import numpy as np; from skseqconv import Conv1DRegressor;"
        "X = np.zeros((20, 8, 1)); model = Conv1DRegressor(n_conv=1, epochs=1);"
        "model.fit(X, X[:, 0, 0]).predict(X); raise SystemExit(1)"
    )
    assert run_python(code, fails=True) == ""


def test_a_process_without_a_standard_error_stream_starts(run_python, monkeypatch):
    """It imports the package, which imports TensorFlow only later."""
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    code = (
        "import os; os.close(2); import skseqconv;"
        "context = skseqconv.quiet_start(); context.__enter__();"
        "context.__exit__(None, None, None); print(1)"
    )
    assert run_python(code) == "1\n"
