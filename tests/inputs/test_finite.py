"""Messages about missing values: who follows the advice gets a fit."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skseqconv import (
    Conv1DClassifier,
    FlatWindowRegressor,
    LookbackWindower,
    MiniRocket,
    PerStep,
    SeriesView,
    make_supervised,
)
from skseqconv.inputs._network_input import check_input

DAYS = pd.date_range("2025", periods=30)
GAPS = {"start": slice(0, 2), "inside": slice(10, 12), "end": slice(27, 30)}
LONG = {"id": "shop", "time": "day"}


def shops(gaps, channel):
    """Two shops below each other, whose channel has gaps."""
    random = np.random.default_rng(0)
    tables = [
        pd.DataFrame(
            {"day": DAYS, "shop": shop, **dict(zip("ab", values, strict=True))}
        )
        for shop, values in zip("ns", random.normal(size=(2, 2, 30)), strict=True)
    ]
    for gap in gaps:
        tables[1].loc[tables[1].index[GAPS[gap]], channel] = np.nan
    return tables


def last_known(values, *, to_the_end):
    """Each value, or the last known one before it, row by row."""
    filled, known = np.array(values), np.nan
    stop = len(filled) if to_the_end else np.flatnonzero(~np.isnan(values))[-1]
    for row in range(stop):
        known = known if np.isnan(filled[row]) else filled[row]
        filled[row] = known
    return filled


def advised(message, table, channel):
    """The channel as the code in the message fills it."""
    code = re.search(r"table.*?\.ffill\([^)]*\)\)?(?= before|\.)", message)[0]
    code = code.replace("<channel>", repr(channel)).replace("<id>", "'shop'")
    return eval(code, {"table": table})


def fit_it(X, y, *before):
    return make_pipeline(*before, LookbackWindower(9), FlatWindowRegressor()).fit(X, y)


def find_patterns(X, y, *before):
    return make_pipeline(*before, LookbackWindower(9), MiniRocket(84)).fit(X)


@pytest.mark.filterwarnings("ignore:.*rows have no target")
@pytest.mark.parametrize("read", [fit_it, find_patterns])
@pytest.mark.parametrize("channel", ["a", "b"])
@pytest.mark.parametrize("is_long", [True, False])
def test_the_advice_for_rows_fills_with_what_was_known(is_long, channel, read):
    tables = shops(GAPS, channel)
    table = pd.concat(tables, ignore_index=True) if is_long else tables[1]
    table, given = (table, LONG) if is_long else (table[["a", "b"]], {})
    X, y = make_supervised(table, "a", **given)
    with pytest.raises(ValueError, match="contains NaN: channel '") as told:
        read(X, y)
    filled = table.assign(**{channel: advised(str(told.value), table, channel)})
    expected = last_known(tables[1][channel], to_the_end=channel == "b")
    np.testing.assert_array_equal(filled[channel][-30:], expected)
    if is_long:
        np.testing.assert_array_equal(filled[channel][:30], tables[0][channel])
    again, y = make_supervised(filled, "a", **given, rows=X.rows)
    assert len(again) == len(X)
    read(again, y, PerStep(SimpleImputer()))
    if channel == "b":
        assert "rows=" not in str(told.value)


def test_channels_are_inputs_if_y_is_given_by_the_user():
    table = pd.concat(shops(["inside"], "a"), ignore_index=True)
    X = SeriesView(table, **LONG)
    with pytest.raises(ValueError, match="last known value") as told:
        find_patterns(X, None)
    assert "inside" not in str(told.value)
    filled = table.assign(a=advised(str(told.value), table, "a"))
    find_patterns(SeriesView(filled, **LONG), None)


def check(samples):
    return check_input(Conv1DClassifier(), samples, reset=True, unequal=True)


@pytest.mark.parametrize("gap", ["all channels at the start", *GAPS])
@pytest.mark.parametrize("read", [check, MiniRocket(84).fit])
def test_the_advice_for_samples_helps_for_each_gap(read, gap):
    samples = [table[["a", "b"]].to_numpy() for table in shops([], "a")] * 2
    samples[1] = samples[1].copy()
    samples[1][GAPS.get(gap, slice(0, 2)), 0 if gap in GAPS else slice(2)] = np.nan
    samples[2] = samples[2][:20]
    with pytest.raises(ValueError, match=r"NaN.* sample 1") as told:
        read(samples)
    impute, fill = (
        re.search(pattern, str(told.value))[0]
        for pattern in (r"PerStep\(SimpleImputer\(\)\)", r"pandas\.Data.*ffill\(\)")
    )
    known = {"PerStep": PerStep, "SimpleImputer": SimpleImputer, "pandas": pd}
    read(eval(impute, known).fit_transform(samples))
    filled = [eval(fill, {**known, "sample": one}).to_numpy() for one in samples]
    expected = last_known(samples[1][:, 0], to_the_end=True)
    np.testing.assert_array_equal(filled[1][:, 0], expected)
    read(eval(impute, known).fit_transform(filled))


def test_a_value_that_is_not_missing_is_to_be_corrected():
    table = shops([], "a")[0][["a", "b"]]
    table.loc[5, "b"] = np.inf
    match = r"infinity: channel 'b', first at row 5 .* Correct the value"
    with pytest.raises(ValueError, match=match) as told:
        find_patterns(SeriesView(table), None)
    assert "SimpleImputer" not in str(told.value)
