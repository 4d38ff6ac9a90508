"""Draw the weights of a network anew."""

import keras
import numpy as np


def copies(variables, weights):
    """The variables of a new optimizer that start as a copy of a weight, with it.

    Schedule-free optimizers have such variables. New weights must be copied to them.
    """
    pairs = []
    for variable in variables:
        value = variable.numpy()
        same = [w for w in weights if value.any() and np.array_equal(value, w.numpy())]
        pairs += [(variable, weight) for weight in same[:1]]
    return pairs


#: Initializers whose name does not follow from the name of the weight.
_INITIALIZER_OF = {"recurrent_kernel": "recurrent_initializer"}


def leaf_layers(layers):
    """The layers that hold weights, also inside wrappers and recurrent layers."""
    for layer in layers:
        if isinstance(layer, keras.layers.Bidirectional):
            yield from leaf_layers([layer.forward_layer, layer.backward_layer])
        else:
            yield getattr(layer, "cell", layer)


def initialize(layer, seeds):
    """Run the initializers of a layer again, each with its own seed."""
    for variable in layer.weights:
        name = variable.name
        initializer_name = _INITIALIZER_OF.get(name, f"{name}_initializer")
        initializer = getattr(layer, initializer_name)
        config = initializer.get_config()
        if "seed" in config:
            config["seed"] = int(seeds.randint(2**31 - 1))
        fresh = type(initializer).from_config(config)
        variable.assign(fresh(variable.shape, dtype=variable.dtype))
