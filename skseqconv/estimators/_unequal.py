"""Series of other lengths than in the fit, and of unequal length.

The weights of a network do not depend on the length of the series, apart from a few
options. So a network of the same weights with a mask reads series of any length. There
is one for each length that is rounded up, so that a few serve all.
"""

from inspect import signature

from skseqconv.inputs._sequences import PanelSequences
from skseqconv.inputs._swapped import hint_if_swapped
from skseqconv.networks._lengths import OF_LENGTHS, what_fits
from skseqconv.networks._per_layer import per_layer
from skseqconv.networks._registry import NETWORKS


def is_panel(X):
    """Whether sequences are samples of a panel, which may have any length."""
    return isinstance(X, PanelSequences) and X.ndim > 2


def reads_unequal(architecture):
    """Whether a network has a mask."""
    return bool(architecture.get("mask_padding"))


def architecture_for_lengths(architecture, X, name):
    """The description of a network with the same weights that reads these samples.

    Parameters
    ----------
    architecture : dict
        Description of the network of a fit.
    X : Sequences
    name : str
        Names the samples in messages.

    Returns
    -------
    architecture : dict
        The same object if it reads them already.

    Raises
    ------
    ValueError
        If no such network exists, or a sample is too short for it.
    """
    if not is_panel(X):
        return architecture
    n_steps, n_channels = X.shape[1:]
    known = architecture["input_shape"][0]
    if n_steps == known and X.lengths is None:
        return architecture
    _check_independent(architecture, n_steps, known, X.lengths is not None)
    check_shortest(architecture, X, name)
    if reads_unequal(architecture) and n_steps <= known:
        return architecture
    longest = known if n_steps <= known else _rounded(n_steps)
    shape = [longest, int(n_channels)]
    return architecture | {"mask_padding": True, "input_shape": shape}


def widened(X, architecture):
    """Sequences as long as a network reads them."""
    return X.wide(architecture["input_shape"][0]) if is_panel(X) else X


def _rounded(n_steps):
    """A length that is at most a quarter longer, one of four for each doubling."""
    step = 2 ** max(0, int(n_steps).bit_length() - 3)
    return -(-int(n_steps) // step) * step


def check_shortest(architecture, X, name="X"):
    """Refuse samples that are shorter than the network needs."""
    lengths, n_steps = X.lengths, X.shape[1]
    shortest = n_steps if lengths is None else int(lengths.min())
    needed = NETWORKS[architecture["network"]].shortest(architecture)
    if shortest >= needed:
        return
    if lengths is None:
        has = f"The samples of {name} have {shortest} time steps"
    else:
        which = int(lengths.argmin())
        has = f"The shortest sample of {name} ({which}) has {shortest} time steps"
    layers = {one: architecture[one] for one in (*OF_LENGTHS, "padding")}
    hint = hint_if_swapped(X.shape) if is_panel(X) else ""
    raise ValueError(
        f"{has}, but this network needs {needed}. Fit with "
        f"{what_fits(shortest, layers)}, or leave shorter samples out. {hint}".rstrip()
    )


def _check_independent(architecture, n_steps, known, unequal):
    """Refuse a network whose weights or layers depend on the length of the series."""
    build = NETWORKS[architecture["network"]].build
    strided = (
        "strides" in architecture
        and max(per_layer(architecture["strides"], architecture["n_conv"], "strides"))
        > 1
    )
    reason = None
    if architecture.get("global_pooling") == "flatten":
        reason = "global_pooling='flatten' has weights for each time step"
        way_out = "global_pooling='max', 'average' or 'last'"
    elif architecture.get("window_norm") is not None:
        reason = "its forecasts start from a level that is read from that many steps"
        way_out = "level=None and window_norm=None"
    elif strided and architecture.get("padding") == "same":
        reason = "strides with padding='same' depend on the length"
        way_out = "padding='causal' or 'valid', or strides=1"
    elif "mask_padding" not in signature(build).parameters:
        reason = f"the network {architecture['network']!r} has no mask"
        way_out = "a network with the option mask_padding"
    if reason is None:
        return
    has = "series of unequal length" if unequal else f"series of {n_steps} time steps"
    raise ValueError(
        f"X has {has}, but this network needs {known} time steps: {reason}. Fit with "
        f"{way_out} to use series of other lengths."
    )
