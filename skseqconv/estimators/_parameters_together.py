"""What constraints cannot say: names that Keras knows, and values that conflict."""

from difflib import get_close_matches
from functools import cache

import keras

from skseqconv._similar import did_you_mean
from skseqconv.engine._training import as_list, sets_the_learning_rate
from skseqconv.inputs._tokens import embeds
from skseqconv.series.times._time_spans import duration_of, offset_of

from ._measured import measured, names_of_keras
from ._validation_split import date_of, is_splitter

#: Modules of Keras in which it looks up the names that these parameters take.
_KERAS_HOMES = {
    "loss": "losses",
    "optimizer": "optimizers",
    "activation": "activations",
}


#: Short names that Keras takes, and does not list.
_SHORT = {"losses": ("mse", "mae", "mape", "msle", "kld")}


@cache
def _look_up(home, name):
    """Raise ValueError if Keras does not know a name. An optimizer takes 6 ms, once."""
    getattr(keras, home).get(name)


def _close_names(home, name, own):
    """Up to three names of a module of Keras, or of ours, that resemble a wrong one."""
    names = [*sorted(names_of_keras(home)), *_SHORT.get(home, ()), *own]
    known = {one.lower(): one for one in names}
    close = get_close_matches(name.lower(), known, n=3, cutoff=0.7)
    return [known[one] for one in close]


def check_together(options):
    """Refuse unknown names, and values that contradict each other."""
    for name, home in _KERAS_HOMES.items():
        value = getattr(options, name, None)
        if not isinstance(value, str) or (name, value) in options._own_names:
            continue
        try:
            _look_up(home, value)
        except ValueError:
            own = [one for parameter, one in options._own_names if parameter == name]
            close = _close_names(home, value, own)
            raise ValueError(
                f"{name}={value!r} is not known to Keras. {did_you_mean(close)}Use a "
                f"name from keras.{home}."
            ) from None
    _check_embedding(options)
    measured(options.metrics)  # refuses unknown names
    date_of(options.validation_split)  # refuses text that is no date
    if is_splitter(options.validation_split) and options.validation_gap != "auto":
        raise ValueError(
            f"validation_gap={options.validation_gap!r} conflicts with "
            f"validation_split={options.validation_split!r}: a splitter leaves out its "
            "own gap. Use validation_gap='auto', and a gap of the splitter."
        )
    _check_time_spans(options)
    if _spares_weights(options.optimizer):
        raise ValueError(
            "exclude_from_weight_decay() was called on the optimizer. Each fit copies "
            "the optimizer from its configuration, which does not keep this call. Use "
            "weight_decay=None, or let all weights decay."
        )
    _check_learning_rate(options)


def _check_embedding(options):
    """Refuse options of an embedding without one, or without what they need."""
    if not options.embedding_trainable and options.embedding_weights is None:
        raise ValueError(
            "embedding_trainable=False needs embedding_weights: without them, the "
            "vectors would stay random. Set embedding_weights, or "
            "embedding_trainable=True."
        )
    if embeds(options):
        return
    if n_numbers := options.numeric_columns:
        raise ValueError(
            f"numeric_columns={n_numbers!r} needs token ids: set embedding_dim. For "
            "numbers beside a series, add channels of constant value to X, by "
            "numpy.concatenate([X, numpy.repeat(numbers[:, None], X.shape[1], axis=1)],"
            " axis=2)."
        )
    for name in ("vocabulary_size", "embedding_dropout", "mask_padding"):
        if getattr(options, name):
            raise ValueError(
                f"{name}={getattr(options, name)!r} needs token ids. Set "
                f"embedding_dim, or leave out {name}."
            )


def _check_time_spans(options):
    """Refuse text that is no time span."""
    for name in ("validation_gap", "period", "delay"):
        value = getattr(options, name, None)
        if isinstance(value, str) and value != "auto":
            if duration_of(value) is None and offset_of(value) is None:
                raise ValueError(
                    f"{name}={value!r} is no time span. Use one such as '24h' or '7D', "
                    "or a number."
                )


def _check_learning_rate(options):
    """Refuse two sources of the learning rate."""
    for name in ("learning_rate", "learning_rate_schedule"):
        value = getattr(options, name)
        if value is not None and _has_schedule(options.optimizer):
            raise ValueError(
                f"{name}={value!r} conflicts with the schedule of the optimizer. Use "
                f"{name}=None, or an optimizer without a schedule."
            )
    if options.learning_rate_schedule is None:
        return
    if sets_the_learning_rate(as_list(options.callbacks)):
        raise ValueError(
            f"learning_rate_schedule={options.learning_rate_schedule!r} conflicts with "
            "callbacks that set the learning rate (LearningRateScheduler, "
            "ReduceLROnPlateau). Leave them out, or use learning_rate_schedule=None."
        )


def _spares_weights(optimizer):
    """Whether some weights are excluded from an optimizer's weight decay."""
    names = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    return any(getattr(optimizer, name, None) for name in names)


def _has_schedule(optimizer):
    """Whether an optimizer's learning rate is a schedule."""
    if isinstance(optimizer, str):
        return False
    return isinstance(optimizer.get_config().get("learning_rate"), dict)
