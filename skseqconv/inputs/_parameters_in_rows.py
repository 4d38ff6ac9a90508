"""Parameters of an estimator that count rows, given as time spans such as "7D"."""

from sklearn.utils._param_validation import (
    InvalidParameterError,
    validate_parameter_constraints,
)

from skseqconv._counts import plain_number
from skseqconv.series.times._time_spans import each_in_rows, spans_in_words


def checked_in_rows(estimator, names, X):
    """Check all parameters; give some as numbers of rows of X.

    Parameters
    ----------
    estimator : estimator
    names : sequence of str
        Parameters that may be time spans, or sequences of these.
    X : View, DataFrame or array

    Returns
    -------
    in_rows : list
        The values of these parameters, with spans as numbers of rows.
    """
    given = estimator.get_params(deep=False)
    found = {name: each_in_rows(name, given[name], X) for name in names}
    try:
        validate_parameter_constraints(
            estimator._parameter_constraints,
            given | found,
            caller_name=type(estimator).__name__,
        )
    except InvalidParameterError as error:
        for name in names:
            if isinstance(given[name], str) and f"The {name!r} param" in str(error):
                said = f"{error} {spans_in_words(given[name])}"
                raise InvalidParameterError(said) from None
        raise
    return list(map(plain_number, found.values()))
