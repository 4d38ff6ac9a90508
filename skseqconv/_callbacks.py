"""Fits and their epochs, as scikit-learn's callbacks see them."""

from functools import wraps

from ._public import typed
from ._sklearn import with_callbacks


@typed
def one_task(fit):
    """Let scikit-learn's callbacks take a fit for a single task."""

    @with_callbacks
    @wraps(fit)
    def fit_of_one_task(self, X, y=None, *args, **kwargs):
        task = self._init_callback_context()
        task.call_on_fit_task_begin(estimator=self, X=X, y=y)
        result = fit(self, X, y, *args, **kwargs)
        task.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes={}
        )
        return result

    return fit_of_one_task
