"""Forecasts as a table: id, origin, date, horizon, forecast and interval."""

from ._forecast import forecast
from ._intervals import calibrate_interval, predict_interval, predict_quantiles

__all__ = ["calibrate_interval", "forecast", "predict_interval", "predict_quantiles"]
