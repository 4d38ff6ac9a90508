"""MiniRocket: its features, kernels, lengths, views and errors."""

import pickle
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skseqconv import (
    LookbackWindower,
    MiniRocket,
    MissingHistoryWarning,
    PerStep,
    Standardizer,
    WindowView,
    load,
    make_supervised,
    save,
)

#: Where the sum of a kernel's rounding errors is near a bias, a step may count or not.
ROUNDING = 1e-5


def random_panel(n_samples=6, n_steps=40, n_channels=1, seed=0):
    walk = np.random.default_rng(seed).normal(size=(n_samples, n_steps, n_channels))
    return walk.cumsum(axis=1)


def by_definition(model, samples, alternate):
    """Features, each a convolution in float64 by the sum over its nine weights.

    The shares are bounds: outputs that are within rounding of the bias may count.
    """
    low = np.zeros((len(samples), len(model.biases_)))
    high = low.copy()
    scale = max(np.abs(sample).max() for sample in samples)
    column = 0
    patterns = list(combinations(range(9), 3))
    for i, dilation in enumerate(model.dilations_):
        for k, twos in enumerate(patterns):
            weights = np.full(9, -1.0)
            weights[list(twos)] = 2.0
            channels = [c for c in model._channels[i, k] if c >= 0]
            n_biases = model._n_biases[i]
            for s, sample in enumerate(samples):
                n_steps = len(sample)
                reach = 4 * dilation
                wide = np.pad(sample[:, channels].sum(axis=1), reach)
                steps = np.arange(n_steps)[:, None] + dilation * np.arange(9)
                output = wide[steps] @ weights
                if alternate and (i + k) % 2 and n_steps > 2 * reach:
                    output = output[reach : n_steps - reach]
                for b in range(column, column + n_biases):
                    distance = output - model.biases_[b]
                    low[s, b] = np.mean(distance > ROUNDING * scale)
                    high[s, b] = np.mean(distance > -ROUNDING * scale)
            column += n_biases
    return low, high


def assert_by_definition(model, samples, alternate=True):
    features = model.transform(samples)
    low, high = by_definition(model, samples, alternate)
    assert features.shape == low.shape
    assert (features >= low - 1e-6).all()
    assert (features <= high + 1e-6).all()
    # Most features are known exactly.
    assert np.mean(high - low < 1e-6) > 0.95
    assert features.std(axis=0).mean() > 0.005


# Features.


@pytest.mark.parametrize(
    ("n_steps", "n_channels"), [(9, 1), (40, 1), (30, 3), (21, 12)]
)
def test_features_are_shares_of_convolutions_by_their_definition(n_steps, n_channels):
    X = random_panel(5, n_steps, n_channels)
    model = MiniRocket(252).fit(X)
    assert_by_definition(model, X)


def test_samples_of_unequal_length_by_their_definition():
    samples = [random_panel(1, n, 2, seed=n)[0] for n in (33, 9, 14, 60, 25)]
    model = MiniRocket(336).fit(samples)
    assert model.dilations_.max() == 7
    assert_by_definition(model, samples, alternate=False)


def test_more_steps_than_a_byte_counts():
    X = np.random.default_rng(0).normal(size=(2, 600, 1))
    model = MiniRocket(84).fit(X)
    assert_array_equal(model.dilations_, [1])
    assert_by_definition(model, X)
    assert model.transform(X).max() > 0.5


def test_biases_are_quantiles_of_outputs_of_training_samples():
    """With one training sample, it is known which sample they are from."""
    X = random_panel(1, 50)
    model = MiniRocket(420).fit(X)
    golden = (1 + 5**0.5) / 2
    quantiles = np.arange(1, 421) * golden % 1
    column = 0
    for i, dilation in enumerate(model.dilations_):
        wide = np.pad(X[0, :, 0], 4 * dilation)
        for twos in combinations(range(9), 3):
            weights = np.full(9, -1.0)
            weights[list(twos)] = 2.0
            output = sum(
                weights[w] * wide[w * dilation : w * dilation + 50] for w in range(9)
            )
            share = quantiles[column : column + model._n_biases[i]]
            found = model.biases_[column : column + len(share)]
            assert_allclose(found, np.quantile(output, share), rtol=1e-4, atol=1e-4)
            column += len(share)
    assert column == 420


