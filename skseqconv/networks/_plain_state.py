"""An estimator's state as plain data: Keras' optimizers become their settings."""

import importlib
from inspect import signature

import numpy as np

#: Where Keras has its own losses, metrics, optimizers and schedules, and their base
#: classes. Their configurations are read here: Keras' own reader may import and call
#: what a file names.
_BASES = {
    "keras.losses": "Loss",
    "keras.metrics": "Metric",
    "keras.optimizers": "Optimizer",
    "keras.optimizers.schedules": "LearningRateSchedule",
}


def plain_state(state):
    """An estimator's state, with what is Keras' own as plain data."""
    plain = {}

    def described(value):
        if id(value) not in plain:  # one object stays one
            plain[id(value)] = _description(value)
        return plain[id(value)]

    return _mapped(state, described)


def restored_state(state):
    """The state that `plain_state` was given. Other states are refused."""
    made = {}

    def restored(value):
        described = isinstance(value, dict) and "class_name" in value
        if described and id(value) not in made:
            made[id(value)] = _keras_object(value)
        return made.get(id(value), value)

    state = _mapped(state, restored)
    if "_architecture" in state:
        _check_network(state["_architecture"], state.get("_compiled_with"))
    return state


def _mapped(state, change):
    """A state with its losses, optimizers and metrics changed."""

    def changed(value):
        if isinstance(value, list | tuple):  # metrics
            return type(value)(map(change, value))
        return change(value)

    names = ("loss", "optimizer", "metrics")
    held = {name: changed(state[name]) for name in names if name in state}
    if "_compiled_with" in state:
        held["_compiled_with"] = tuple(map(changed, state["_compiled_with"]))
    return {**state, **held}


def _description(value):
    if type(value).__module__.partition(".")[0] != "keras":
        return value
    import keras

    kinds = keras.losses.Loss, keras.metrics.Metric, keras.optimizers.Optimizer
    if not isinstance(value, kinds):
        return value
    description = keras.saving.serialize_keras_object(value)
    if isinstance(value, keras.losses.Loss):  # its configuration may be incomplete
        others = {"dtype": value.dtype, **getattr(value, "_fn_kwargs", {})}
        description["config"] = {**others, **description["config"]}
    try:
        _class_and_config(description)
    except ValueError:
        return value  # holds an object of somebody else
    return description


def _keras_object(description):
    cls, config = _class_and_config(description)
    for name, value in config.items():
        if isinstance(value, dict):
            config[name] = _keras_object(value)
    return cls.from_config(config)


def _class_and_config(description):
    home, name = description.get("module"), description.get("class_name")
    config = description.get("config")
    if home in _BASES and isinstance(name, str) and isinstance(config, dict):
        module = importlib.import_module(home)
        cls, base = getattr(module, name, None), getattr(module, _BASES[home])
        known = isinstance(cls, type) and issubclass(cls, base)
        if known and all(_is_setting(*item) for item in config.items()):
            return cls, dict(config)
    raise ValueError(
        f"{str(description)[:200]} describes none of Keras' own losses, metrics, "
        "optimizers and learning rate schedules."
    )


def _is_metric(value):
    if isinstance(value, str):
        return True
    import keras

    return isinstance(value, keras.metrics.Metric)


def _is_setting(name, value):
    if name == "fn":  # the name of a function, for which Keras would search
        return False
    if name == "learning_rate" and isinstance(value, dict):
        return value.get("module") == "keras.optimizers.schedules"
    return _is_plain(value)


def plain(value):
    """An option of a network: NumPy numbers and sequences, also nested, made plain."""
    if isinstance(value, str):
        return value
    if hasattr(value, "__len__"):
        return [plain(one) for one in value]
    return np.asarray(value).tolist()


def _is_option(name, value):
    """Whether a value is plain; parallel widths are lists in a list."""
    if name == "kernel_size" and isinstance(value, list):
        return all(map(_is_plain, value))
    return _is_plain(value)


def _is_plain(value):
    if isinstance(value, list):
        return all(isinstance(one, int | float) for one in value)
    return value is None or isinstance(value, str | int | float)


def _check_network(architecture, compiled_with):
    """Refuse what does not describe a network. Keras would run what it names."""
    from ._registry import NETWORKS

    plain = isinstance(architecture, dict) and architecture.get("network") in NETWORKS
    if plain:
        build = NETWORKS[architecture["network"]].build
        plain = set(architecture) <= {"network", *signature(build).parameters}
        plain = plain and all(_is_option(*item) for item in architecture.items())
    if not plain:
        raise ValueError(
            f"The saved description of a network is not valid: "
            f"{str(architecture)[:200]}. Use an undamaged file, or fit again."
        )
    loss, optimizer, *metrics = compiled_with or (None, None)
    metrics = [one for some in metrics for one in some]
    if isinstance(optimizer, dict) or not all(map(_is_metric, metrics)):
        raise ValueError(
            f"The saved optimizer or metrics are not valid: "
            f"{str(compiled_with)[:200]}. Use an undamaged file, or fit again."
        )
    if not (isinstance(loss, str) or callable(loss)):
        raise ValueError(
            f"The saved loss is not valid: {str(loss)[:200]}. Use an undamaged file, "
            "or fit again."
        )
