"""The code of the guide runs, and its table is what the text says."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import (
    LinearAutoregression,
    LookbackWindower,
    PersistenceRegressor,
    forecast,
    make_supervised,
)
from tests.pages import run_page


@pytest.mark.trains
def test_the_guide_runs_and_its_table_has_the_columns_of_the_text(root):
    plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")
    text = (root / "docs" / "forecasts.md").read_text()
    values = run_page("docs/forecasts.md")
    plt.close("all")
    columns = list(values["table"])
    assert [name for name in columns if f"`{name}`" not in text] == []
    assert columns[:4] == ["store", "origin", "date", "horizon"]
    wide = values["table"].pivot(index="date", columns="store", values="forecast")
    assert wide.shape == (14, 2)
    assert values["display"].axes_.shape == (2,)


@pytest.mark.trains
def test_the_guide_of_many_series_runs(root):
    text = (root / "docs" / "many_series.md").read_text()
    values = run_page("docs/many_series.md")
    table, future = values["next_days"], values["future"]
    assert [name for name in table.columns if f"`{name}`" not in text] == []
    assert len(table) == len(future)
    assert table[["store", "date"]].equals(
        future[["store", "date"]].reset_index(drop=True)
    )
    assert values["by_store"].shape[0] == 3
    assert "network" in values["by_store"]


@pytest.mark.trains
def test_an_anomaly_is_found_at_its_own_time():
    values = run_page("docs/how_to/anomalies.md")
    series, table = values["series"], values["table"]
    planted = series.index[(series["load"] - series["load"].shift(24)).argmax()]
    found = values["alarms"].set_index("date")["residual"].abs()
    assert found.idxmax() == planted
    assert values["largest"]["origin"] == planted - pd.Timedelta("1h")
    assert planted - pd.Timedelta("1h") in values["X"].index
    assert len(found) < 0.03 * len(table)
    np.testing.assert_array_equal(table["measured"], series["load"][table["date"]])


@pytest.mark.trains
def test_the_page_on_missing_values():
    values = run_page("docs/how_to/missing_values.md")
    newest = values["series"]["load"].last_valid_index()
    assert newest < values["series"].index[-1]
    assert set(values["table"]["origin"]) == {newest}

    # The week after the change is wrong in rows of one hour, and right by the clock.
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


@pytest.mark.parametrize("tomorrow", [False, True])
def test_the_fill_of_the_page_on_windows_keeps_the_newest_row(tomorrow, root):
    text = (root / "docs" / "windows.md").read_text()
    section = text.partition("**Missing values.**")[2]
    code = re.search(r"^```python\n(.*?)^```", section, re.M | re.S)[1]
    hours = pd.date_range("2025-01-06", periods=24 * 20, freq="h")
    series = pd.DataFrame({"load": np.sin(np.arange(480) / 4.0)}, hours)
    series.iloc[100:103] = np.nan
    series.iloc[-30 if tomorrow else -6 :] = np.nan
    series["temperature"] = np.cos(np.arange(480) / 4.0)
    known = ["temperature"] if tomorrow else None
    names = {
        "series": series,
        "make_supervised": lambda *args, **options: make_supervised(
            *args, known_ahead=known, **options
        ),
    }
    with pytest.warns(UserWarning, match="rows have no target"):
        exec(compile(code, "windows.md", "exec"), names)
    model = make_pipeline(LookbackWindower(48), LinearAutoregression(exogenous=True))
    table = forecast(model.fit(names["X"], names["y"]), names["X"])
    newest = series["load"].last_valid_index()
    assert table["origin"].tolist() == [newest]
    assert table["date"].tolist() == [newest + pd.Timedelta("24h")]
