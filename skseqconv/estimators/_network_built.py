"""The network that a fit begins with: described, borrowed, and set to its level."""

from __future__ import annotations

import math
import warnings
from dataclasses import fields
from inspect import signature

import keras
from sklearn.utils import check_random_state

from skseqconv.inputs._fitted_steps import remember_steps
from skseqconv.inputs._large_levels import warn_of_large_levels
from skseqconv.inputs._sequences import TokenSequences, WindowSequences
from skseqconv.inputs._swapped import hint_if_swapped, warn_if_swapped
from skseqconv.networks._plain_state import plain
from skseqconv.networks._registry import NETWORKS

from ._layers_shown import describe_layers
from ._unequal import architecture_for_lengths, check_shortest, is_panel

#: A mean of so many standard deviations gets a warning. Networks found 95 % of the
#: classes of synthetic series of 40 steps around zero, and 89 to 92 % at 10. At 20 and
#: more they found half of them, which is chance. Normalized layers did not help.
FAR = 20

#: Results of training, which a new network does not have.
_OF_TRAINING = (
    "history_",
    "n_iter_",
    "reference_loss_",
    "best_epoch_",
    "_calibration",
)


def share_of_rate(n_outputs: int) -> float:
    """Share of the optimizer's own learning rate, for networks that forecast changes.

    Such a network starts from a good forecast, and noise leads it away: the more, the
    fewer outputs a sample has. On validation parts, a tenth of Adam's rate was better
    than all of it for one output (weather, 24 hours ahead: 2.25 and 2.38 degrees), and
    half of it was better than a tenth for 7 channels and 96 horizons of ETTh1 (mean
    squared error 0.653 and 0.665).
    """
    return min(0.5, 0.1 * math.sqrt(n_outputs))


class BuildsNetwork:
    """How an estimator describes its network, and begins a fit with it."""

    def _initialize(self, X, y, sample_weight=None, held_out=None):
        random = check_random_state(self.random_state)
        weights_seed, self._seed = (int(s) for s in random.randint(2**31 - 1, size=2))
        level = self._find_level(X, y, sample_weight)
        if level is None and not isinstance(X, TokenSequences):
            warn_of_large_levels(
                X.data,
                FAR,
                "the network sees little of its changes. Put Standardizer() before "
                "the network.",
            )
        self._target_seen = None
        self._remember(X.data)
        options = self._options_for_level(level) | self._newest_read(level, X)
        shape = [int(n) for n in X.shape[1:]]
        self._shortest = shape[0] if X.lengths is None else int(X.lengths.min())
        self._architecture = self._architecture_for(shape, self._shortest, y, options)
        if is_panel(X) and X.lengths is None and hint_if_swapped(X.shape):
            check_shortest(self._architecture, X)
        self._fit_to_lengths(X, held_out)
        if is_panel(X):
            warn_if_swapped(X.shape)
        self._compiled_with = self._compile_options()
        self._policy = keras.config.dtype_policy().name
        network = self._take_network()
        network.reset(weights_seed, vectors=getattr(X, "start", None))
        if level is not None:
            network.set_level(level.weights)
            if isinstance(self.optimizer, str):
                network.slow_down(share_of_rate(math.prod(y.shape[1:])))
        self._n_epochs_trained = 0
        for name in _OF_TRAINING:
            vars(self).pop(name, None)
        self._level = level and dict(vars(level))
        self.target_encoder_ = self._encoder(level, y).fit(y)
        self.feature_encoder_ = self.feature_encoder
        self.n_parameters_ = network.n_parameters
        self._layers = describe_layers(network.model)
        kind = NETWORKS[self._network_name]
        self.receptive_field_ = kind.receptive_field(self._architecture)
        # A pooling that "auto" has chosen is not worth a warning.
        pooling = {"global_pooling": getattr(self, "global_pooling", None)}
        if message := kind.warning(self._architecture | pooling):
            warnings.warn(message, UserWarning, stacklevel=2)

    def _newest_read(self, level, X):
        """Whether the network must read the newest step, as an option of it.

        The newest rows of a window count most, and Keras' pooling would leave them out.
        Samples of an array may have any length, so only their start is fixed.
        """
        known = signature(NETWORKS[self._network_name].build).parameters
        is_window = level is not None or isinstance(X, WindowSequences)
        return {"reads_newest": True} if is_window and "reads_newest" in known else {}

    def _go_on(self, fit):
        """Go on with the network of the fit before, and solve its level again."""
        self._compiled_with = self._compile_options()  # metrics may be others
        self._fit_to_lengths(fit.X, fit.held_out and fit.held_out.X)
        network = self._take_network(self._learned())
        self._layers = describe_layers(network.model)  # lengths may be others
        self._solve_again(fit)
        self._remember(fit.X.data)

    def _remember(self, windows):
        """Remember what windows of later calls are compared with."""
        remember_steps(self, windows)
        if target := getattr(windows, "target", None):
            self._target_seen = tuple(target)

    def _architecture_for(self, shape, shortest, y, options_of_level):
        """What the network function is given, as plain data.

        `shortest` is the number of steps of the shortest sample.
        """
        own = {field.name for field in fields(self)}
        kind = NETWORKS[self._network_name]
        known = signature(kind.build).parameters
        options = {name: getattr(self, name) for name in known if name in own}
        if self._vocabulary_size is not None:  # learned, unless it is given
            options["vocabulary_size"] = self.vocabulary_size or self._vocabulary_size
            # None takes the length of embedding_weights.
            length = self.embedding_dim or self._embedding_dim
            options["embedding_dim"] = length
        options = {name: plain(value) for name, value in options.items()}
        options = {**options, **self._head(y), **options_of_level}
        options = kind.settled(options, shape, shortest)
        return {"network": self._network_name, "input_shape": shape, **options}

    def _changed(self, X, y):
        """What the network to build has unlike the one that there is, or ""."""
        options = self._options_of_level()
        before = self._architecture
        # Lengths of series may change. What "auto" means stays as it was.
        shape = [int(n) for n in self._input_shape]
        shortest = self._shortest
        now = self._architecture_for(shape, shortest, y, options)
        if len(shape) > 1:
            lengths = ("input_shape", "mask_padding")
            now |= {name: before[name] for name in lengths if name in before}
        names = dict.fromkeys([*before, *now])
        others = [name for name in names if before.get(name) != now.get(name)]
        own, known = self._compile_options(), self._compiled_with
        compiled = enumerate(("loss", "optimizer"))
        others += [name for at, name in compiled if own[at] != known[at]]
        return f"{', '.join(others)} changed" if others else ""

    def _fit_to_lengths(self, X, held_out=None):
        """Describe a network that also reads series as long as these."""
        for samples, name in ((X, "X"), (held_out, "X_val")):
            if samples is not None:
                own = self._architecture, samples, name
                self._architecture = architecture_for_lengths(*own)
