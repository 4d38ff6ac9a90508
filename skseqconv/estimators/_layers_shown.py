"""A network's layers, as a table."""

import math

import pandas as pd

#: What `layers_` says of a layer.
_COLUMNS = ["layer", "kind", "output_shape", "n_parameters", "n_fixed"]


def describe_layers(model):
    """Name, kind, shape and sizes of each layer, as plain data."""
    return [
        (
            layer.name,
            type(layer).__name__,
            _output_shape(layer),
            _n_values(layer.trainable_weights),
            _n_values(layer.non_trainable_weights),
        )
        for layer in model.layers
    ]


def _output_shape(layer):
    """Of one sample; of several outputs, the first is what the next layer reads."""
    output = layer.output
    first = output[0] if isinstance(output, (list, tuple)) else output
    return tuple(first.shape[1:])


def _n_values(weights):
    return sum(math.prod(weight.shape) for weight in weights)


class ShowsLayers:
    """Mixin of the estimators that have a network: the table of its layers.

    The table comes from what `fit` noted in `_layers`: no network is built for it.
    """

    @property
    def layers_(self) -> pd.DataFrame:
        """The network's layers, a row each."""
        if not self.initialized_:
            raise AttributeError(
                f"This {type(self).__name__} has no layers_ before it is fitted."
            )
        return pd.DataFrame(self._layers, columns=_COLUMNS).set_index("layer")

    def __dir__(self):
        # scikit-learn's diagrams and its own `__dir__` get every attribute that is
        # listed here. A network whose `model_` was taken is never lent out again.
        names = set(object.__dir__(self)) - {"model_"}
        return [name for name in names if hasattr(self, name)]