def test_biases_of_unequal_samples_come_from_their_own_steps():
    """The quantiles of a short sample next to a long one are those of it alone."""
    short, long = random_panel(1, 12)[0], 1e3 + random_panel(1, 300)[0]
    model = MiniRocket(84).fit([short, long])
    alone = [MiniRocket(84).fit(one[None]).biases_ for one in (short, long[:300])]
    assert_array_equal(model.dilations_, [1])
    equal = [np.isclose(model.biases_, one, rtol=1e-4) for one in alone]
    assert np.logical_or(*equal).all()
    assert min(map(np.sum, equal)) > 20


@pytest.mark.parametrize(
    ("n_steps", "n_kernels", "max_dilations", "dilations", "n_features"),
    [
        # 2 ** linspace(0, log2(149 / 8), 32), rounded down: 18 is the last.
        (150, 10_000, 32, [*range(1, 12), 12, 13, 15, 16, 18], 9996),
        (24, 10_000, 32, [1, 2], 9996),
        (9, 10_000, 32, [1], 9996),
        (150, 84, 32, [1], 84),
        (150, 300, 32, [1, 4, 18], 252),
        (1025, 10_000, 4, [1, 5, 25, 128], 9996),
    ],
)
def test_dilations_and_numbers_of_features(
    n_steps, n_kernels, max_dilations, dilations, n_features
):
    X = np.random.default_rng(0).normal(size=(3, n_steps, 1))
    model = MiniRocket(n_kernels, max_dilations_per_kernel=max_dilations).fit(X)
    assert len(model.biases_) == n_features
    assert 84 * model._n_biases.sum() == n_features
    # Shares of the dilations: as many as the grid has of each, the rest to the first.
    n_each = n_features // 84
    n_drawn = min(n_each, max_dilations)
    grid = [int(d) for d in np.logspace(0, np.log2((n_steps - 1) / 8), n_drawn, base=2)]
    counts = [int(grid.count(d) * n_each / n_drawn) for d in sorted(set(grid))]
    at = 0
    while sum(counts) < n_each:
        counts[at % len(counts)] += 1
        at += 1
    assert_array_equal(model.dilations_, sorted(set(grid)))
    assert_array_equal(model._n_biases, counts)
    if n_kernels != 10_000 or n_steps < 30:
        assert_array_equal(model.dilations_, dilations)
    assert model.dilations_[-1] == dilations[-1]


def test_features_named_by_dilation_kernel_and_bias():
    model = MiniRocket(336).fit(random_panel(n_steps=40))
    names = model.get_feature_names_out()
    assert len(set(names)) == 336
    assert names[0] == "dilation1_kernel012_bias0"
    assert names[-1] == f"dilation{model.dilations_[-1]}_kernel678_bias0"
    table = model.set_output(transform="pandas").transform(random_panel(2))
    assert_array_equal(table.columns, names)
    with pytest.raises(ValueError, match="input_features"):
        model.get_feature_names_out(["a", "b"])


def test_determinism_and_random_state():
    X = random_panel(n_channels=4)
    first, again = (MiniRocket(252).fit(X).transform(X) for _ in range(2))
    assert first.dtype == np.float32
    assert_array_equal(first, again)
    other = MiniRocket(252, random_state=1).fit(X).transform(X)
    assert not np.array_equal(first, other)
    threads = MiniRocket(252, n_jobs=2).fit(X).transform(X)
    assert_array_equal(first, threads)
    loose = [MiniRocket(252, random_state=None).fit(X).biases_ for _ in range(2)]
    assert not np.array_equal(*loose)


def test_channels_of_a_kernel_are_different_ones_and_at_most_nine():
    X = np.random.default_rng(0).normal(size=(3, 20, 20))
    channels = MiniRocket(2000).fit(X)._channels
    numbers = (channels >= 0).sum(axis=2)
    assert numbers.min() == 1
    assert numbers.max() == 9
    assert np.mean(numbers == 1) == pytest.approx(np.log(2) / np.log(10), abs=0.05)
    for chosen in channels.reshape(-1, channels.shape[2]):
        used = chosen[chosen >= 0]
        assert len(set(used)) == len(used)
        assert (chosen[len(used) :] == -1).all()
    assert set(channels[channels >= 0]) == set(range(20))


# Samples of unequal length.


def as_panel(samples, n_steps):
    panel = np.full((len(samples), n_steps, samples[0].shape[1]), np.nan)
    for sample, values in zip(panel, samples, strict=True):
        sample[: len(values)] = values
    return panel


