"""The code of the how-to pages and first steps runs, each page in an empty folder."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import (
    LookbackWindower,
    PersistenceRegressor,
    forecast,
    make_supervised,
)
from tests.pages import ROOT, differences, read_blocks, run_page

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("getting_started", "how_to")
    for path in (ROOT / "docs" / folder).glob("*.md")
    if path.stem not in ("index", "forecast")  # the latter includes the README
)


# What the names of a page are, after its code has run.


def an_anomaly_is_found_at_its_own_time(values):
    series, table = values["series"], values["table"]
    planted = series.index[(series["load"] - series["load"].shift(24)).argmax()]
    found = values["alarms"].set_index("date")["residual"].abs()
    assert found.idxmax() == planted
    assert values["largest"]["origin"] == planted - pd.Timedelta("1h")
    assert planted - pd.Timedelta("1h") in values["X"].index
    assert len(found) < 0.03 * len(table)
    np.testing.assert_array_equal(table["measured"], series["load"][table["date"]])


def the_week_after_the_change_of_clocks_is_right(values):
    """It is wrong in rows of one hour, and right by the clock."""
    newest = values["series"]["load"].last_valid_index()
    assert newest < values["series"].index[-1]
    assert set(values["table"]["origin"]) == {newest}
    zoned, clock = wrong_dates(values["zoned"]), wrong_dates(values["clock"])
    assert len(zoned) == 7 * 24
    assert zoned[0] == pd.Timestamp("2025-03-30 03:00", tz="Europe/Berlin")
    assert len(clock) == 0
    assert len(wrong_dates(values["zoned"].tz_convert("UTC"))) == 7 * 24


def wrong_dates(table):
    """The dates at which the load of a week ago is not that of the same hour."""
    with warnings.catch_warnings():  # of the target that is missing in spring
        warnings.simplefilter("ignore", UserWarning)
        X, y = make_supervised(table, "load", delay=24)
    model = make_pipeline(LookbackWindower(168), PersistenceRegressor(period="7D"))
    found = forecast(model.fit(X, y), X[168:], rows="all")
    measured = found["date"].map(table["load"])
    wrong = measured.notna() & (found["forecast"] != measured)
    return pd.DatetimeIndex(found["date"][wrong])


def class_weights_change_probabilities_and_calibration_corrects_them(values):
    share, mean = values["rare"].mean(), values["mean"]
    assert mean["weighted"] > 2 * share
    assert abs(mean["calibrated"] - share) < 0.03


CHECKS = {
    "docs/how_to/anomalies.md": an_anomaly_is_found_at_its_own_time,
    "docs/how_to/classify_series.md": (
        class_weights_change_probabilities_and_calibration_corrects_them
    ),
    "docs/how_to/missing_values.md": the_week_after_the_change_of_clocks_is_right,
}


@pytest.mark.trains
@pytest.mark.parametrize("page", PAGES)
def test_the_code_runs(page, tmp_path, monkeypatch, capsys):
    plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")
    monkeypatch.chdir(tmp_path)
    values = run_page(page, capsys=capsys)
    plt.close("all")
    if page in CHECKS:
        CHECKS[page](values)


def test_checked_pages_are_pages():
    assert set(CHECKS) <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leads_with_code_that_is_run(page):
    blocks = read_blocks((ROOT / page).read_text(encoding="utf-8"))
    assert blocks
    assert [block.line for block in blocks if block.not_run == ""] == []
    assert any(block.not_run is None for block in blocks)


# The reader of pages.

PAGE = """# A page
```python
a = 1
print(a, "of 1.00")
```
prints
```text
1 of 1.01
```
<!-- not run: needs a GPU -->
```python
a = 2
```
"""


def test_a_page_is_read_by_blocks():
    run, shown = read_blocks(PAGE)
    assert (run.line, run.not_run, run.output) == (2, None, "1 of 1.01\n")
    assert (shown.line, shown.not_run, shown.output) == (11, "needs a GPU", None)


def test_only_blocks_without_the_mark_are_run(tmp_path, capsys):
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    assert run_page(path, capsys=capsys)["a"] == 1
    path.write_text(PAGE.replace("1 of", "1 from"))
    with pytest.raises(AssertionError, match="from"):
        run_page(path, capsys=capsys)


def test_an_error_names_the_line_of_the_page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("text\n\n```python\na = 1\na / 0\n```\n")
    with pytest.raises(ZeroDivisionError) as error:
        run_page(path)
    assert error.traceback[-1].lineno + 1 == 5


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a  b\n", "a b", True),
        ("a b", "a", False),
        ("a", "a b", False),
        ("MAE 2.00", "MAE 2.4", True),
        ("MAE 2.00", "MAE 3.00", False),
        ("(p=0.5)", "(p=0.51)", True),
        ("12,609", "12,700", True),
        ("a ... c", "a b b c", True),
        ("a ...", "a b b", True),
        ("a ... d", "a b c", False),
        ("-1", "1", False),
        ("2025-01-01", "2025-01-01", True),
    ],
)
def test_outputs_are_compared_by_words(shown, printed, same):
    assert (differences(shown, printed) == []) is same
