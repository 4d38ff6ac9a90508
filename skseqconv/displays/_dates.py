"""An axis of dates that says which dates it shows. Needs matplotlib."""

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, num2date

#: Days on each side of data at a single time, where matplotlib would show two years.
AROUND_ONE_TIME = 0.5


class DatesShown(ConciseDateFormatter):
    """Dates as matplotlib writes them, with what they leave out taken from the data.

    matplotlib writes the year and month of the last tick beside the axis. That may lie
    after the data, in the next month or year, and most of the ticks before it.
    """

    _beside = ""

    def format_ticks(self, values):
        labels = super().format_ticks(values)
        dates = np.array([num2date(value).timetuple()[:6] for value in values])
        level = _finest(dates)
        first, last = self._shown()
        inside = [first <= value <= last for value in values]
        if level < 2 and (dates[inside, 1] == 1).any():
            self._beside = ""  # a tick names the year
            return labels
        written = self.offset_formats[level]
        ends = [num2date(end).strftime(written) for end in (first, last)]
        self._beside = " to ".join(dict.fromkeys(ends))
        return labels

    def get_offset(self):
        return self._beside

    def _shown(self):
        """The first and last time of data in view."""
        view = sorted(self.axis.get_view_interval())
        data = self.axis.get_data_interval()
        first, last = max(view[0], data[0]), min(view[1], data[1])
        return (first, last) if first <= last else view


def _finest(dates):
    """What changes from tick to tick: 0 for years, to 5 for seconds or less."""
    varying = [level for level in range(6) if len(np.unique(dates[:, level])) > 1]
    return varying[-1] if varying else 5


def date_axis(ax):
    """Make the x axis one of dates."""
    first, last = ax.xaxis.get_data_interval()
    if first == last:
        ax.set_xlim(first - AROUND_ONE_TIME, last + AROUND_ONE_TIME)
    locator = AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(DatesShown(locator))
