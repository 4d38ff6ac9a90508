"""The training loop: epochs, validation, Keras callbacks, history."""

import copy
from functools import partial

import keras
import numpy as np

from ._network import STEPS_PER_CALL
from ._schedules import rates

_BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
)

#: With more than this many samples for each that an epoch takes, those are drawn: to
#: order all of them takes longer.
FEW = 50

_SET_THE_LEARNING_RATE = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
)


def train(
    network,
    feed,
    validation,
    *,
    epochs,
    first_epoch,
    seed,
    batch_size,
    steps_per_epoch,
    callbacks,
    verbose,
    fit_task,
    schedule,
    scores,
):
    """Train for some epochs.

    Parameters
    ----------
    network : Network
    feed : Feed
        Training samples.
    validation : Feed or None
        Samples to compute the loss on after each epoch.
    epochs, first_epoch : int
        Their number, and the number of epochs before.
    seed : int
        Determines the order of the samples, together with the number of the epoch.
    batch_size : int
    steps_per_epoch : int or None
        Batches per epoch; None to use each sample once.
    callbacks : list of keras.callbacks.Callback
        Used as they are.
    verbose : int
        As in `keras.Model.fit`.
    fit_task : FitTask or None
        Gets each epoch, and may stop training. None for `partial_fit`.
    schedule : str or None
        A name in `SCHEDULES`: the learning rate goes through it in these epochs, and
        back to what it was. None for a constant rate.
    scores : callable or None
        Takes the outputs for the validation samples, and gives scores by name. Its
        `names` are known before.

    Returns
    -------
    history : dict of list of float
        "loss" and the metrics of the network, with validation each as "val_loss" and so
        on, and the scores as "val\\_" and their names; with a schedule "learning_rate"
        (of the last step), and what callbacks add: one value per epoch.

    Raises
    ------
    ValueError
        If the loss of an epoch is not finite, or a callback monitors a metric that does
        not exist.
    """
    if fit_task is not None:  # partial_fit holds nothing out to monitor
        validated, scheduled = validation is not None, schedule is not None
        names = names_of_logs(network.measured, scores, validated=validated)
        check_watched(callbacks, network.measured, names, scheduled=scheduled)
    n_steps = steps_per_epoch or -(-feed.n_samples // batch_size)
    partial_batch = not steps_per_epoch and feed.n_samples % batch_size
    fixed = not partial_batch or n_steps > network.kind.min_full_batches
    # Last, so that it sees what others add to the logs, such as a learning rate.
    history = keras.callbacks.History()
    calls = keras.callbacks.CallbackList(
        [*callbacks, history],
        add_progbar=verbose != 0,
        model=network.model,
        verbose=verbose,
        epochs=first_epoch + epochs,
        steps=n_steps,
    )
    network.model.stop_training = False
    peak = network.learning_rate
    calls.on_train_begin()
    for epoch in range(first_epoch, first_epoch + epochs):
        end_epoch = fit_task and fit_task.begin_epoch()
        calls.on_epoch_begin(epoch)
        network.set_dropout_seeds(seed, epoch)
        order = epoch_order(feed.n_samples, n_steps * batch_size, seed, epoch)
        if steps_per_epoch is None:
            order = order[: feed.n_samples]
        steps = (epoch - first_epoch) * n_steps + np.arange(n_steps)
        course = schedule and rates(schedule, peak, steps, epochs * n_steps)
        run = partial(network.train, feed, order, batch_size, fixed=fixed, rates=course)
        logs = _one_epoch(network, run, n_steps, calls, verbose)
        if schedule:
            logs["learning_rate"] = network.learning_rate
        if validation is not None:
            logs |= _validated(network, validation, scores, calls)
        losses = [name for name in ("loss", "val_loss") if name in logs]
        raise_if_not_finite({name: logs[name] for name in losses}, epoch, network)
        calls.on_epoch_end(epoch, logs)
        if schedule:  # what is trained on, now or later, begins at the peak
            network.set_learning_rate(peak)
        stop = fit_task and end_epoch(_as_floats(history.history))
        if stop or network.model.stop_training:
            break
    # As at the end of Keras' fit: averaged weights replace the others.
    network.optimizer.finalize_variable_values(network.model.trainable_variables)
    calls.on_train_end(logs)
    # The last update comes after the last computed loss.
    raise_if_not_finite(network.extreme(feed.some()), epoch, network)
    return _as_floats(history.history)


def _validated(network, validation, scores, calls):
    """What is measured on validation samples, by its name in the history."""
    calls.on_test_begin()
    values = scored(network, validation, scores)
    calls.on_test_end(values)
    return {f"val_{name}": value for name, value in values.items()}


def scored(network, validation, scores):
    """Loss, metrics and scores of validation samples, by name."""
    values = network.evaluate(validation)
    if scores is not None:
        values |= scores(network.predict(validation.sequences))
    return values


def names_of_logs(measured, scores, *, validated):
    """What is known after each epoch."""
    if not validated:
        return [*measured]
    names = [*measured, *(() if scores is None else scores.names)]
    return [*measured, *(f"val_{name}" for name in names)]


def _as_floats(history):
    return {name: list(map(float, values)) for name, values in history.items()}


def _one_epoch(network, run, n_steps, calls, verbose):
    network.model.reset_metrics()
    by_batch = any(map(_sees_batches, calls.callbacks))
    if not by_batch:
        for done in run(n_steps=STEPS_PER_CALL):
            if verbose == 1:
                calls.on_train_batch_end(done - 1, network.metrics())
        return network.metrics()
    calls.on_train_batch_begin(0)
    for done in run(n_steps=1):
        calls.on_train_batch_end(done - 1, network.metrics())
        if done < n_steps:
            calls.on_train_batch_begin(done)
    return network.metrics()


def _sees_batches(callback):
    """Whether a callback has a hook of its own for batches."""
    if isinstance(callback, keras.callbacks.ProgbarLogger):
        return False
    return any(
        name in vars(callback)
        or getattr(type(callback), name) is not getattr(keras.callbacks.Callback, name)
        for name in _BATCH_HOOKS
    )


def epoch_order(n_samples, n_wanted, seed, epoch):
    """Positions of samples in random order, repeated if more are wanted.

    The order depends on the arguments alone, so an interrupted training continues as
    it would have without the interruption.
    """
    generator = np.random.default_rng([seed, epoch])
    if n_samples > FEW * n_wanted:
        return generator.choice(n_samples, n_wanted, replace=False).astype(np.int32)
    parts = [generator.permutation(n_samples) for _ in range(-(-n_wanted // n_samples))]
    return np.concatenate(parts)[:n_wanted].astype(np.int32)


def raise_if_not_finite(logs, epoch, network):
    for name, value in logs.items():
        if not np.isfinite(value):
            rate = network.learning_rate
            raise ValueError(
                f"Training diverged: {name} is {value} in epoch {epoch + 1}. The "
                "network is unchanged. Standardize the channels (Standardizer), use "
                f"a lower learning_rate (now {rate:g}), or limit the gradient "
                "(optimizer=keras.optimizers.RMSprop(clipnorm=1.0))."
            )


def prepared_callbacks(callbacks):
    """Shallow copies of the user's callbacks, so that fits do not share their model.

    What a callback holds is not copied, because it may record the fit.
    """
    callbacks = as_list(callbacks)
    for callback in callbacks:
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(
                f"callbacks holds {callback!r}, which is not an instance of a Keras "
                "callback. Set scikit-learn's own callbacks with set_callbacks()."
            )
    return [copy.copy(callback) for callback in callbacks]


def as_list(callbacks):
    """The parameter `callbacks` as a list."""
    if isinstance(callbacks, keras.callbacks.Callback):
        return [callbacks]
    return list(callbacks or [])


def check_watched(callbacks, after_batches, after_epochs, *, scheduled):
    """Refuse callbacks of Keras that monitor a metric which does not exist.

    Keras would warn in each epoch and never stop. With a callback of the user's own,
    nothing is refused, because it may add the metric.
    """
    if not all(map(is_harmless, callbacks)):
        return
    if scheduled or sets_the_learning_rate(callbacks):
        after_epochs = [*after_epochs, "learning_rate"]
    for callback in callbacks:
        metric = getattr(callback, "monitor", None)
        if metric is None or not getattr(callback, "save_best_only", True):
            continue
        by_epoch = getattr(callback, "save_freq", "epoch") == "epoch"
        known = list(after_epochs if by_epoch else after_batches)
        if metric in known:
            continue
        remedy = "Monitor one of these"
        if by_epoch and metric.removeprefix("val_") in known:
            remedy += ", or set validation_split=0.2"
        raise ValueError(
            f"callbacks has {type(callback).__name__}(monitor={metric!r}), but that "
            f"metric does not exist after each {'epoch' if by_epoch else 'batch'}. "
            f"Known metrics: {' and '.join(map(repr, known))}. {remedy}."
        )


def sets_the_learning_rate(callbacks):
    """Whether one of Keras' own callbacks sets the learning rate."""
    return any(isinstance(one, _SET_THE_LEARNING_RATE) for one in callbacks)


def is_harmless(callback):
    """Whether a callback is Keras' own or ours, which leave no trace in a model."""
    own = type(callback).__module__.startswith(("keras.", "skseqconv."))
    return own and not isinstance(callback, keras.callbacks.LambdaCallback)


class Stopping(keras.callbacks.EarlyStopping):
    """Early stopping that keeps the best weights, those of the start among them.

    Parameters
    ----------
    monitor : str
    mode : {"min", "max"}
        Whether less or more is better.
    patience : int
    start : float, default=None
        The monitored value before the first epoch, where it counts as epoch 0. It does
        not shorten the patience: a network may lose something before it gains.
    """

    def __init__(self, monitor, mode, patience, start=None):
        super().__init__(
            monitor=monitor, mode=mode, patience=patience, restore_best_weights=True
        )
        self._mode, self._start = mode, start
        #: The epoch whose weights are kept, from 1; 0 for the start.
        self.kept = 0

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._n_epochs = 0
        if self._start is not None:
            self._first_weights = self.model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        self._n_epochs += 1
        value = logs[self.monitor]
        if np.isnan(value):  # Keras would keep an undefined value as the best
            value = np.inf if self._mode == "min" else -np.inf
        super().on_epoch_end(epoch, {**logs, self.monitor: value})
        if self.best_epoch == epoch:
            self.kept = self._n_epochs

    def on_train_end(self, logs=None):
        if self._start is not None and not self._is_better(self.best, self._start):
            self.kept, self.best_weights = 0, self._first_weights
        super().on_train_end(logs)

    def _is_better(self, value, other):
        return value < other if self._mode == "min" else value > other
