"""A fit as one task: for scikit-learn's callbacks, and all or nothing."""

from contextlib import contextmanager
from functools import wraps

from ._public import typed
from ._sklearn import with_callbacks


@typed
def one_task(fit):
    """Let scikit-learn's callbacks take a fit for a single task.

    If it fails, the estimator is as before: fitted by the last fit, or not fitted.
    """

    @with_callbacks
    @wraps(fit)
    def fit_of_one_task(self, X, y=None, *args, **kwargs):
        task = self._init_callback_context()
        with _unchanged_if_failed(self):
            task.call_on_fit_task_begin(estimator=self, X=X, y=y)
            result = fit(self, X, y, *args, **kwargs)
            task.call_on_fit_task_end(
                estimator=self, X=X, y=y, reconstruction_attributes={}
            )
        return result

    return fit_of_one_task


@contextmanager
def _unchanged_if_failed(estimator):
    """Take back what a failed fit has set. It names the columns before it learns."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:  # an interrupt, too
        for name in vars(estimator).keys() - before.keys():
            delattr(estimator, name)
        vars(estimator).update(before)
        raise
