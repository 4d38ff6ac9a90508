"""Whether the last fit of a Pipeline came to its end.

scikit-learn's Pipeline fits its steps in place, one after the other. If a fit fails
or is interrupted, new transformers stand before an estimator of the fit before.
"""

from skseqconv._unwrap import fitted_steps
from skseqconv.inputs._fitted_steps import fitted_before
from skseqconv.transformers._row_wise import RowWise


def check_finished(model):
    """Refuse a model that has an estimator behind other steps than in its fit."""
    names, steps = [], []
    for _, one in fitted_steps(model):
        if not fitted_before(one, steps):
            kind = type(one).__name__
            raise ValueError(
                "The last fit of this Pipeline did not finish, or a step was replaced: "
                f"its {kind} was fitted after other steps than the present ones "
                f"({', '.join(names)}), so its predictions would be wrong. Fit the "
                "whole Pipeline again, or load the last saved one."
            )
        if isinstance(one, RowWise) and "_step" in vars(one):
            names.append(type(one).__name__)
            steps.append(one._step)
