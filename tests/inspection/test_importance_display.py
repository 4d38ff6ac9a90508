"""What the display of importances draws."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from skseqconv import (
    FlatWindowRegressor,
    ImportanceDisplay,
    LookbackWindower,
    importance,
    make_supervised,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def hourly():
    series = np.random.default_rng(0).normal(size=(300, 3))
    series[4:, 0] = series[:-4, 1]
    index = pd.date_range("2024-01-01", periods=300, freq="h")
    table = pd.DataFrame(series, index, columns=["load", "driver", "noise"])
    X, y = make_supervised(table, "load", delay=[1, 2])
    model = make_pipeline(LookbackWindower(24), FlatWindowRegressor())
    return model.fit(X, y), X, y


def drawn(table, by, importances=None, most=20, **options):
    importances = table[["mean"]] if importances is None else importances
    return ImportanceDisplay(table, importances, by, **options).plot(most=most)


def test_bars_of_channels_are_in_order(hourly):
    model, X, y = hourly
    result = importance(
        model, X, y, scoring="neg_mean_absolute_error", n_repeats=3, random_state=0
    )
    display = ImportanceDisplay.from_importance(result)
    table = result.table.sort_values("mean", ascending=False)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == table["channel"].tolist()
    assert [bar.get_width() for bar in display.bars_] == table["mean"].tolist()
    assert display.ax_.yaxis_inverted()
    assert display.ax_.get_xlabel() == "Increase in mean absolute error if permuted"
    order = result.importances_mean.argsort()[::-1]
    x, y = display.repeats_.get_data()
    np.testing.assert_array_equal(x, result.importances[order].ravel())
    np.testing.assert_array_equal(y, np.repeat([0, 1, 2], 3))


def test_from_estimator_is_importance_drawn(hourly):
    model, X, y = hourly
    _, ax = plt.subplots()
    display = ImportanceDisplay.from_estimator(
        model, X, y, ax=ax, n_repeats=1, random_state=0, options={"channels": "driver"}
    )
    assert display.ax_ is ax and display.figure_ is ax.figure
    expected = importance(model, X, y, n_repeats=1, random_state=0, channels="driver")
    pd.testing.assert_frame_equal(display.table, expected.table)
    assert display.repeats_ is None
    assert ax.get_xlabel() == "Decrease in R² if permuted"
    other = plt.subplots()[1]
    assert display.plot(other).ax_ is other


def test_lags_on_an_axis_of_time(hourly):
    model, X, y = hourly
    result = importance(
        model, X, y, by="lag", stretches=[(0, 2), (3, 3), (10, 23)], random_state=0
    )
    display = ImportanceDisplay.from_importance(result)
    assert display.ax_.get_xlabel() == "Hours before the newest row"
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in display.bars_]
    np.testing.assert_allclose(spans, [(-23.5, -9.5), (-3.5, -2.5), (-2.5, 0.5)])
    np.testing.assert_allclose(
        [bar.get_height() for bar in display.bars_], result.importances_mean
    )
    formatter = display.ax_.xaxis.get_major_formatter()
    assert [formatter(x, 0) for x in (-12, 0)] == ["12", "0"]


@pytest.mark.parametrize(
    ("step", "n_rows", "unit", "edge"),
    [
        ("10min", 24, "Hours", -23.5 / 6),
        ("1D", 10, "Days", -9.5),
        ("1s", 5, "Seconds", -4.5),
        (None, 24, "Rows", -23.5),
    ],
)
def test_the_unit_fits_the_window(step, n_rows, unit, edge):
    table = pd.DataFrame({"oldest": [n_rows - 1], "newest": [0], "mean": [1.0]})
    table["std"] = 0.0
    if step is not None:
        table["oldest_time"] = table["oldest"] * pd.Timedelta(step)
        table["newest_time"] = table["newest"] * pd.Timedelta(step)
    display = drawn(table, ["lag"])
    assert display.ax_.get_xlabel().startswith(unit)
    assert display.bars_[0].get_x() == pytest.approx(edge)


def test_a_map_of_channels_and_lags(hourly):
    model, X, y = hourly
    result = importance(model, X, y, by=("channel", "lag"), stretches=4, random_state=0)
    display = ImportanceDisplay.from_importance(result)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[0] == "driver" and len(display.meshes_) == 3
    own = result.table[result.table["channel"] == "driver"]
    np.testing.assert_allclose(display.meshes_[0].get_array(), [own["mean"]])
    assert display.meshes_[0].norm.vmin == 0
    assert {mesh.norm.vmax for mesh in display.meshes_} == {result.table["mean"].max()}
    label = display.color_bar_.ax.get_ylabel().replace("\n", " ")
    assert label == "Decrease in R² if permuted"


@pytest.mark.parametrize("names", [["mean", "std"], ["std", "mean"]])
def test_channels_may_have_the_names_of_columns_of_the_table(names):
    spans = {"oldest": [1, 0, 1, 0], "newest": [1, 0, 1, 0]}
    means = {"mean": [0.1, 0.2, 0.4, 0.3], "std": np.zeros(4)}
    table = pd.DataFrame({"channel": np.repeat(names, 2), **spans, **means})
    display = drawn(table, ("channel", "lag"))
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == names[::-1]
    cells = [mesh.get_array().ravel().tolist() for mesh in display.meshes_]
    assert cells == [[0.4, 0.3], [0.1, 0.2]]


def test_noise_stays_pale():
    table = pd.DataFrame({"channel": list("aabb"), "oldest": [3, 1] * 2})
    table["newest"] = table["oldest"] - 1
    table["mean"], table["std"] = [0.01, -0.02, 0.005, 0.01], 0.01
    display = drawn(table, ["channel", "lag"])
    [mesh, _] = display.meshes_
    assert mesh.norm.vmax == 0.08
    display.figure_.canvas.draw()
    for color in mesh.get_facecolors():
        assert min(color[:3]) > 0.8
    assert mesh.get_facecolors()[1].tolist() == list(to_rgba(mesh.cmap(0.0)))


def test_scales_span_a_hundredth_of_the_score():
    table = pd.DataFrame({"channel": ["a", "b"], "oldest": [1, 1], "newest": [0, 0]})
    table["mean"], table["std"] = [0.001, 0.0], 0.0
    display = drawn(table, ["channel"], score=-2.0)
    assert display.ax_.get_xlim()[1] == pytest.approx(0.02)
    display = drawn(table, ["channel", "lag"], score=np.array([-1.0, -2.0]))
    assert display.meshes_[0].norm.vmax == pytest.approx(0.02)
    display = drawn(table[:1], ["lag"], score=-2.0)
    assert display.ax_.get_ylim()[1] == pytest.approx(0.02)


def test_lags_of_channels_known_ahead_lie_after_the_row():
    table = pd.DataFrame({"channel": list("ab"), "oldest": [1, -1], "newest": [0, -2]})
    table["mean"], table["std"] = 1.0, 0.0
    ax = drawn(table, ["channel", "lag"]).ax_
    assert ax.get_xlabel() == "Rows from the newest row"
    formatter = ax.xaxis.get_major_formatter()
    assert [formatter(x, 0) for x in (-1, 0, 2)] == ["-1", "0", "+2"]


def test_names_leave_room_in_narrow_axes():
    table = pd.DataFrame({"channel": ["a long name of a channel"], "mean": [1.0]})
    figure, ax = plt.subplots(figsize=(2.6, 2), layout="constrained")
    ImportanceDisplay(table, [[1.0]], ["channel"]).plot(ax)
    [label] = ax.get_yticklabels()
    assert max(map(len, label.get_text().split("\n"))) <= 12
    figure.canvas.draw()
    assert ax.get_position().width > 0.3


def test_stretches_that_do_not_touch_leave_room():
    table = pd.DataFrame({"channel": ["a", "a"], "oldest": [9, 1], "newest": [7, 0]})
    table["mean"], table["std"] = [1.0, 2.0], 0.0
    [mesh] = drawn(table, ["channel", "lag"]).meshes_
    assert mesh.get_array().mask.tolist() == [[False, True, False]]
    np.testing.assert_array_equal(
        mesh.get_coordinates()[0, :, 0], [-9.5, -6.5, -1.5, 0.5]
    )


def test_outputs_are_columns_or_rows(hourly):
    model, X, y = hourly
    result = importance(model, X, y, each_output=True, random_state=0)
    display = ImportanceDisplay.from_importance(result)
    ticks = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert ticks == ["1", "2"]
    assert display.ax_.get_xlabel() == "Forecast horizon in rows"
    by_lag = importance(model, X, y, by="lag", each_output=True, random_state=0)
    display = ImportanceDisplay.from_importance(by_lag)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["1", "2"]
    both = importance(
        model, X, y, by=("channel", "lag"), each_output=True, stretches=1, n_repeats=1
    )
    with pytest.raises(ValueError, match="room for two of channels, lags and outputs"):
        ImportanceDisplay.from_importance(both)
    plain = FlatWindowRegressor(Ridge()).fit(np.eye(6), np.eye(6)[:, :2])
    result = importance(plain, np.eye(6), np.eye(6)[:, :2], each_output=True)
    display = ImportanceDisplay.from_importance(result)
    ticks = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert ticks == ["output 0", "output 1"]


def test_many_long_names():
    names = [f"a channel with a long name and the number {i}" for i in range(40)]
    table = pd.DataFrame({"channel": names, "mean": np.arange(40.0), "std": 0.0})
    display = drawn(table, ["channel"], most=5)
    assert len(display.bars_) == 5
    assert display.ax_.get_title(loc="right") == "5 of 40 channels"
    label = display.ax_.get_yticklabels()[0].get_text()
    assert label == "a channel with a long name\nand the number 39"
    words = table.rename(columns={"channel": "word"})
    label = drawn(words, ["word"], method="occlusion").ax_.get_xlabel()
    assert label == "Decrease in score if removed"


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="result lacks by, metric, score, table"):
        ImportanceDisplay.from_importance({"importances": [[1.0]]})
    table = pd.DataFrame({"channel": ["a"], "mean": [1.0], "std": [0.0]})
    for most in (0, 2.5, "all"):
        with pytest.raises(ValueError, match=f"most={most!r} must be a whole number"):
            drawn(table, ["channel"], most=most)
