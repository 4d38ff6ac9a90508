"""What holds for every estimator and transformer."""

import inspect

import pytest
import sklearn
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from skseqconv import (
    CalendarFeatures,
    Conv1DClassifier,
    Conv1DGRUClassifier,
    Conv1DGRURegressor,
    Conv1DRegressor,
    FlattenWindows,
    FlatWindowRegressor,
    LinearAutoregression,
    LookbackWindower,
    MiniRocket,
    PersistenceRegressor,
    PerStep,
    Standardizer,
    TokenSequencer,
)

TRANSFORMERS = [
    Standardizer(),
    PerStep(StandardScaler()),
    PerStep(SimpleImputer(keep_empty_features=True)),
    PerStep(PCA()),
    # Windows of one row would be the rows themselves, and prove nothing.
    LookbackWindower(3),
    FlattenWindows(),
    # The checks' tables have fewer columns than a kernel has weights.
    MiniRocket(168, on_short="pad"),
    # The checks' tables come to it as whole numbers, as to all that takes categories.
    TokenSequencer(),
    CalendarFeatures(),
]
# The checks' tables have few columns, two at the least: "same" padding keeps them.
# Some want a training score above 0.5, on 10 columns of no order, within the epochs.
CONVOLUTION = {
    "n_conv": 1,
    "kernel_size": 20,  # sees all columns from any of them
    "padding": "same",
    "epochs": 40,
    "batch_size": 64,  # few batches, which one compiled program trains on
    "learning_rate": 0.05,
    "random_state": 0,
}
GRU = {**CONVOLUTION, "gru_units": 8, "gru_dropout": 0.0, "recurrent_dropout": 0.0}
ASK_FOR_A_SCORE = (
    estimator_checks.check_regressors_train,
    estimator_checks.check_classifiers_train,
)
CLASSIFIERS = [Conv1DClassifier(**CONVOLUTION), Conv1DGRUClassifier(**GRU)]
NETWORKS = [
    Conv1DRegressor(**CONVOLUTION),
    Conv1DGRURegressor(**GRU),
    *CLASSIFIERS,
]
SEASONAL = PersistenceRegressor(period=2, delay=1)
REGRESSORS = [
    PersistenceRegressor(),
    SEASONAL,
    LinearAutoregression(),
    LinearAutoregression(alpha=1.0),
    FlatWindowRegressor(),
    *NETWORKS[:2],
]
ESTIMATORS = [*TRANSFORMERS, *REGRESSORS, *CLASSIFIERS]

# The checks compare outputs by np.asarray, which windows without history answer, but
# not silently. Their y has nothing to do with X, and baselines say so. Some X lie far
# from zero.
pytestmark = [
    pytest.mark.filterwarnings("ignore::skseqconv.MissingHistoryWarning"),
    pytest.mark.filterwarnings("ignore:y.* and channel .* to have different units"),
    pytest.mark.filterwarnings("ignore:Channel .* Put Standardizer"),
]


#: Those that fit arrays, which have no dates to read.
CHECKS_OF_ARRAYS = """
    check_fit_score_takes_y check_estimators_overwrite_params
    check_dont_overwrite_parameters check_estimators_fit_returns_self
    check_readonly_memmap_input check_n_features_in_after_fitting
    check_positive_only_tag_during_fit check_estimators_dtypes check_complex_data
    check_dtype_object check_estimators_empty_data_messages check_pipeline_consistency
    check_estimators_nan_inf check_estimator_sparse_tag check_estimator_sparse_array
    check_estimator_sparse_matrix check_estimators_pickle
    check_f_contiguous_array_estimator check_transformer_data_not_an_array
    check_transformer_general check_transformer_preserve_dtypes
    check_methods_sample_order_invariance check_methods_subset_invariance
    check_fit2d_1sample check_fit2d_1feature check_dict_unchanged check_fit_idempotent
    check_fit_check_is_fitted check_n_features_in check_fit2d_predict1d
""".split()


