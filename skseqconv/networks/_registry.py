"""The networks by name: all that the rest of the package asks about each of them.

Another network is another entry: docs/contributing/add_a_network.md adds one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ._conv1d import conv1d_network
from ._conv1d_gru import conv1d_gru_network
from ._lengths import field_of_stack, shortest_of_stack, unread_steps
from ._settled_lengths import settled_lengths

if TYPE_CHECKING:
    import keras

#: Options of a network by name, as plain data.
Options = dict[str, Any]


def _as_they_are(options: Options, input_shape: list[int], shortest: int) -> Options:
    return options


def _lengths_settled(
    options: Options, input_shape: list[int], shortest: int
) -> Options:
    return settled_lengths(options, input_shape[0], shortest)


def _conv1d_settled(options: Options, input_shape: list[int], shortest: int) -> Options:
    """Pooling and lengths, "auto" replaced."""
    if options["global_pooling"] == "auto":
        options = {**options, "global_pooling": _pooling_settled(options)}
    return _lengths_settled(options, input_shape, shortest)


def _pooling_settled(options: Options) -> str:
    """What `global_pooling` "auto" means.

    From a level, several outputs of a target, such as many horizons, need to know what
    came when: on the validation part of ETTh1, 96 horizons, the last step had a mean
    squared error of 0.658, the maximum over time 0.664. For one horizon the maximum was
    better (weather, 24 hours ahead: 2.25 degrees, with the last step 2.32).

    Amounts that start from no level need it, too: the R2 of a mean over 24 rows was
    0.85 with "flatten" and 0.53 with the maximum (docs/accuracy.md). But samples of an
    array may have any length, which "flatten" cannot read.
    """
    if options["window_norm"] is not None:
        n_outputs = options["n_outputs"]
        if options.get("channel_independent"):
            n_outputs //= len(set(options["highway"]))
        return "last" if n_outputs > 1 else "max"
    is_class = options["output_activation"] in ("sigmoid", "softmax")
    is_window = options.get("reads_newest", False)
    return "flatten" if is_window and not is_class else "max"


def _whole_window(options: Options) -> int:
    return options["input_shape"][0]


def _no_warning(options: Options) -> None:
    return None


class NetworkKind(NamedTuple):
    """What is to be known about a network. The defaults fit any network."""

    #: Builds the uncompiled model from an input shape and options.
    build: Callable[..., keras.Model]

    #: Replaces options such as "auto", given the shape of the windows, and the length
    #: of the shortest one.
    settled: Callable[[Options, list[int], int], Options] = _as_they_are

    #: Number of time steps that each value before the pooling or the GRU reads.
    receptive_field: Callable[[Options], int] = _whole_window

    #: The shortest series that leaves a time step, if lengths may differ.
    shortest: Callable[[Options], int] = _whole_window

    #: A warning about what the network does not read, or None.
    warning: Callable[[Options], str | None] = _no_warning

    #: If an epoch has more batches than this and ends with a smaller one, the full
    #: batches run in a program of their own, which is faster, but takes time to trace.
    #: Conv1D: 0.7 s to trace, a step takes 9 ms instead of 10. Conv1D-GRU over 80
    #: steps: 1.2 s to trace, a step takes 18 ms instead of 29.
    min_full_batches: int = 100


NETWORKS = {
    "conv1d": NetworkKind(
        conv1d_network,
        _conv1d_settled,
        field_of_stack,
        shortest_of_stack,
        unread_steps,
    ),
    "conv1d_gru": NetworkKind(
        conv1d_gru_network,
        _lengths_settled,
        field_of_stack,
        shortest_of_stack,
        unread_steps,
        min_full_batches=8,
    ),
}
