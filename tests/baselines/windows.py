"""Names of channels, and windows of a table."""

from skseqconv import LookbackWindower, make_supervised

NAMES = ["wind", "temp", "rain"]


def windows_of(frame, target, delay, lookback=6, step=1):
    X, y = make_supervised(frame, target, delay=delay)
    return LookbackWindower(lookback, step=step).fit_transform(X), y
