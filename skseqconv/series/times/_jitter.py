"""Times that vary a little around equal steps, as those of a data logger do."""

import numpy as np
import pandas as pd

#: Steps that a logger may have.
STEPS = (
    *("1s", "2s", "5s", "10s", "15s", "20s", "30s"),
    *("1min", "2min", "5min", "10min", "15min", "20min", "30min"),
    *("1h", "2h", "3h", "6h", "12h", "1D"),
)

#: This share of the differences must be within half a step of the step, whose length
#: may be wrong by this share.
NEARLY_ALL, TOLERANCE = 0.9, 0.1


def resample_advice(index, differences):
    """Advice for dates that vary around one of the steps; empty for others."""
    usual = np.median(differences)
    near = np.abs(differences - usual) < usual / 2
    vary = np.mean(differences == usual) < 0.5 and near.mean() >= NEARLY_ALL
    if not isinstance(index, pd.DatetimeIndex) or not vary:
        return ""
    usual = pd.Timedelta(usual, index.unit)
    off, step = min((abs(usual / pd.Timedelta(step) - 1), step) for step in STEPS)
    n_steps = (index[-1] - index[0]) / pd.Timedelta(step)
    if off > TOLERANCE or n_steps > (1 + TOLERANCE) * len(index):
        return ""  # another step, or long gaps between the rows, such as nights
    return (
        f" The times vary around steps of {step}: series.resample({step!r}).mean() "
        "gives rows at equal distances."
    )
