"""Weights drawn anew, and what of a layer must be forgotten with the old ones."""

import keras
import numpy as np


def copies(variables, weights):
    """The variables of a new optimizer that begin as a weight, each with that weight.

    Those of a schedule-free one do: with weights drawn anew they must, too.
    """
    pairs = []
    for variable in variables:
        value = variable.numpy()
        same = [w for w in weights if value.any() and np.array_equal(value, w.numpy())]
        pairs += [(variable, weight) for weight in same[:1]]
    return pairs


#: Where a weight's initializer has another name than the weight.
_INITIALIZER_OF = {"recurrent_kernel": "recurrent_initializer"}


def leaf_layers(layers):
    """The layers that hold weights, inside wrappers and recurrent layers too."""
    for layer in layers:
        if isinstance(layer, keras.layers.Bidirectional):
            yield from leaf_layers([layer.forward_layer, layer.backward_layer])
        else:
            yield getattr(layer, "cell", layer)


def initialize(layer, seeds):
    """Run a layer's initializers again, each with a seed of its own."""
    for variable in layer.weights:
        name = variable.name
        initializer_name = _INITIALIZER_OF.get(name, f"{name}_initializer")
        initializer = getattr(layer, initializer_name)
        config = initializer.get_config()
        if "seed" in config:
            config["seed"] = int(seeds.randint(2**31 - 1))
        fresh = type(initializer).from_config(config)
        variable.assign(fresh(variable.shape, dtype=variable.dtype))
