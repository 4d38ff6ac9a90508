"""The models of a comparison, checked before training."""

from collections import Counter
from collections.abc import Mapping

from sklearn.base import is_classifier, is_regressor
from sklearn.utils.validation import _num_samples

from skseqconv._unwrap import last_step
from skseqconv.series._order_of_y import check_order

#: Columns of the predictions. Models cannot have these names.
RESERVED = ("fold", "truth")


def named_models(models):
    """Models of one kind by name; those of a list are named as in `make_pipeline`."""
    if isinstance(models, Mapping):
        named = dict(models)
    elif isinstance(models, (list, tuple)):
        named = dict(zip(names_of(models), models, strict=True))
    else:
        raise ValueError(
            f"models={models!r} must be a dict of names and estimators, or a list of "
            "estimators."
        )
    if not named:
        raise ValueError(f"models={models!r} must hold at least one estimator.")
    for name, model in named.items():
        if not isinstance(name, str) or not name or name in RESERVED:
            raise ValueError(
                f"models has the name {name!r}: names must be non-empty str other "
                f"than {' and '.join(map(repr, RESERVED))}."
            )
        check_model(f"models[{name!r}]", model)
    kinds = {name: kind_of_model(model) for name, model in named.items()}
    if len(set(kinds.values())) > 1:
        listed = ", ".join(f"{name!r} is a {kind}" for name, kind in kinds.items())
        raise ValueError(f"models must be of one kind, but {listed}.")
    return named


def names_of(models):
    names = [last_step(model).__class__.__name__.lower() for model in models]
    total, seen = Counter(names), Counter()
    for at, name in enumerate(names):
        if total[name] > 1:
            seen[name] += 1
            names[at] = f"{name}-{seen[name]}"
    return names


def check_model(parameter, model):
    if isinstance(model, type):
        raise ValueError(
            f"{parameter} is the class {model.__name__}: give an instance, "
            f"{model.__name__}()."
        )
    needed = ("fit", "predict", "get_params", "__sklearn_tags__")
    missing = [name for name in needed if not hasattr(model, name)]
    if missing:
        raise ValueError(
            f"{parameter}={model!r} has no {missing[0]}: give a regressor or a "
            "classifier."
        )
    if kind_of_model(model) is None:
        raise ValueError(f"{parameter}={model!r} must be a regressor or a classifier.")


def kind_of_model(model):
    if is_classifier(model):
        return "classifier"
    return "regressor" if is_regressor(model) else None


def check_target(X, y):
    if y is None:
        raise ValueError("y=None: a comparison needs the targets. Give y.")
    n_rows = _num_samples(X)
    if len(y) != n_rows:
        raise ValueError(f"X has {n_rows} rows and y has {len(y)}: they must be equal.")
    check_order(X, y)
