"""A synthetic weather series in the 14-column layout of the Jena Climate file."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.special import expit
from sklearn.utils import check_random_state

from skseqconv._counts import is_count

_LATITUDE = np.deg2rad(50.9)
_SOLAR_NOON = 12.2  # clock hour of the highest sun (UTC+1, longitude 11.6 degrees E)
_WARM_UP = 20 * 24.0  # hours simulated before `start`, so that no filter starts cold
_FRONT_EVERY = 80.0  # mean hours between fronts


def make_climate(
    n_steps: int = 52_560,
    *,
    freq: str | pd.Timedelta | pd.offsets.BaseOffset = "10min",
    start: str | pd.Timestamp = "2009-01-01 00:10:00",
    random_state: int | np.random.RandomState | None = None,
) -> pd.DataFrame:
    """Generate a synthetic weather series with several channels.

    The series has the columns, units and rounding of the Jena Climate file (weather
    station of the Max Planck Institute for Biogeochemistry, Jena, Germany). All values
    come from a small stochastic model of the weather.

    Temperature depends on the season, the sun (less under clouds), and air masses that
    change slowly and with fronts. An air mass affects pressure, wind and clouds 12 to
    30 hours before it affects the temperature. Therefore the other channels help to
    forecast ``T (degC)``.

    Parameters
    ----------
    n_steps : int, default=52_560
        Number of rows. The default is one year of 10-minute steps.
    freq : str, Timedelta or fixed offset, default="10min"
        Time between two rows, at least one second. All time scales of the model are in
        hours, not in rows: with the same seed and span, ``freq="1h"`` gives every
        sixth row of the 10-minute series. Other frequencies than multiples of 10
        minutes up to 4 hours give another series with the same statistics.
    start : str or Timestamp, default="2009-01-01 00:10:00"
        Time of the first row; it determines the season and the hour (UTC+1).
    random_state : int, RandomState instance or None, default=None
        Seed or generator of the random numbers. An int gives the same frame each time.

    Returns
    -------
    frame : DataFrame of shape (n_steps, 14)
        Values are float64, the index a DatetimeIndex named ``"Date Time"``. Columns
        and units: ``p (mbar)`` pressure, ``T (degC)`` temperature, ``Tpot (K)``
        potential temperature, ``Tdew (degC)`` dew point, ``rh (%)`` relative
        humidity, ``VPmax (mbar)``, ``VPact (mbar)`` and ``VPdef (mbar)`` saturation
        vapor pressure, vapor pressure and deficit, ``sh (g/kg)`` specific humidity,
        ``H2OC (mmol/mol)`` water vapor concentration, ``rho (g/m**3)`` air density,
        ``wv (m/s)`` and ``max. wv (m/s)`` mean and highest wind speed, and
        ``wd (deg)`` wind direction in [0, 360).

    Raises
    ------
    ValueError
        If `n_steps` is not an integer of at least 1, `freq` is not a fixed time
        step of at least one second, `start` is not a date, or the series would exceed
        the range of dates in pandas.

    See Also
    --------
    load_climate_csv : Reads a measured series in this layout.

    Notes
    -----
    Saturation vapor pressure over water is the Magnus form
    ``6.112 * exp(17.62 * T / (243.12 + T))`` of [1]_; the dew point is its inverse.
    Specific humidity is ``622 * e / (p - 0.378 * e)``, with ``e`` for ``VPact``.
    Density is the ideal gas law for dry air (287.05 J/(kg K)) at the virtual
    temperature [2]_, and ``Tpot`` is ``(T + 273.15) * (1000 / p) ** 0.2857``.
    Each column is computed before rounding, and then rounded to 2 decimals (the
    direction to 1), so these relations hold up to rounding.

    References
    ----------
    .. [1] World Meteorological Organization, "Guide to Instruments and Methods of
       Observation", WMO-No. 8, Volume I, Annex 4.B.
    .. [2] J. M. Wallace and P. V. Hobbs, "Atmospheric Science: An Introductory
       Survey", 2nd edition, Academic Press, 2006, Chapter 3.

    Examples
    --------
    >>> from skseqconv.datasets import make_climate
    >>> climate = make_climate(1008, random_state=0)  # one week
    >>> climate.shape
    (1008, 14)
    >>> list(climate.columns[:3])
    ['p (mbar)', 'T (degC)', 'Tpot (K)']
    >>> climate.index[0], climate.index.name
    (Timestamp('2009-01-01 00:10:00'), 'Date Time')
    """
    index, step = _make_index(n_steps, freq, start)
    rng = check_random_state(random_state)
    # Long time steps are simulated in parts: sun and fronts need a fine grid.
    parts = min(24, int(np.ceil(step / pd.Timedelta("10min"))))
    dt = step / pd.Timedelta("1h") / parts
    warm_up = int(np.ceil(_WARM_UP / dt))
    n = warm_up + len(index) * parts
    first = index[0].tz_localize(None)
    hours = (first - pd.Timestamp(first.year, 1, 1)) / pd.Timedelta("1h")
    weather = _simulate(rng, hours + dt * np.arange(-warm_up, n - warm_up), dt)
    weather = {name: x[warm_up::parts] for name, x in weather.items()}
    return pd.DataFrame(_to_columns(**weather), index=index)


def _make_index(n_steps, freq, start) -> tuple[pd.DatetimeIndex, pd.Timedelta]:
    """Check the parameters; return the time of each row and the time between rows."""
    if not is_count(n_steps):
        raise ValueError(
            f"n_steps={n_steps!r} must be an integer of at least 1, the number of "
            "rows; 52_560 is one year of 10-minute steps."
        )
    try:
        offset = pd.tseries.frequencies.to_offset(freq)
        # In pandas 3, a day is no longer a fixed step.
        is_day = isinstance(offset, pd.offsets.Day)
        step = pd.Timedelta(days=offset.n) if is_day else pd.Timedelta(offset)
        fixed = step >= pd.Timedelta("1s")
    except (ValueError, TypeError):
        fixed = False
    if not fixed:
        raise ValueError(
            f"freq={freq!r} must be a fixed time step of at least one second; "
            "months, years and business days vary in length. Use for example "
            '"10min", "1h" or "1D".'
        )
    try:
        first = pd.Timestamp(start)
        if first is pd.NaT:
            raise ValueError("not a time")
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"start={start!r} must be a date and time; use for example "
            '"2009-01-01 00:10:00".'
        ) from error
    try:
        index = pd.date_range(first, periods=int(n_steps), freq=step, name="Date Time")
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"n_steps={n_steps!r} steps of freq={freq!r} from start={start!r} exceed "
            "the range of dates in pandas: use fewer or shorter steps."
        ) from error
    return index, step


def _decay(x: np.ndarray, hours: float, dt: float) -> np.ndarray:
    """Exponential decay of each impulse in `x` with a time constant of `hours`."""
    return lfilter([1.0], [1.0, -np.exp(-dt / hours)], x)


def _follow(x: np.ndarray, hours: float, dt: float) -> np.ndarray:
    """A state that follows `x` with a delay of about `hours`."""
    return -np.expm1(-dt / hours) * _decay(x, hours, dt)


def _wander(rng, n: int, hours: float, dt: float) -> np.ndarray:
    """Ornstein-Uhlenbeck noise of unit variance and correlation time `hours`."""
    noise = rng.standard_normal(n)
    noise[1:] *= np.sqrt(-np.expm1(-2.0 * dt / hours))
    return _decay(noise, hours, dt)


def _make_fronts(rng, n: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Impulses (degC) at the first sign of each front, and at its arrival."""
    count = rng.poisson(n * dt / _FRONT_EVERY)
    sign_at = rng.uniform(0.0, n * dt, count)
    arrive_at = sign_at + rng.uniform(12.0, 30.0, count)
    # Two fronts in three are cold.
    size = rng.gamma(4.0, 0.8, count) * np.where(rng.uniform(size=count) < 0.62, -1, 1)
    signs, arrivals = np.zeros(n), np.zeros(n)
    for series, at in ((signs, sign_at), (arrivals, arrive_at)):
        step = (at / dt).astype(int)
        inside = step < n
        np.add.at(series, step[inside], size[inside])
    return signs, arrivals


