"""What takes part in a comparison, checked before anything is trained."""

from collections import Counter
from collections.abc import Mapping

from sklearn import get_config
from sklearn.base import is_classifier, is_regressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import make_pipeline

from skseqconv._unwrap import last_step
from skseqconv.baselines._persistence import PersistenceRegressor
from skseqconv.series._series_view import SeriesView
from skseqconv.series._window_view import WindowView
from skseqconv.transformers._windower import LookbackWindower

#: Columns of the predictions, which no model can be called.
RESERVED = ("fold", "truth")


# The models, and what they have to beat.


def named_models(models):
    """Models by name, all of one kind; a list is named as make_pipeline names steps."""
    if isinstance(models, Mapping):
        named = dict(models)
    elif isinstance(models, (list, tuple)):
        named = dict(zip(_names_of(models), models, strict=True))
    else:
        raise ValueError(
            "models must be a dict of names and estimators, or a list of estimators, "
            f"got {models!r}."
        )
    if not named:
        raise ValueError(f"models={models!r} is empty: there is nothing to compare.")
    for name, model in named.items():
        if not isinstance(name, str) or not name or name in RESERVED:
            raise ValueError(
                f"models has the name {name!r}: names must be str, not empty, and "
                f"none of {', '.join(map(repr, RESERVED))}."
            )
        check_model(f"models[{name!r}]", model)
    kinds = {name: kind_of_model(model) for name, model in named.items()}
    if len(set(kinds.values())) > 1:
        listed = ", ".join(f"{name!r} is a {kind}" for name, kind in kinds.items())
        raise ValueError(f"models are of different kinds: {listed}.")
    return named


def _names_of(models):
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
            f"{parameter} is the class {model.__name__}: give an estimator, "
            f"{model.__name__}()."
        )
    needed = ("fit", "predict", "get_params", "__sklearn_tags__")
    missing = [name for name in needed if not hasattr(model, name)]
    if missing:
        raise ValueError(
            f"{parameter}={model!r} is no estimator that predicts: it has no "
            f"{missing[0]}."
        )
    if kind_of_model(model) is None:
        raise ValueError(
            f"{parameter}={model!r} is neither a regressor nor a classifier."
        )


def kind_of_model(model):
    if is_classifier(model):
        return "classifier"
    return "regressor" if is_regressor(model) else None


def with_baseline(models, baseline, X):
    """The models, with the baseline before them if it is not one of them.

    Returns the models by name and the name of the baseline, or None.
    """
    kind = kind_of_model(next(iter(models.values())))
    same = [name for name, model in models.items() if model is baseline]
    if baseline is None or same:
        return models, same[0] if same else None
    if isinstance(baseline, str) and baseline != "auto":
        if baseline not in models:
            raise ValueError(
                f"baseline={baseline!r} is none of the models, {', '.join(models)}: "
                'name one of them, or give an estimator, "auto" or None.'
            )
        return models, baseline
    if isinstance(baseline, str):
        name, baseline = _common_sense(X, kind)
        if name in models:
            return models, name
    else:
        check_model("baseline", baseline)
        [name] = _names_of([baseline])
        if kind_of_model(baseline) != kind:
            raise ValueError(
                f"baseline={baseline!r} is a {kind_of_model(baseline)}, the models "
                f"are {kind}s."
            )
        if name in models:
            raise ValueError(
                f"baseline={baseline!r} would be called {name!r}, as one of the models "
                "is: put it among them, under another name, and give that name."
            )
    return {name: baseline, **models}, name


def _common_sense(X, kind):
    """Name and estimator of what asks for no learning, for this X."""
    if kind == "classifier":
        return "prior", _asking(DummyClassifier(strategy="prior"))
    if isinstance(X, WindowView) and X.target:
        return "persistence", PersistenceRegressor()
    if not (isinstance(X, SeriesView) and X.target):
        return "mean", _asking(DummyRegressor())
    return "persistence", make_pipeline(LookbackWindower(1), PersistenceRegressor())


def _asking(dummy):
    """With routing enabled nothing comes that is not asked for."""
    if get_config()["enable_metadata_routing"]:
        dummy.set_fit_request(sample_weight=True)
    return dummy


def check_target(X, y):
    if y is None:
        raise ValueError("y=None: models are compared by what they predict, give y.")
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if len(y) != n_rows:
        raise ValueError(f"X has {n_rows} rows and y has {len(y)}: both need as many.")
