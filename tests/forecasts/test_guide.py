"""The code of the guide runs, and its table is what the text says."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skseqconv import (
    LinearAutoregression,
    LookbackWindower,
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