def _simulate(rng, hours: np.ndarray, dt: float) -> dict[str, np.ndarray]:
    """Simulate the weather at `hours` since a New Year's midnight."""
    n = len(hours)
    signs, arrivals = _make_fronts(rng, n, dt)
    flow = _wander(rng, n, 30.0, dt)  # > 0: warm air is on its way
    shift = min(n, round(18.0 / dt))
    flow_here = np.concatenate([np.zeros(shift), flow[: n - shift]])
    ahead = _follow(_decay(signs, 20.0, dt), 3.0, dt)  # signed, degC
    trough = _follow(_decay(np.abs(signs), 20.0, dt), 5.0, dt)
    passed = _follow(_decay(arrivals, 70.0, dt), 1.0, dt)
    high = _follow(_wander(rng, n, 85.0, dt), 8.0, dt)  # anticyclone

    air = 1.2 * _wander(rng, n, 110.0, dt) + passed
    air += 4.8 * _follow(flow_here, 30.0, dt)

    cover = _wander(rng, n, 20.0, dt) + 0.35 * trough - 0.9 * high + 0.25 * flow
    cloud = expit(2.0 * cover + 0.3)

    year = 2.0 * np.pi * (hours / 24.0 + 10.0) / 365.2425  # 0 at winter solstice
    sun = _sun_height(hours, year)
    heating = 2.3 * np.maximum(sun, 0.0) * (1.0 - 0.72 * cloud)
    heating -= 0.75 * (1.0 - 0.75 * cloud)
    daily = 13.0 * _follow(heating, 5.0, dt)
    season = 12.0 - 6.4 * np.cos(year - 0.6)  # a month behind the sun
    winter = 0.5 + 0.5 * np.cos(year)
    T = season + (0.92 + 0.25 * winter) * air + daily + 0.5 * _wander(rng, n, 2.0, dt)

    dew = season - 6.3 + 0.8 * air + 2.2 * _wander(rng, n, 30.0, dt)
    dew += 4.0 * (cloud - 0.5) + 0.1 * daily
    # The air cannot hold more than saturation: fold the dew point under T.
    dew = T - np.logaddexp(0.0, T - dew)

    p = 990.5 + (7.5 + 2.5 * winter) * high - 1.4 * trough - 0.25 * passed
    p -= 1.8 * _follow(flow, 4.0, dt)
    p += 0.3 * np.cos(4.0 * np.pi * (hours - 10.0) / 24.0)
    wv, gust, wd = _blow(rng, n, dt, ahead, trough, flow, sun)
    return {"p": p, "T": T, "dew": dew, "wv": wv, "gust": gust, "wd": wd}


