"""The made weather series: its layout, physics, statistics and predictability."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseqconv.datasets import make_climate

COLUMNS = [
    "p (mbar)",
    "T (degC)",
    "Tpot (K)",
    "Tdew (degC)",
    "rh (%)",
    "VPmax (mbar)",
    "VPact (mbar)",
    "VPdef (mbar)",
    "sh (g/kg)",
    "H2OC (mmol/mol)",
    "rho (g/m**3)",
    "wv (m/s)",
    "max. wv (m/s)",
    "wd (deg)",
]
DAY = 144


@pytest.fixture(scope="module", params=[0, 1, 2])
def year(request):
    return make_climate(random_state=request.param)


def magnus(T):
    return 6.112 * np.exp(17.62 * T / (243.12 + T))


def autocorrelation(x, lag):
    x = x - x.mean()
    return (x[lag:] * x[:-lag]).mean() / x.var()


# ---- layout


def test_layout(year):
    assert list(year.columns) == COLUMNS
    assert (year.dtypes == np.float64).all()
    assert year.shape == (52_560, 14)
    assert year.index.name == "Date Time"
    assert year.index[0] == pd.Timestamp("2009-01-01 00:10:00")
    assert year.index[-1] == pd.Timestamp("2010-01-01 00:00:00")
    assert (np.diff(year.index) == pd.Timedelta("10min")).all()
    assert np.isfinite(year.to_numpy()).all()


def test_rounding(year):
    assert_array_equal(year, year.round(2))
    assert_array_equal(year["wd (deg)"], year["wd (deg)"].round(1))


@pytest.mark.parametrize("n_steps", [1, 2, np.int64(7)])
def test_short(n_steps):
    frame = make_climate(n_steps, random_state=0)
    assert frame.shape == (n_steps, 14)
    assert np.isfinite(frame.to_numpy()).all()


# ---- random state


def test_same_seed_same_frame():
    assert_frame_equal(
        make_climate(500, random_state=3), make_climate(500, random_state=3)
    )
    state = np.random.RandomState(3)
    first = make_climate(500, random_state=state)
    assert_frame_equal(first, make_climate(500, random_state=3))
    assert not first.equals(make_climate(500, random_state=state))
    assert not first.equals(make_climate(500, random_state=4))


def test_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()
    make_climate(50, random_state=0)
    assert_array_equal(np.random.get_state()[1], before)


# ---- time axis


@pytest.mark.parametrize(
    "freq", ["1h", pd.Timedelta("1h"), pd.offsets.Hour(), pd.Timedelta("60min")]
)
def test_hourly_is_every_sixth_row(freq):
    fine = make_climate(6 * 200, random_state=5)
    hourly = make_climate(200, freq=freq, random_state=5)
    assert_frame_equal(hourly, fine.iloc[::6], check_freq=False)


@pytest.mark.parametrize("freq", ["1min", "7min", "3h", "1D", "2D"])
def test_any_fixed_freq(freq):
    frame = make_climate(300, freq=freq, random_state=0)
    assert (np.diff(frame.index) == pd.Timedelta(freq)).all()
    assert np.isfinite(frame.to_numpy()).all()
    assert frame["T (degC)"].between(-35, 45).all()


def test_daily_steps_keep_the_statistics():
    # Stamps at 15:00 are warmer than those before sunrise, and both know the season.
    warm, cold = (
        make_climate(730, freq="1D", start=f"2009-01-01 {hour}", random_state=0)
        for hour in ("15:00", "05:00")
    )
    gap = warm["T (degC)"].mean() - cold["T (degC)"].mean()
    assert 4 < gap < 13
    by_month = warm["T (degC)"].groupby(warm.index.month).mean()
    assert by_month[7] - by_month[1] > 10


def test_start_sets_the_season():
    january = make_climate(1008, start="2011-01-10", random_state=0)
    july = make_climate(1008, start="2011-07-10", random_state=0)
    assert january.index[0] == pd.Timestamp("2011-01-10")
    assert (july["T (degC)"].to_numpy() > january["T (degC)"].to_numpy()).mean() > 0.95


def test_time_zone_is_kept():
    aware = make_climate(10, start=pd.Timestamp("2009-07-01", tz="UTC"), random_state=0)
    naive = make_climate(10, start="2009-07-01", random_state=0)
    assert str(aware.index.tz) == "UTC"
    assert_array_equal(aware, naive)


# ---- physics, up to the rounding of the columns


def test_vapor_pressure(year):
    T, rh = year["T (degC)"], year["rh (%)"]
    vp_max, vp = year["VPmax (mbar)"], year["VPact (mbar)"]
    # The slope of the Magnus curve is under 5 mbar per degree up to 45 degrees.
    assert_allclose(vp_max, magnus(T), atol=0.0051 + 0.005 * 5)
    assert_allclose(vp, vp_max * rh / 100, atol=0.02)
    assert_allclose(year["VPdef (mbar)"], vp_max - vp, atol=0.0151)
    assert_allclose(magnus(year["Tdew (degC)"]), vp, atol=0.03)
    assert (year["Tdew (degC)"] <= T).all()
    assert rh.between(5, 100).all()


def test_humidity_and_density(year):
    p, vp = year["p (mbar)"], year["VPact (mbar)"]
    assert_allclose(year["sh (g/kg)"], 622 * vp / (p - 0.378 * vp), atol=0.01)
    assert_allclose(year["H2OC (mmol/mol)"], 1000 * vp / p, atol=0.012)
    kelvin = year["T (degC)"] + 273.15
    virtual = kelvin / (1 - 0.378 * vp / p)
    assert_allclose(year["rho (g/m**3)"], 1e5 * p / (287.05 * virtual), atol=0.05)
    assert_allclose(year["Tpot (K)"], kelvin * (1000 / p) ** 0.2857, atol=0.012)


def test_wind(year):
    assert (year["wv (m/s)"] >= 0).all()
    assert (year["max. wv (m/s)"] >= year["wv (m/s)"]).all()
    assert (year["wd (deg)"] >= 0).all() and (year["wd (deg)"] < 360).all()


# ---- statistics: wide bands around the measured year 2020


def test_ranges(year):
    T, p = year["T (degC)"], year["p (mbar)"]
    assert 7.5 < T.mean() < 11.5
    assert 7 < T.std() < 9.5
    assert -26 < T.min() < -5
    assert 26 < T.max() < 42
    assert 985 < p.mean() < 995
    assert 6 < p.std() < 11
    assert 65 < year["rh (%)"].mean() < 82
    assert 1.5 < year["wv (m/s)"].mean() < 3


def test_memory(year):
    T, p = year["T (degC)"].to_numpy(), year["p (mbar)"].to_numpy()
    assert autocorrelation(T, 1) > 0.999
    assert 0.65 < autocorrelation(T, 72) < 0.85
    assert 0.87 < autocorrelation(T, 144) < 0.95
    assert 0.5 < autocorrelation(T, 1008) < 0.8
    assert autocorrelation(p, 1) > 0.999
    assert 0.65 < autocorrelation(p, 144) < 0.85
    assert autocorrelation(p, 1008) < 0.3


def test_season_and_hour_of_the_sun():
    hourly = make_climate(20 * 8766, freq="1h", random_state=0)["T (degC)"]
    by_month = hourly.groupby(hourly.index.month).mean()
    assert by_month.idxmin() in (1, 2) and by_month.idxmax() in (7, 8)
    summer = hourly[hourly.index.month.isin([6, 7])]
    by_hour = summer.groupby(summer.index.hour).mean()
    assert 3 <= by_hour.idxmin() <= 6 and 14 <= by_hour.idxmax() <= 17


def test_daily_range_follows_sun_and_clouds(year):
    by_day = year["T (degC)"].groupby(year.index.date)
    span = by_day.max() - by_day.min()
    month = np.array([day.month for day in span.index])
    summer, winter = span[np.isin(month, [5, 6, 7])], span[np.isin(month, [11, 12, 1])]
    assert 7.5 < span.mean() < 10.5
    assert 3 < span.std() < 5
    assert summer.mean() > 1.5 * winter.mean()
    # Clouds make summer days differ.
    assert summer.quantile(0.9) > 1.6 * summer.quantile(0.1)


def lagged(frame, target, horizon, lags):
    first = max(lags)
    X = np.hstack([frame[first - k : len(frame) - horizon - k] for k in lags])
    return X, target[first + horizon :], target[first : len(target) - horizon]


def test_other_channels_help_to_forecast(year):
    """A day ahead, all channels beat the temperature alone, and that persistence."""
    T = year["T (degC)"].to_numpy()
    errors = {}
    for name, channels in (("all", year.to_numpy()), ("T", T[:, None])):
        X, y, now = lagged(channels, T, DAY, (0, 72, 144))
        cut = len(y) * 2 // 3
        model = make_pipeline(StandardScaler(), Ridge(100.0))
        model.fit(X[: cut - DAY : 3], (y - now)[: cut - DAY : 3])
        errors[name] = np.abs(now + model.predict(X) - y)[cut:].mean()
    persistence = np.abs(y - now)[cut:].mean()
    assert 2.3 < np.abs(T[DAY:] - T[:-DAY]).mean() < 3.3
    assert 0.75 * persistence < errors["all"] < 0.94 * persistence
    assert errors["all"] < 0.95 * errors["T"]


# ---- errors


@pytest.mark.parametrize("n_steps", [0, -3, 2.5, "10", None, True])
def test_bad_n_steps(n_steps):
    with pytest.raises(ValueError, match=r"n_steps=.*integer of at least 1"):
        make_climate(n_steps)


@pytest.mark.parametrize(
    "freq", ["MS", "YE", "B", "W", "0min", "-1h", "1ms", "often", None, 3.5]
)
def test_bad_freq(freq):
    with pytest.raises(ValueError, match=r"freq=.*fixed time step.*\"10min\""):
        make_climate(10, freq=freq)


@pytest.mark.parametrize("start", ["yesterday-ish", None, "NaT", object()])
def test_bad_start(start):
    with pytest.raises(ValueError, match=r"start=.*must be a date and time"):
        make_climate(10, start=start)


def test_series_beyond_the_calendar():
    with pytest.raises(ValueError, match=r"n_steps=.*exceed the range of dates"):
        make_climate(10**8, freq="36500D")