def test_padding_changes_no_feature():
    samples = [random_panel(1, n, 2, seed=n)[0] for n in (12, 40, 17, 33, 12)]
    fitted = MiniRocket(840).fit(samples)
    expected = fitted.transform(samples)
    for n_steps in (40, 41, 200):
        panel = as_panel(samples, n_steps)
        assert_array_equal(fitted.transform(panel), expected)
        assert_array_equal(MiniRocket(840).fit(panel).biases_, fitted.biases_)
    alone = [fitted.transform(sample[None])[0] for sample in samples]
    assert_array_equal(expected, alone)
    objects = np.empty(5, dtype=object)
    objects[:] = samples
    for same in (tuple(samples), objects):
        assert_array_equal(fitted.transform(same), expected)


def test_one_channel_as_vectors_columns_and_tables():
    panel = random_panel(5, 30)
    expected = MiniRocket(252).fit(panel).transform(panel)
    table = MiniRocket(252).fit(panel[:, :, 0])
    assert_array_equal(table.transform(panel[:, :, 0]), expected)
    frame = pd.DataFrame(panel[:, :, 0], index=list("abcde")).add_prefix("step")
    named = MiniRocket(252).fit(frame).set_output(transform="pandas").transform(frame)
    assert_array_equal(named, expected)
    assert list(named.index) == list("abcde")
    vectors = [sample[: 30 - n, 0] for n, sample in enumerate(panel)]
    columns = [vector[:, None] for vector in vectors]
    of_vectors = MiniRocket(252).fit(vectors).transform(vectors)
    assert_array_equal(MiniRocket(252).fit(columns).transform(columns), of_vectors)
    lists = [column.tolist() for column in columns]
    fitted = MiniRocket(252).fit(lists)
    assert_array_equal(fitted.transform(lists), of_vectors)
    # A model of series of one channel takes vectors of equal length, too.
    assert_array_equal(fitted.transform(vectors[3:4]), of_vectors[3:4])
    padded_table = as_panel(columns, 30)[:, :, 0]
    of_table = MiniRocket(252).fit(padded_table).transform(padded_table)
    assert_array_equal(of_table, of_vectors)


def test_one_channel_is_known_whatever_held_it_in_fit():
    panel = random_panel(5, 30)
    expected = MiniRocket(84).fit(panel).transform(panel)
    longer = random_panel(3, 40, seed=1)
    of_longer = MiniRocket(84).fit(panel).transform(longer)
    vectors = list(panel[:, :, 0])
    frame = pd.DataFrame({"series": vectors})
    held = ColumnTransformer([("rocket", MiniRocket(84), "series")])
    assert_array_equal(held.fit_transform(frame), expected)
    for learned in (panel[:, :, 0], vectors, frame["series"]):
        model = MiniRocket(84).fit(learned)
        for same in (panel, vectors, frame["series"]):
            assert_array_equal(model.transform(same), expected)
        for same in (longer, list(longer[:, :, 0])):
            assert_array_equal(model.transform(same), of_longer)
        with pytest.raises(ValueError, match=r"40 features, .*X\[:, :, None\]"):
            model.transform(longer[:, :, 0])


def test_one_sample_needs_a_list():
    panel = random_panel(5, 30, 2)
    model = MiniRocket(84, on_short="pad").fit(panel)
    with pytest.raises(ValueError, match=r"one sample, give \[X\]"):
        model.transform(panel[0])


def test_longer_and_shorter_samples_than_in_fit():
    model = MiniRocket(336).fit(random_panel(5, 40))
    for n_steps in (9, 25, 90):
        assert_by_definition(model, random_panel(3, n_steps, seed=1))
    mixed = [random_panel(1, n, seed=n)[0] for n in (9, 40, 25, 33)]
    assert_by_definition(model, mixed)


def test_short_samples_are_padded_if_asked():
    samples = [random_panel(1, n, seed=n)[0] for n in (3, 5, 8, 20)]
    model = MiniRocket(252, on_short="pad").fit(samples)
    assert_by_definition(model, samples, alternate=False)
    short = random_panel(4, 3)
    model = MiniRocket(84, on_short="pad").fit(short)
    assert_array_equal(model.dilations_, [1])
    assert_by_definition(model, short)


# Windows.


@pytest.fixture
def labeled():
    """Rows of a series of two channels, and a label of each."""
    series = random_panel(1, 300, 2)[0]
    X, y = make_supervised(series, 0, delay=1)
    return X, (y > np.median(y)).astype(int)


