"""Checks of X, without a network."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from skseqconv import (
    Conv1DClassifier,
    Conv1DRegressor,
    MiniRocket,
    Standardizer,
    TokenSequencer,
    WindowView,
)
from skseqconv.inputs._kinds import kind_of
from skseqconv.inputs._network_input import check_input
from skseqconv.inputs._targets import check_labels, check_values

PANEL = np.arange(24.0).reshape(4, 3, 2)
LARGEST = float(np.finfo(np.float32).max)


def checked(X, fitted_on=PANEL):
    """The samples that a classifier would see, which was fitted on others."""
    model = Conv1DClassifier()
    check_input(model, fitted_on, reset=True)
    return check_input(model, X, reset=False)


def test_the_largest_numbers_of_float32_are_numbers():
    for value in (LARGEST, -LARGEST):
        panel = PANEL.copy()
        panel[2, 1, 0] = value
        assert checked(panel).shape == (4, 3, 2)
        panel[2, 1, 0] *= 2
        match = "too large for float32: channel 0, first at sample 2, time step 1"
        with pytest.raises(ValueError, match=match):
            checked(panel)


@pytest.mark.parametrize("n_steps", [2, 5])
def test_series_of_another_length_are_brought_to_the_longer_one(n_steps):
    match = rf"series of {n_steps} time steps.*fitted on series of 3: "
    match += "fit again .* to 5 time steps by" if n_steps == 5 else "pad .* to 3 time"
    with pytest.raises(ValueError, match=match):
        checked(np.ones((4, n_steps, 2)))


def _of_objects(samples):
    array = np.empty(len(samples), dtype=object)
    array[:] = samples
    return array


@pytest.mark.parametrize("hold", [list, tuple, pd.Series, _of_objects])
def test_samples_are_taken_from_what_holds_them(hold):
    assert checked(hold(list(PANEL))).shape == (4, 3, 2)
    for texts in (["a film", "b"], [["a", "film"], ["b"]]):
        with pytest.raises(ValueError, match="X holds texts, but Conv1DClassifier"):
            checked(hold(texts))


def test_a_column_of_text_among_numbers_is_named():
    table = pd.DataFrame({"a": [1.0, 2.0], "place": ["north", "south"]})
    with pytest.raises(ValueError, match="Column 'place' of X is not numeric"):
        Standardizer().fit(table)


@pytest.mark.parametrize("second", [[3.0, 4.0], ["north", "south"]])
@pytest.mark.parametrize("name", ["a", 0])
def test_repeated_names_of_columns_are_told(name, second):
    table = pd.concat([pd.Series([1.0, 2.0]), pd.Series(second)], axis=1)
    message = f"X has several channels {name!r}: rename or drop all but one"
    with pytest.raises(ValueError, match=message):
        Standardizer().fit(table.set_axis([name, name], axis=1))


@pytest.mark.parametrize("cell", [np.array, pd.Series, list])
@pytest.mark.parametrize("names", [["a"], ["a", "b"]])
@pytest.mark.parametrize("reader", [Conv1DClassifier(), Standardizer(), MiniRocket(84)])
def test_series_in_the_cells_of_a_table_become_arrays(reader, names, cell):
    values = np.random.default_rng(0).normal(size=(3, 20, len(names)))
    cells = {
        name: [cell(one) for one in values[:, :, i]] for i, name in enumerate(names)
    }
    X = pd.DataFrame(cells)
    match = r"Column 'a' of X .* hold a .* of 20 values each.*sample, (.*)\.$"
    with pytest.raises(ValueError, match=match) as told:
        clone(reader).fit(X, [0, 1, 0])
    way_out = re.search(match, str(told.value))[1]
    samples = eval(way_out, {"X": X, "numpy": np})
    np.testing.assert_array_equal(np.reshape(samples, values.shape), values)
    check_input(Conv1DClassifier(), samples, reset=True, unequal=True)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 2, 3), (2, 1, 3), (2, 3, 1)])
def test_lists_of_lists_are_told_by_their_depth(shape):
    assert kind_of(np.zeros(shape).tolist()) == "panel"
    assert kind_of(np.zeros(shape[:2]).tolist()) == "table"
    assert kind_of(list(np.zeros(shape))) == "panel"


def test_a_sample_that_ends_early_is_told_after_which_step():
    panel = PANEL.copy()
    panel[1, 2:] = np.nan
    with pytest.raises(ValueError, match="sample 1 ends after 2 of 3 time steps"):
        checked(panel)


def test_windows_of_other_lags_are_told_theirs():
    series = np.arange(20.0).reshape(10, 2)
    fitted_on = WindowView(series, lags=[2, 1, 0])
    match = r"3 x 2 \(time steps x channels\) \(lags 5..1, not 2..0\).* on 3 x 2"
    with pytest.raises(ValueError, match=match):
        checked(WindowView(series, lags=[5, 3, 1]), fitted_on)
    assert checked(WindowView(series, lags=[2, 1, 0]), fitted_on).shape == (10, 3, 2)


def test_an_array_of_other_dimensions_says_what_to_do():
    match = r"shape \(50,\), .*make_supervised .*LookbackWindower .*X.reshape\(1, -1\)"
    with pytest.raises(ValueError, match=match):
        check_input(Conv1DClassifier(), np.arange(50.0), reset=True)
    match = r"shape \(2, 3, 4, 5\), .*X.reshape\(\*X.shape\[:2\], -1\) makes channels"
    with pytest.raises(ValueError, match=match):
        check_input(Conv1DClassifier(), np.ones((2, 3, 4, 5)), reset=True)


def test_text_within_samples_is_shown():
    samples = [np.ones((3, 2), object), np.ones((3, 2), object)]
    samples[1][2, 0] = "warm"
    with pytest.raises(ValueError, match="Sample 1 of X holds text, 'warm', where"):
        check_input(Conv1DClassifier(), samples, reset=True, unequal=True)
    samples[1][2, 0] = "0.5"  # a number
    check_input(Conv1DClassifier(), samples, reset=True, unequal=True)


def test_ids_of_words_are_not_read_as_sizes():
    ids = TokenSequencer(max_length=3).fit_transform(["a good film", "a bad film"])
    match = "X holds token ids, but embedding_dim=None.*Set embedding_dim"
    with pytest.raises(ValueError, match=match):
        check_input(Conv1DClassifier(), ids, reset=True)
    check_input(Conv1DClassifier(embedding_dim=2), ids, reset=True)
    check_input(Conv1DClassifier(), np.array(ids), reset=True)  # plain numbers


# y.


@pytest.mark.parametrize(
    ("check", "y"),
    [
        (check_values, [1.0, np.nan, 2.0]),
        (check_values, [[1.0, 2.0], [1.0, np.nan], [np.nan, 2.0]]),
        (check_labels, [1.0, np.nan, 2.0]),
        (check_labels, np.array(["a", np.nan, "b"], dtype=object)),
        (check_labels, ["a", None, "b"]),
        (check_labels, pd.Series(["a", None, "b"], dtype="string")),
        (check_labels, [[1, 0], [np.nan, 0], [0, 1]]),
        (check_labels, [[1, 0], [0, None], [0, 1]]),
    ],
)
def test_a_missing_target_is_found(check, y):
    way_out = "Leave out .*make_supervised"
    if check is check_labels:
        way_out = r"A classifier needs a label .*without one\. pandas\.isna"
    match = f"Input y contains NaN: first in row 1. {way_out}"
    with pytest.raises(ValueError, match=match):
        check(Conv1DRegressor(), y, 3, reset=True)


def test_an_infinite_target_is_found():
    with pytest.raises(ValueError, match=r"Input y contains infinity .*first in row 2"):
        check_values(Conv1DRegressor(), [1.0, 2.0, np.inf], 3, reset=True)


def test_a_target_of_text_is_for_classifiers():
    match = "y holds text, 'up', but Conv1DRegressor .*Conv1DClassifier"
    for y in (["up", "down"], np.array(["up", 1.0], dtype=object)):
        with pytest.raises(ValueError, match=match):
            check_values(Conv1DRegressor(), y, 2, reset=True)
    np.testing.assert_array_equal(
        check_values(Conv1DRegressor(), ["1", "2.5"], 2, reset=True), [1.0, 2.5]
    )


def test_another_number_of_targets_than_rows_is_told():
    match = "X has 3 rows and y has 2: .*Give one value of y for each row of X"
    with pytest.raises(ValueError, match=match):
        check_values(Conv1DRegressor(), [1.0, 2.0], 3, reset=True)
