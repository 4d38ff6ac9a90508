"""The code of the guide runs, and its table is what the text says."""

import pytest

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
