"""A network's layers: as a table, and unfolding in scikit-learn's diagrams."""

import math

import pandas as pd
from sklearn.base import BaseEstimator

from skseqconv.networks._registry import NETWORKS

#: What `layers_` says of a layer.
_COLUMNS = ["layer", "kind", "output_shape", "n_parameters", "n_fixed"]

#: The same, where there is room for words.
_HEADINGS = ["Layer", "Kind", "Output shape", "Parameters", "Not trained"]

#: Attributes that the diagram does not list: asking for `model_` would keep the
#: network from ever being used again, and the layers have a table of their own.
_NOT_LISTED = {"model_", "layers_"}


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
    """Mixin of the estimators that have a network: what they show of it.

    All comes from what a fit noted down in `_layers`, or before it from the parameters:
    no network is built, or taken from the pool, or looked at, for a picture.
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
        # scikit-learn's own asks for every attribute, to leave out those that there
        # are not; asking for `model_` has consequences.
        names = set(object.__dir__(self)) - {"model_"}
        names = [name for name in names if hasattr(self, name)]
        return [*names, "model_"] if self.initialized_ else names

    # These two are the private methods of scikit-learn's that have a part in it. They
    # are called for an estimator wherever it stands in a diagram, the second only if
    # the whole is fitted; where they no longer are, diagrams are without layers.

    def _get_params_html(self, deep=True, doc_link=""):
        """Add the layers to be to what the diagram shows before a fit."""
        params = super()._get_params_html(deep, doc_link)
        if self.initialized_:
            return params
        try:
            kind = NETWORKS[self._network_name]
            planned = kind.planned_layers(self.get_params(deep=False))
        except (TypeError, ValueError):  # fit says what is wrong with the parameters
            return params
        if not planned:
            return params
        layers, others = planned_html(planned), params._html_repr
        params._html_repr = lambda: others() + layers
        return params

    def _get_fitted_attr_html(self, doc_link=""):
        """Add the layers to what the diagram shows of a fitted estimator."""
        attributes = BaseEstimator._get_fitted_attr_html(_Listed(self), doc_link)
        if self.initialized_:
            layers, others = layers_html(self._layers), attributes._html_repr
            attributes._html_repr = lambda: layers + others()
        return attributes


class _Listed:
    """An estimator, for those who list its attributes by asking for each of them."""

    def __init__(self, estimator):
        self._estimator = estimator

    @property
    def __class__(self):
        return type(self._estimator)

    def __dir__(self):
        return set(dir(self._estimator)) - _NOT_LISTED

    def __getattr__(self, name):
        return getattr(self._estimator, name)


def planned_html(rows):
    """Layers before a fit, as a table that unfolds."""
    table = pd.DataFrame(rows, columns=["Layer", "What it is"]).to_html(
        index=False, border=0, classes="parameters-table"
    )
    return _unfolding("Layers to be", table)


def layers_html(layers):
    """A table of layers that unfolds, in the style of scikit-learn's others."""
    *_, n_parameters, n_fixed = zip(*layers, strict=True)
    rows = [(name, kind, _as_text(shape), *n) for name, kind, shape, *n in layers]
    rows.append(("all", "", "", sum(n_parameters), sum(n_fixed)))
    table = pd.DataFrame(rows, columns=_HEADINGS).to_html(
        index=False, border=0, classes="parameters-table", formatters=_FORMATTERS
    )
    title = f"{len(layers)} layers, {sum(n_parameters):,} parameters"
    return _unfolding(title, table)


def _unfolding(title, table):
    return (
        '<div class="estimator-table default"><details>'
        f"<summary>{title}</summary>{table}</details></div>"
    )


def _as_text(shape):
    return " x ".join(map(str, shape))


_FORMATTERS = dict.fromkeys(_HEADINGS[-2:], "{:,}".format)