def test_windows_are_samples(labeled, monkeypatch):
    windows = LookbackWindower(20).fit_transform(labeled[0])
    whole = windows[windows.complete]
    with pytest.warns(MissingHistoryWarning, match="Leave them out of fit, too"):
        found = MiniRocket(168).fit(windows).transform(windows)
    expected = MiniRocket(168).fit(whole.to_numpy())
    assert_array_equal(found[windows.complete], expected.transform(whole.to_numpy()))
    assert found.shape == (299, 168)
    # Never all windows at once.
    sizes = []
    to_numpy = WindowView.to_numpy

    def counted(self, dtype=None):
        sizes.append(len(self))
        return to_numpy(self, dtype)

    monkeypatch.setattr(WindowView, "to_numpy", counted)
    monkeypatch.setattr("skseqconv.transformers._minirocket.BATCH", 20 * 50)
    assert_array_equal(MiniRocket(168).fit(whole).transform(whole), found[19:])
    assert sizes[0] <= 200  # some of them tell the level
    assert max(sizes[1:]) <= 84
    assert sum(sizes) >= len(whole)


def test_windows_after_steps_in_a_pipeline(labeled):
    X, y = labeled
    model = make_pipeline(
        Standardizer(),
        LookbackWindower(20, on_missing_history="ignore"),
        MiniRocket(168),
        RidgeClassifierCV(),
    )
    assert model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.6
    frame = pd.DataFrame(X.series, columns=["a", "b"])
    dates = pd.date_range("2024-01-01", periods=len(frame), freq="h")
    named, _ = make_supervised(frame.set_index(dates), "a")
    windows = LookbackWindower(20).fit_transform(named)[50:60]
    table = MiniRocket(84).fit(windows).set_output(transform="pandas")
    assert_array_equal(table.transform(windows).index, windows.index)
    assert_array_equal(table.feature_names_in_, ["a", "b"])
    other = Standardizer().fit(X[:50]).transform(X)
    fitted = MiniRocket(84).fit(
        LookbackWindower(20).fit_transform(Standardizer().fit_transform(X))[30:]
    )
    with pytest.raises(ValueError, match="transformed by other fitted steps"):
        fitted.transform(LookbackWindower(20).fit_transform(other)[30:])


def test_no_complete_window_and_missing_values_in_windows(labeled):
    X, _ = labeled
    windows = LookbackWindower(20).fit_transform(X)
    with pytest.raises(ValueError, match="None of the 10 rows has a complete window"):
        MiniRocket().fit(windows[:10])
    series = X.series.copy()
    series[100, 1] = np.nan
    view = WindowView(series, lags=np.arange(19, -1, -1))[30:]
    with pytest.raises(ValueError, match="NaN: channel 1, first at row 100"):
        MiniRocket(84).fit(view[100:]).transform(view)
    with pytest.raises(ValueError, match=r"span 9 steps.*Make longer windows"):
        MiniRocket().fit(LookbackWindower(5).fit_transform(X))


# With scikit-learn.


def test_classifiers_and_regressors_behind_it():
    rng = np.random.default_rng(0)
    fast = np.arange(40) % 2
    steps = np.arange(30)[None] + rng.uniform(0, 9, (40, 1))
    waves = np.sin(steps / np.where(fast, 1.0, 2.0)[:, None])[:, :, None]
    for classifier in (RidgeClassifierCV(), LogisticRegression()):
        model = make_pipeline(MiniRocket(252), classifier)
        assert model.fit(waves[:20], fast[:20]).score(waves[20:], fast[20:]) == 1.0
    regressor = make_pipeline(MiniRocket(252), Ridge())
    assert regressor.fit(waves[:20], fast[:20]).score(waves[20:], fast[20:]) > 0.9
    search = GridSearchCV(
        make_pipeline(MiniRocket(), RidgeClassifierCV()),
        {"minirocket__n_kernels": [84, 168]},
        cv=2,
    )
    assert search.fit(waves, fast).best_score_ == 1.0


def test_saved_pickled_and_cloned(tmp_path):
    samples = [random_panel(1, n, 3, seed=n)[0] for n in (12, 40, 17)]
    model = MiniRocket(252, random_state=4, n_jobs=1).fit(samples)
    expected = model.transform(samples)
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    for same in (loaded, pickle.loads(pickle.dumps(model)), clone(model).fit(samples)):
        assert_array_equal(same.transform(samples), expected)
        assert same.get_params() == model.get_params()
    labels = [0, 1, 0]
    pipe = make_pipeline(MiniRocket(84), RidgeClassifierCV()).fit(samples, labels)
    save(pipe, tmp_path / "pipe.skops")
    again = load(tmp_path / "pipe.skops")
    assert_array_equal(again.predict(samples), pipe.predict(samples))