def expected_failures(estimator):
    if isinstance(estimator, CalendarFeatures):
        no_dates = "it reads the dates of a table, and refuses arrays, which have none"
        return dict.fromkeys(CHECKS_OF_ARRAYS, no_dates)
    if isinstance(estimator, LookbackWindower):
        return {
            "check_methods_sample_order_invariance": (
                "rows of a plain array count as consecutive: their order is their time"
            ),
            "check_methods_subset_invariance": (
                "the first window of a part of a plain array is padded at its edge"
            ),
        }
    if isinstance(estimator, TokenSequencer):
        any_length = "lists of ids have any length: their columns are no features"
        failures = {
            "check_n_features_in": any_length,
            "check_n_features_in_after_fitting": any_length,
            "check_transformer_general": any_length,
            "check_estimators_dtypes": "floats are no token ids",
        }
        if sklearn.__version__.startswith("1.6."):
            whole = "scikit-learn 1.6 subtracts a mean from whole numbers, in place"
            failures["check_positive_only_tag_during_fit"] = whole
        return failures
    if estimator is SEASONAL:
        return {"check_fit2d_1feature": "a window of one step is not a period long"}
    if estimator in NETWORKS:
        return {
            "check_estimator_tags_renamed": (
                "scikeras' base class still defines _more_tags, which nothing reads"
            ),
            "check_sample_weight_equivalence_on_dense_data": (
                "mini-batches of repeated samples are not those of weighted ones"
            ),
        }
    return {}


every_check = parametrize_with_checks(
    ESTIMATORS, expected_failed_checks=expected_failures
)


def marked_checks(names, cases):
    """scikit-learn's cases, those of networks marked.

    Array API dispatch is not supported; scikit-learn would skip its check.
    """
    marked = []
    for case in cases:
        estimator, check = getattr(case, "values", case)
        marks = list(getattr(case, "marks", ()))
        if estimator in NETWORKS:
            marks.append(pytest.mark.trains)
        if getattr(check, "func", check).__name__ != "check_array_api_input":
            marked.append(pytest.param(estimator, check, marks=marks))
    return names, marked


@pytest.mark.parametrize(*marked_checks(*every_check.args), **every_check.kwargs)
def test_scikit_learn_checks(estimator, check):
    if estimator in NETWORKS and getattr(check, "func", check) not in ASK_FOR_A_SCORE:
        estimator = clone(estimator).set_params(epochs=2)
    check(estimator)


def test_a_period_without_a_delay_fails_checks_by_asking_for_it():
    """No plain array knows its delay, and none is guessed: whatever fits it is told."""
    results = check_estimator(
        PersistenceRegressor(period=2), on_fail=None, on_skip=None
    )
    failed = {r["check_name"]: r["exception"] for r in results if r["exception"]}
    failed.pop("check_array_api_input", None)  # skipped
    assert len(failed) > 20
    for name, error in failed.items():
        while error and "know how far ahead this time is. Set delay." not in str(error):
            error = error.__cause__ or error.__context__
        assert error, name


def comparable(params):
    return {
        name: repr(value) if hasattr(value, "get_params") else value
        for name, value in params.items()
    }


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_every_parameter_has_a_constraint(estimator):
    signature = inspect.signature(type(estimator).__init__).parameters
    assert set(estimator._parameter_constraints) == set(signature) - {"self"}
    kinds = {parameter.kind for parameter in signature.values()}
    assert not kinds & {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_clone_keeps_every_parameter(estimator):
    params = estimator.get_params()
    assert set(params) >= set(inspect.signature(type(estimator)).parameters)
    assert comparable(clone(estimator).get_params()) == comparable(params)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_init_only_assigns(estimator):
    for name, value in estimator.get_params(deep=False).items():
        given = type(estimator)(**{name: value} | _required(estimator))
        assert getattr(given, name) is value


def _required(estimator):
    """Values of the parameters that have no default."""
    parameters = inspect.signature(type(estimator)).parameters.values()
    return {
        parameter.name: getattr(estimator, parameter.name)
        for parameter in parameters
        if parameter.default is parameter.empty
    }


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_predictors_are_told_from_transformers(estimator):
    predicts = is_regressor(estimator) or is_classifier(estimator)
    assert predicts is hasattr(estimator, "predict")
    assert is_classifier(estimator) is hasattr(estimator, "predict_proba")
    assert hasattr(estimator, "transform") is not hasattr(estimator, "predict")


def test_kinds_of_estimators():
    assert all(is_regressor(estimator) for estimator in REGRESSORS)
    assert all(is_classifier(estimator) for estimator in CLASSIFIERS)
    assert not any(is_regressor(estimator) for estimator in TRANSFORMERS)
