"""What stands in for scikit-learn's callbacks where scikit-learn has none."""

import importlib.util
import sys

import pytest

import skseqconv._sklearn as present


@pytest.fixture
def before_callbacks(monkeypatch):
    """The module as it is under scikit-learn 1.8 and earlier."""
    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    spec = importlib.util.spec_from_file_location("without", present.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_fit_without_callbacks_is_a_task_that_never_stops(before_callbacks):
    class Estimator(before_callbacks.CallbackSupportMixin):
        @before_callbacks.with_callbacks
        def fit(self, X):
            context = self._init_callback_context(max_subtasks=None)
            context.call_on_fit_task_begin(estimator=self, X=X)
            epoch = context.subcontext(task_name="epoch")
            epoch.call_on_fit_task_begin(estimator=self)
            return epoch.call_on_fit_task_end(estimator=self)

    assert Estimator().fit([1.0]) is False
    assert not hasattr(Estimator, "set_callbacks")


def test_both_offer_the_same_names(before_callbacks):
    assert all(hasattr(before_callbacks, name) for name in present.__all__)
