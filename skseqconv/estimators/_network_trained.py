"""The training of the network that a fit has borrowed, and what is kept of it."""

from __future__ import annotations

import numpy as np

from skseqconv.engine._feed import Feed
from skseqconv.engine._pool import drop
from skseqconv.engine._training import (
    Stopping,
    is_harmless,
    prepared_callbacks,
    scored,
    train,
)
from skseqconv.series._window_view import WindowView

from ._level_start import SOLVED
from ._measured import best_of, measured, monitored
from ._own_validation import check_alike
from ._reference_loss import reference_losses
from ._running_fit import joined
from ._scored import Scores
from ._unequal import widened

#: Training steps of a fit with ``epochs="auto"``. On the validation parts of the
#: benchmark "accuracy", Conv1D was best after 130 to 500 steps. Conv1D-GRU is slower,
#: and still improved a little after that. Many outputs get larger steps
#: (`share_of_rate`).
STEPS_OF_A_FIT = 500

#: At most this many for each span of the rows as long as the longest delay, if training
#: starts from a solved level. Targets of one span overlap, so they say little more than
#: one of them. With 12 spans, 200 steps were better than 500 in the mean of six parts
#: of ETTh1 and ETTm1; with 25 both were alike, with 50 500 steps were better.
STEPS_OF_A_SPAN = 20


class TrainsNetwork:
    """How an estimator trains the network that it has borrowed (`_slot`)."""

    def _train(self, fit, epochs, first_epoch):
        network = self._slot.network
        network.set_learning_rate(self.learning_rate)
        if epochs == "auto":
            epochs = self._n_epochs(fit)
        if fit.task is not None:  # now the level is known, and with it the epochs
            fit.task.begin(epochs)
        callbacks = self._prepared_callbacks()
        for name in ("_calibration", "best_epoch_"):  # of the fit before
            vars(self).pop(name, None)
        if fit.own_validation:
            check_alike(self, fit.held_out, "X_val")
        best = best_of(network, self.metrics)
        held_out = fit.held_out and self._feed(fit.held_out)
        scores = self._scores(fit)
        start = self._start(fit, held_out, scores)
        if stopping := self._stopping(fit, epochs, start, best):
            callbacks.append(stopping)
        history = train(
            network,
            self._feed(fit.learned),
            held_out,
            epochs=epochs,
            first_epoch=self._n_epochs_trained,
            seed=self._seed,
            batch_size=self.batch_size,
            steps_per_epoch=self.steps_per_epoch,
            callbacks=callbacks,
            verbose=self.verbose,
            fit_task=fit.task,
            schedule=None if fit.one_epoch else self.learning_rate_schedule,
            scores=scores,
        )
        if fit.held_out is not None:
            self._keep_held_out(fit.held_out.X, fit.held_out.y)
        if stopping:
            self.best_epoch_ = stopping.kept
        self._keep_history(history, best, first_epoch)

    def _keep_history(self, history, best, first_epoch):
        """Keep the history, after that of the epochs before if the fit went on."""
        if first_epoch:
            history = joined(self.history_, history)
            best = vars(self).get("_best_of_metrics", {}) | best
        self.history_, self._best_of_metrics = history, best
        self.n_iter_ = len(history["loss"])
        self._n_epochs_trained += len(history["loss"]) - first_epoch

    def _prepared_callbacks(self):
        """Keras callbacks for this fit; those of users may change the network."""
        callbacks = prepared_callbacks(self.callbacks)
        if not all(map(is_harmless, callbacks)):
            drop(self._slot)  # so that no other fit borrows it
        return callbacks

    def _scores(self, fit):
        """scikit-learn's scorers on held-out rows; None if `metrics` has none."""
        names = measured(self.metrics).scorers
        if not names or fit.one_epoch:
            return None
        if fit.held_out is None:
            raise ValueError(
                f"metrics has {names[0]!r} of scikit-learn, which is computed on "
                "validation samples, and there are none. Set validation_split=0.2, or "
                "give fit X_val and y_val."
            )
        return Scores(names, fit.held_out, self._predictor(fit.held_out.X))

    def _start(self, fit, held_out, scores):
        """Loss, metrics and scores of held-out rows before training.

        Nothing if the weights are random.
        """
        network, start, level = self._slot.network, {}, self._level is not None
        if scores is not None:
            scores.check(network.predict(held_out.sequences))
        if held_out is not None and (level or (fit.going_on and self.early_stopping)):
            start = scored(network, held_out, scores)
        if level and not (fit.one_epoch and fit.going_on):
            loss = start.get("loss")
            self.reference_loss_ = reference_losses(self, fit, network, held_out, loss)
        return start

    def _stopping(self, fit, epochs, start, best):
        """Early stopping by `monitor`, which is checked; None if nothing can stop."""
        if not self.early_stopping or fit.one_epoch:
            return None
        monitor, mode = monitored(
            self.monitor,
            self._slot.network.measured,
            best,
            validated=fit.held_out is not None,
        )
        first = {f"val_{name}": value for name, value in start.items()}.get(monitor)
        return Stopping(monitor, mode, self.n_iter_no_change, first)

    def _feed(self, samples):
        """Samples as the network is fed with them."""
        X, y = self._fed(samples.X, samples.y)
        return Feed(widened(X, self._architecture), y, samples.sample_weight)

    def _n_epochs(self, fit):
        """How many epochs a fit has, if nothing stops it."""
        if self.epochs != "auto":
            return self.epochs
        steps = self.steps_per_epoch or -(-len(fit.y) // self.batch_size)
        return -(-self._n_steps(fit.X.data) // steps)

    def _n_steps(self, windows):
        """How many training steps a fit has with ``epochs="auto"``."""
        level = self._level
        if level is None or level["start"] not in SOLVED:
            return STEPS_OF_A_FIT
        longest = np.max(level["delays"])
        if longest < 1 or not isinstance(windows, WindowView):
            return STEPS_OF_A_FIT
        n_spans = len(np.unique(windows.rows // longest))
        return min(STEPS_OF_A_FIT, STEPS_OF_A_SPAN * n_spans)
