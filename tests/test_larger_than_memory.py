"""The guide's way from a folder of parquet files to a panel in a memory map."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skseqconv import make_supervised
from tests.pages import ROOT, read_blocks

pytest.importorskip("pyarrow", reason="pip install pyarrow")

GUIDE = ROOT / "docs" / "larger_than_memory.md"


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A long table, and its rows in three files, in no order."""
    random = np.random.default_rng(0)
    days = pd.date_range("2020-01-01", periods=90)
    parts = [
        pd.DataFrame({"id": f"store {i}", "date": days[i : 90 - 3 * i]})
        for i in range(6)
    ]
    table = pd.concat(parts, ignore_index=True)
    values = random.normal(size=(len(table), 2)).astype(np.float32)
    table[["price", "sales"]] = values
    table = table.sample(frac=1, random_state=0)
    for i in range(3):
        path = tmp_path / "panel" / f"part={i}" / "rows.parquet"
        path.parent.mkdir(parents=True)
        own = table["id"].isin([f"store {2 * i}", f"store {2 * i + 1}"])
        table[own].to_parquet(path)
    monkeypatch.chdir(tmp_path)
    return table


def test_the_code_of_the_guide(table):
    """It gives the rows and targets of the table in memory, without a copy."""
    names = {}
    for block in read_blocks(GUIDE.read_text(encoding="utf-8")):
        exec(block.code.replace("10_000", "100"), names)  # the guide chooses more rows
    X, y = make_supervised(table, "sales", delay=7, id="id", time="date")
    channels = names["channels"]
    for given in (names["series"], names["table"]):
        found, same = make_supervised(given, "sales", delay=7)
        assert all(np.shares_memory(one, names["values"]) for one in found.series)
        assert_array_equal(names["ids"][found.series_ids], X.ids)
        assert_array_equal(found.index, X.index)
        names_of_x = list(X.channel_names)
        order = [names_of_x.index(name) for name in channels]
        assert_array_equal(found.to_numpy(), X.to_numpy()[:, order])
        assert_array_equal(same, y)
    assert_array_equal(names["ids_of_rows"], names["ids"][names["X"].series_ids])
    assert_array_equal(names["one"][1], y[X.ids == "store 3"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_table_over_an_array_is_not_copied(dtype):
    """If its rows are in order."""
    levels = [["a", "b"], pd.date_range("2020-01-01", periods=50)]
    index = pd.MultiIndex.from_product(levels, names=["id", "date"])
    values = np.arange(200, dtype=dtype).reshape(100, 2)
    table = pd.DataFrame(values, index=index, copy=False)
    for given, n_ids in ((table, 2), (table.iloc[50:], 1)):
        X, _ = make_supervised(given, 0)
        own = X.series if n_ids == 2 else [X.series]
        assert [np.shares_memory(one, values) for one in own] == [True] * n_ids
    X, y = make_supervised(table, 0)
    for given in (table.astype(int), table.sample(frac=1, random_state=0)):
        copied, same = make_supervised(given, 0)
        assert not any(np.shares_memory(one, values) for one in copied.series)
        assert_array_equal(copied.to_numpy(), X.to_numpy())
        assert_array_equal(same, y)
