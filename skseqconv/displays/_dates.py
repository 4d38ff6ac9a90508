"""A date axis that shows year and month of the data. Needs matplotlib."""

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, num2date

#: Days on each side of a single time; matplotlib would show two years.
AROUND_ONE_TIME = 0.5


class DatesShown(ConciseDateFormatter):
    """Matplotlib's short dates, with the year and month of the data beside the axis.

    Matplotlib writes those of the last tick. That tick can lie after the data, in
    another month or year than most ticks.
    """

    _beside = ""

    def format_ticks(self, values):
        labels = super().format_ticks(values)
        dates = np.array([num2date(value).timetuple()[:6] for value in values])
        level = _finest(dates)
        first, last = self._shown()
        inside = [first <= value <= last for value in values]
        if level < 2 and (dates[inside, 1] == 1).any():
            self._beside = ""  # a tick shows the year
            return labels
        written = self.offset_formats[level]
        ends = [num2date(end).strftime(written) for end in (first, last)]
        self._beside = " to ".join(dict.fromkeys(ends))
        return labels

    def get_offset(self):
        return self._beside

    def _shown(self):
        """The first and last time of the data in view."""
        view = sorted(self.axis.get_view_interval())
        data = self.axis.get_data_interval()
        first, last = max(view[0], data[0]), min(view[1], data[1])
        return (first, last) if first <= last else view


def _finest(dates):
    """Finest unit that varies between ticks: 0 for years to 5 for seconds."""
    varying = [level for level in range(6) if len(np.unique(dates[:, level])) > 1]
    return varying[-1] if varying else 5


def date_axis(ax):
    """Turn the x axis into a date axis."""
    first, last = ax.xaxis.get_data_interval()
    if first == last:
        ax.set_xlim(first - AROUND_ONE_TIME, last + AROUND_ONE_TIME)
    locator = AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(DatesShown(locator))
