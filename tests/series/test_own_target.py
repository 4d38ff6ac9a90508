"""A y that is known at each row: the lines that the error for `delay=0` gives."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skseqconv import SeriesView, make_supervised


def machines():
    """Rows of machines whose ids, sorted as text, are in another order; y = 2 * s."""
    random = np.random.default_rng(0)
    names = [f"m{number}" for number in (1, 2, 10)]
    table = pd.DataFrame(
        {"id": np.repeat(names, 4), "cycle": np.tile(range(4), 3), "size": 1.0}
    )
    return table.assign(s=random.normal(size=12)).assign(wear=lambda t: 2 * t["s"])


MACHINES = machines()
SHUFFLED = MACHINES.sample(frac=1, random_state=0)
ONE = SHUFFLED[SHUFFLED["id"] == "m2"].drop(columns="id")
DATED = MACHINES.assign(cycle=pd.Timestamp("2025-01-01") + pd.to_timedelta(range(12)))


@pytest.mark.parametrize(
    ("series", "target", "columns"),
    [
        (MACHINES, "wear", {"id": "id", "time": "cycle"}),
        (SHUFFLED, "wear", {"id": ["id"], "time": "cycle", "static": ["size"]}),
        (MACHINES.assign(kind=1), "wear", {"id": ["id", "kind"], "time": "cycle"}),
        (SHUFFLED.set_index(["id", "cycle"]), "wear", {"id": "id", "time": "cycle"}),
        (DATED.set_index(["id", "cycle"])[::-1], "wear", {}),
        (ONE, "wear", {"time": "cycle"}),
        (DATED.set_index("cycle").rename_axis(None), "wear", {"id": "id"}),
        (MACHINES.drop(columns="cycle"), "wear", {"id": "id"}),
        (MACHINES, ["wear"], {"id": "id", "time": "cycle"}),
        (MACHINES[["s", "wear"]], "wear", {}),
        (MACHINES[["s", "wear"]], np.int64(1), {}),
        ([MACHINES[["s", "wear"]][:7], MACHINES[["s", "wear"]][7:]], "wear", {}),
        (MACHINES[["s", "wear"]].to_numpy(), 1, {}),
        ([MACHINES[["s", "wear"]].to_numpy()] * 2, 1, {}),
    ],
)
def test_the_lines_give_y_in_the_order_of_x(series, target, columns):
    """They are run as they stand; y is twice the channel `s` of the same row."""
    message = (
        r"delay=0\. delay=0 is the row's own value, .* series: (X = .*; y = .*)\.$"
    )
    with pytest.raises(ValueError, match=message) as error:
        make_supervised(series, target, delay=0, on_gap="ignore", **columns)
    names = {"SeriesView": SeriesView, "np": np, "series": series}
    exec(re.search(message, str(error.value))[1], names)
    X, y = names["X"], names["y"]
    channels = X.channel_names
    s = 0 if channels is None else list(channels).index("s")
    assert channels is None or "wear" not in channels
    assert_array_equal(np.ravel(y), 2 * X.to_numpy()[:, s])


def test_a_series_without_other_channels_gets_no_lines():
    with pytest.raises(ValueError, match=r"which its window holds\.$"):
        make_supervised(MACHINES["wear"], 0, delay=0)