def _sun_height(hours: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Sine of the height of the sun over the horizon."""
    tilt = -np.deg2rad(23.44) * np.cos(year)
    hour_angle = 2.0 * np.pi * (hours - _SOLAR_NOON) / 24.0
    overhead = np.cos(_LATITUDE) * np.cos(tilt) * np.cos(hour_angle)
    return overhead + np.sin(_LATITUDE) * np.sin(tilt)


def _blow(rng, n: int, dt: float, ahead, trough, flow, sun) -> tuple[np.ndarray, ...]:
    """Wind speed, highest speed (m/s) and direction (degrees)."""
    force = 0.2 + 0.45 * _wander(rng, n, 20.0, dt) + 0.3 * _wander(rng, n, 1.5, dt)
    force += 0.2 * np.sqrt(trough) + 0.7 * np.maximum(sun, 0.0)
    force += 0.1 * rng.standard_normal(n)
    # Near zero in calm weather, with a lighter tail than exp(force) in a storm.
    wv = 1.15 * np.logaddexp(0.0, 2.2 * force) ** 1.35
    gust = wv * (1.35 + 0.25 * np.abs(rng.standard_normal(n))) + 0.3
    swing = _wander(rng, n, 1.0, dt) * (12.0 + 60.0 * np.exp(-0.8 * wv))
    wd = 190.0 - 60.0 * flow - 14.0 * ahead + 25.0 * _wander(rng, n, 30.0, dt) + swing
    return wv, gust, wd


def _to_columns(p, T, dew, wv, gust, wd) -> dict[str, np.ndarray]:
    """Compute and round the 14 columns from the six simulated states."""
    vp_max = _magnus(T)
    rh = np.clip(100.0 * _magnus(dew) / vp_max, 5.0, 100.0)
    vp = vp_max * rh / 100.0
    log_vp = np.log(vp / 6.112)
    kelvin = T + 273.15
    virtual = kelvin / (1.0 - 0.378 * vp / p)
    columns = {
        "p (mbar)": p,
        "T (degC)": T,
        "Tpot (K)": kelvin * (1000.0 / p) ** 0.2857,
        "Tdew (degC)": 243.12 * log_vp / (17.62 - log_vp),
        "rh (%)": rh,
        "VPmax (mbar)": vp_max,
        "VPact (mbar)": vp,
        "VPdef (mbar)": vp_max - vp,
        "sh (g/kg)": 622.0 * vp / (p - 0.378 * vp),
        "H2OC (mmol/mol)": 1000.0 * vp / p,
        "rho (g/m**3)": 1e5 * p / (287.05 * virtual),
        "wv (m/s)": wv,
        "max. wv (m/s)": gust,
        "wd (deg)": wd,
    }
    columns = {name: np.round(x, 2) for name, x in columns.items()}
    # Rounding can give 360.0, which is north (0.0).
    columns["wd (deg)"] = np.round(wd % 360.0, 1) % 360.0
    return columns


def _magnus(T: np.ndarray) -> np.ndarray:
    """Saturation vapor pressure over water (mbar) at `T` (degC)."""
    return 6.112 * np.exp(17.62 * T / (243.12 + T))
