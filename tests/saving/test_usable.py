"""Whether an estimator out of a file can be used, with all that it holds."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor

from skseqconv import PerStep, Standardizer
from skseqconv.saving._usable import DEEPEST, LacksParameters, check_usable


def nested(depth):
    """So many estimators, one in the other."""
    model = Standardizer()
    for _ in range(depth - 1):
        model = PerStep(model)
    return model


def broken(*parameters):
    model = Standardizer()
    for name in parameters or ["with_std"]:
        delattr(model, name)
    return model


def learned(model):
    """It stands in an attribute, not in a parameter."""
    outer = Standardizer()
    outer.inner_ = model
    return outer


HOLDERS = {
    "itself": lambda model: model,
    "a parameter": PerStep,
    "an attribute": learned,
    "a Pipeline": lambda model: make_pipeline(Standardizer(), model),
    "a dict": lambda model: FunctionTransformer(kw_args={"a": 1, "b": model}),
    "a tuple": lambda model: FunctionTransformer(kw_args={"a": (1, (2, model))}),
    "a set": lambda model: FunctionTransformer(kw_args={"a": {1, model}}),
    "an array": lambda model: FunctionTransformer(
        kw_args={"a": np.array([[1], [model]], dtype=object)}
    ),
}
EACH_HOLDER = pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)


@EACH_HOLDER
def test_what_lacks_a_parameter_is_found(holder):
    check_usable(holder(Standardizer()))
    with pytest.raises(LacksParameters, match=r"^a Standardizer without with_std$"):
        check_usable(holder(broken()))


def test_objects_of_others_are_not_looked_into():
    class Other:
        held = broken()

    other = Other()
    other.own = broken()
    check_usable(FunctionTransformer(kw_args={"a": other}))
    fitted = DecisionTreeRegressor().fit([[0], [1]], [0, 1])
    assert not hasattr(fitted.tree_, "__dict__")  # of scikit-learn, in Cython
    check_usable(fitted)


def test_all_parameters_that_lack_are_named():
    with pytest.raises(LacksParameters, match=r"without with_mean, with_std$"):
        check_usable(broken("with_std", "with_mean"))


@EACH_HOLDER
def test_estimators_in_each_other_are_counted(holder):
    own = 0 if holder(broken) is broken else 1
    own = 0 if holder is learned else own  # repr does not show it
    check_usable(holder(nested(DEEPEST - own)))
    with pytest.raises(ValueError, match=f"nested more than {DEEPEST} levels"):
        check_usable(holder(nested(DEEPEST - own + 1)))


def test_the_deepest_of_several_counts():
    for parts in ([nested(2), nested(DEEPEST)], [nested(DEEPEST), nested(2)]):
        with pytest.raises(ValueError, match="nested more than"):
            check_usable(make_pipeline(*parts))
    shared = nested(DEEPEST - 2)
    check_usable(make_pipeline(PerStep(shared), shared, shared))
    with pytest.raises(ValueError, match="nested more than"):
        check_usable(make_pipeline(shared, PerStep(PerStep(shared)), shared))


def test_estimators_beside_each_other_are_as_many_as_one_likes():
    check_usable(make_pipeline(*[Standardizer() for _ in range(3 * DEEPEST)]))
