"""A fit and its epochs, as scikit-learn's callbacks see them."""


class FitTask:
    """A fit and its epochs, as scikit-learn's callbacks see them.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Of the fit.
    estimator : SequenceEstimator
        The one that callbacks know.
    new : SequenceEstimator
        The copy of it that is fitted, and takes its place at the end.
    X, y, sample_weight
        As they were given to `fit`.
    """

    def __init__(self, context, estimator, new, X, y, sample_weight):
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self._given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._context = context
        self._estimator, self._new = estimator, new

    def begin(self, n_epochs):
        """Tell how many epochs there may be."""
        self._context.max_subtasks = n_epochs
        self._context.call_on_fit_task_begin(**self._given)

    def begin_epoch(self):
        """Begin an epoch; gives what ends it and says whether to stop."""
        task = self._context.subcontext(task_name="epoch")
        task.call_on_fit_task_begin(**self._given)

        def end_epoch(history):
            epochs = {
                "history_": history,
                "n_iter_": (n_epochs := len(history["loss"])),
                "_n_epochs_trained": self._new._n_epochs_trained + n_epochs,
            }
            return task.call_on_fit_task_end(
                **self._given,
                reconstruction_attributes=lambda: self._fitted() | epochs,
            )

        return end_epoch

    def _fitted(self):
        """What makes a copy of the estimator one that is fitted so far."""
        learned = self._new._fitted_attributes()
        return dict.fromkeys(vars(self._estimator).keys() - learned) | learned

    def end(self):
        self._context.call_on_fit_task_end(
            **self._given, reconstruction_attributes=self._fitted
        )