def test_a_failed_fit_changes_nothing():
    X = random_panel()
    model = MiniRocket(84).fit(X)
    before = model.transform(X)
    bad = np.full((5, 40, 1), np.inf)
    with pytest.raises(ValueError, match="infinity"):
        model.fit(bad)
    assert_array_equal(model.transform(X), before)


# What is refused.


def test_short_samples_are_named():
    samples = [random_panel(1, n)[0] for n in (12, 7, 40, 5)]
    message = (
        "The kernels of MiniRocket span 9 steps, but 2 of 4 samples of X are shorter. "
        "The shortest is sample 3, with 5. Remove short samples, or set "
        "on_short='pad' to put zeros around them."
    )
    with pytest.raises(ValueError) as error:
        MiniRocket().fit(samples)
    assert str(error.value) == message
    model = MiniRocket(84).fit(random_panel())
    with pytest.raises(ValueError, match="The shortest is sample 0, with 8"):
        model.transform(random_panel(2, 8))


def test_channels_first_is_suspected():
    message = r"3 steps of 150 channels.*pass X\.swapaxes\(1, 2\)"
    with pytest.raises(ValueError, match=message):
        MiniRocket().fit(np.zeros((10, 3, 150)))
    with pytest.raises(ValueError, match="span 9 steps") as error:
        MiniRocket().fit(np.zeros((10, 3, 2)))
    assert "swapaxes" not in str(error.value)


def test_samples_without_values():
    panel = random_panel()
    panel[[2, 4]] = np.nan
    with pytest.raises(
        ValueError, match="NaN only in 2 of 6 samples, first in sample 2: they have no"
    ):
        MiniRocket(on_short="pad").fit(panel)


@pytest.mark.parametrize("step", [0, 20])
def test_missing_values_inside_of_a_sample(step):
    panel = random_panel(n_channels=2)
    panel[:, 35:] = np.nan
    panel[3, step, 1] = np.nan
    message = f"NaN: sample 3, step {step}, channel 1, before the last step"
    with pytest.raises(ValueError, match=message):
        MiniRocket().fit(panel)
    with pytest.raises(ValueError, match=message):
        MiniRocket(84).fit(panel[:3]).transform(panel)


def test_the_remedy_for_missing_values_keeps_padding():
    panel = random_panel()
    panel[:, 35:] = np.nan
    panel[3, 20:22] = np.nan
    filled = PerStep(SimpleImputer()).fit_transform(panel)
    assert np.isnan(filled[:, 35:]).all()
    assert MiniRocket(84).fit_transform(filled).shape == (6, 84)


def test_infinite_and_huge_values():
    panel = random_panel()
    for value, said in [(np.inf, "infinity"), (1e37, "1e\\+37, too large for float32")]:
        panel[1, 4, 0] = value
        with pytest.raises(ValueError, match=f"{said}: sample 1, step 4, channel 0"):
            MiniRocket().fit(panel)


def test_a_level_that_float32_rounds_to_is_named():
    panel = random_panel()
    panel /= panel.std()
    message = (
        r"Channel 0 has a mean of 1e\+08 .* Put Standardizer\(\) before MiniRocket"
    )
    with pytest.warns(UserWarning, match=message) as found:
        MiniRocket(84).fit(panel + 1e8)
    assert len(found) == 1 and found[0].filename == __file__
    MiniRocket(84).fit(panel + 1e5)
    make_pipeline(Standardizer(), MiniRocket(84)).fit(panel + 1e8)


def test_other_channels_than_in_fit():
    model = MiniRocket(84).fit(random_panel(n_channels=2))
    with pytest.raises(ValueError, match=r"X has 3 features.*expecting 2"):
        model.transform(random_panel(n_channels=3))
    with pytest.raises(ValueError, match=r"X has 1 features.*expecting 2") as refused:
        model.transform(random_panel(n_channels=1))
    assert "table" not in str(refused.value)  # the fit was given none
    mixed = [np.zeros((12, 2)), np.zeros((13, 3))]
    with pytest.raises(ValueError, match="with the same channels"):
        model.transform(mixed)


def test_rows_need_a_windower(labeled):
    with pytest.raises(ValueError, match="Put a LookbackWindower before it"):
        MiniRocket().fit(labeled[0])


@pytest.mark.parametrize(
    "params",
    [{"n_kernels": 83}, {"max_dilations_per_kernel": 0}, {"on_short": "drop"}],
    ids=str,
)
def test_bad_parameters(params):
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter"):
        MiniRocket(**params).fit(random_panel())
