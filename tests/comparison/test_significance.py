"""What differences mean: tests of significance, skill, and the words for them."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from skseqconv._metrics import Metric
from skseqconv.comparison._significance import corrected_t_test, diebold_mariano, skill
from skseqconv.comparison._words import readable, sentence, spoken

SURE = {"folds": 3, "p_value": 0.0}
ERROR = Metric("error", greater_is_better=False, perfect=0.0)


@pytest.mark.parametrize(
    "p_value, rivals, rare",
    [(0.05, 1, False), (0.0499, 1, True), (0.025, 2, False), (0.0249, 2, True)],
)
def test_a_difference_is_one_below_the_level_and_not_at_it(p_value, rivals, rare):
    row = {"mean": 1.0, "reference": 2.0, "gain": 1.0, "skill": 0.5, "won": 3}
    row |= {"folds": 4, "p_value": p_value}
    said = sentence("net", "base", ERROR, row, rivals)
    assert (". Significant (p = " in said) is rare
    assert (". Not significant (p = " in said) is not rare


@pytest.mark.parametrize(
    "p_value, said", [(1e-4, "(p = 0.0001)."), (9e-5, "(p < 0.0001).")]
)
def test_small_p_values_are_not_zero(p_value, said):
    row = {"mean": 1.0, "reference": 2.0, "gain": 1.0, "skill": 0.5, "won": 3}
    row |= {"folds": 4, "p_value": p_value}
    assert said in sentence("net", "base", ERROR, row)


@pytest.mark.parametrize(
    "p_value, rivals, said",
    [
        (0.7, 1, "Not significant (p = 0.7)."),
        (0.2, 2, "Not significant (p = 0.4, corrected for choosing the best of 2)."),
        (0.7, 2, "Not significant (p = 1, corrected for choosing the best of 2)."),
    ],
)
def test_p_values_of_the_best_of_several(p_value, rivals, said):
    row = {"mean": 1.0, "reference": 2.0, "gain": 1.0, "skill": 0.5, "won": 3}
    row |= {"folds": 4, "p_value": p_value}
    assert sentence("net", "base", ERROR, row, rivals).endswith(said)


@pytest.mark.parametrize(
    "number, text, in_table",
    [
        (2.6, "2.60", "2.6"),
        (0.0, "0.00", "0"),
        (100.0, "100", "100"),
        (999.7, "1,000", "1,000"),
        (1250.4, "1,250", "1,250"),
        (1e-5, "1.00e-05", "1e-05"),
        (-0.5, "-0.500", "-0.5"),
        (np.nan, "nan", "nan"),
    ],
)
def test_numbers_of_sentences_have_all_their_digits(number, text, in_table):
    assert (spoken(number), readable(number)) == (text, in_table)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_gains_that_are_not_finite_have_no_t_test(value):
    gains = np.array([1.0, value, 2.0])
    assert np.isnan(corrected_t_test(gains, [30] * 3, [10] * 3)).all()


@pytest.mark.parametrize("n", [2, 3, 40])
def test_degrees_of_freedom_are_those_of_the_variance(n):
    """Of the shortest horizon, too, they are fewer than n - 1."""
    gains = np.random.default_rng(n).normal(1.0, 1.0, n)
    statistic, p_value = diebold_mariano(gains, np.arange(n), 1)
    assert_allclose(p_value, 2 * stats.t(0.375 * n).sf(abs(statistic)))


def test_corrected_t_test_is_the_plain_one_where_nothing_is_shared():
    gains = np.array([0.5, 1.0, -0.2, 0.7])
    plain = stats.ttest_1samp(gains, 0.0)
    expected = plain.statistic, plain.pvalue
    assert_allclose(corrected_t_test(gains, [1.0] * 4, [0.0] * 4), expected)


def test_corrected_t_test_by_hand():
    # Variance of 1, 2, 3 is 1; (1/3 + 1/3) of it; t = 2 / sqrt(2/3), 2 degrees.
    t, p_value = corrected_t_test(np.array([1.0, 2.0, 3.0]), [30] * 3, [10] * 3)
    assert_allclose(t, np.sqrt(6))
    assert_allclose(p_value, 2 * stats.t(2).sf(np.sqrt(6)))
    assert np.isnan(corrected_t_test(np.array([1.0]), [9], [1])).all()
    assert corrected_t_test(np.zeros(3), [9] * 3, [1] * 3) == (0.0, 1.0)


@pytest.mark.parametrize("gains", [[1.0] * 3, [0.3 - 0.2, 0.4 - 0.3, 0.5 - 0.4]])
def test_equal_gains_cannot_be_tested(gains):
    gains = np.array(gains)
    assert np.isnan(corrected_t_test(gains, [9] * 3, [1] * 3)).all()
    assert np.isnan(diebold_mariano(gains, np.arange(3), 1)).all()
    least = corrected_t_test(gains * [1.0, 1.0, 1.001], [9] * 3, [1] * 3)[1]
    assert 0 < least < 1e-4


def test_size_of_the_corrected_t_test():
    """Gains of folds are correlated by n_test / (n_train + n_test) in its theory."""
    random = np.random.default_rng(0)
    n_train, n_test, folds, times = 80, 20, 5, 4000
    shared = np.sqrt(n_test / (n_train + n_test)) * random.normal(size=(times, 1))
    own = np.sqrt(n_train / (n_train + n_test)) * random.normal(size=(times, folds))
    gains = shared + own
    p_values = [corrected_t_test(g, [n_train] * 5, [n_test] * 5)[1] for g in gains]
    plain = stats.ttest_1samp(gains, 0.0, axis=1).pvalue
    assert 0.04 < np.mean(np.array(p_values) < 0.05) < 0.06
    assert np.mean(plain < 0.05) > 0.1


@pytest.mark.parametrize("horizon", [1, 2, 7])
def test_diebold_mariano_pair_by_pair(horizon, slow_diebold_mariano):
    random = np.random.default_rng(horizon)
    rows = np.sort(random.choice(200, size=90, replace=False))
    gains = random.normal(0.2, 1.0, size=90)
    expected = slow_diebold_mariano(gains, rows, horizon)
    assert_allclose(diebold_mariano(gains, rows, horizon), expected)
    order = random.permutation(90)
    assert_allclose(diebold_mariano(gains[order], rows[order], horizon), expected)


def test_diebold_mariano_of_every_kth_row_counts_the_horizon_in_rows():
    gains = np.random.default_rng(0).normal(0.1, 1.0, 300)
    rows = np.arange(300)
    alone = diebold_mariano(gains, rows, 1)
    assert np.isfinite(alone).all()
    assert_allclose(diebold_mariano(gains, rows * 144, 144), alone)
    assert_allclose(
        diebold_mariano(gains, 7 + rows * 72, 144), (diebold_mariano(gains, rows, 2))
    )
    assert np.isnan(diebold_mariano(gains[:2], rows[:2] * 72, 144)).all()


def test_diebold_mariano_of_rows_far_apart_holds_nothing_for_what_is_between():
    random = np.random.default_rng(0)
    rows = np.sort(random.choice(10**9, size=2000, replace=False))
    gains = random.normal(0.05, 1.0, 2000)
    tracemalloc.start()
    statistic, p_value = diebold_mariano(gains, rows, 144)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**6
    # Forecasts that do not overlap: a plain test, but for the divisor of the variance.
    plain = stats.ttest_1samp(gains, 0.0)
    assert_allclose((statistic, p_value), (plain.statistic, plain.pvalue), rtol=0.03)


def test_diebold_mariano_averages_rows_of_one_stamp():
    random = np.random.default_rng(0)
    gains = random.normal(size=(50, 3))
    stamps = np.repeat(np.arange(50), 3)
    together = diebold_mariano(gains.ravel(), stamps, 4)
    assert_allclose(together, diebold_mariano(gains.mean(axis=1), np.arange(50), 4))


def test_diebold_mariano_needs_more_rows_than_the_horizon():
    assert np.isnan(diebold_mariano(np.ones(5), np.arange(5), 5)).all()
    assert diebold_mariano(np.zeros(6), np.arange(6), 5) == (0.0, 1.0)


def test_size_of_diebold_mariano_for_overlapping_forecasts():
    """Errors 24 steps ahead are sums over 24 steps; a plain t-test is fooled."""
    random = np.random.default_rng(0)
    horizon, n, times = 24, 1500, 400
    noise = random.normal(size=(times, n + horizon - 1)).cumsum(axis=1)
    noise = np.pad(noise, ((0, 0), (1, 0)))
    gains = noise[:, horizon:] - noise[:, :-horizon]
    rows = np.arange(n)
    p_values = [diebold_mariano(g, rows, horizon)[1] for g in gains]
    plain = stats.ttest_1samp(gains, 0.0, axis=1).pvalue
    assert 0.03 < np.mean(np.array(p_values) < 0.05) < 0.09
    assert np.mean(plain < 0.05) > 0.5


def test_variance_stays_positive_where_equal_weights_turn_negative():
    gains = np.where(np.arange(40) % 2, 1.0, -1.0) + 0.01
    deviations = gains - gains.mean()
    lags = [deviations[k:] @ deviations[: len(gains) - k] for k in range(2)]
    assert lags[0] + 2 * lags[1] < 0
    statistic, p_value = diebold_mariano(gains, np.arange(40), 2)
    assert np.isfinite(statistic)
    assert 0 < p_value < 1


def test_skill():
    assert skill(1.5, 2.0, 0.0) == 0.25
    assert skill(3.0, 2.0, 0.0) == -0.5
    assert_allclose(skill(0.9, 0.5, 1.0), 0.8)
    for base, perfect in ((0.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (0.5, np.nan)):
        assert np.isnan(skill(0.5, base, perfect))


@pytest.mark.parametrize(
    "score", [ERROR, Metric("accuracy", greater_is_better=True, perfect=1.0)]
)
@pytest.mark.parametrize("loss", [0.0, 0.25])
def test_a_perfect_reference_cannot_be_beaten(score, loss):
    mean = score.perfect + (-loss if score.greater_is_better else loss)
    row = {"mean": mean, "reference": score.perfect, "gain": -loss, "skill": np.nan}
    said = sentence("net", "base", score, row | {"won": 0} | SURE)
    assert said.startswith("No model beats base. net is")
    assert f"The {score.words} of base is perfect, so no model can beat it" in said
    below = {"mean": 0.5, "reference": 0.75, "gain": 0.1, "skill": 0.1, "won": 3}
    assert "perfect" not in sentence("net", "base", score, row | below | SURE)
