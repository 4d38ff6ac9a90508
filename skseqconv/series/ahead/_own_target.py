"""Lines of code for a y that is known at each row itself, not forecast."""

from skseqconv.series.tables._channels import several_channels
from skseqconv.series.tables._containers import names_columns


def lines_for_own_target(target, columns, data):
    """Code that leaves a target out of the series, and makes a y in the order of X.

    Parameters
    ----------
    target : label, int, or list of these
    columns : dict
        The parameters `id`, `time` and `static` of the caller.
    data : Series
        The series with the target.
    """
    target = _by_name(target, data)
    given = {k: v for k, v in columns.items() if names_columns(**{k: v})}
    options = "".join(f", {name}={value!r}" for name, value in given.items())
    if data.ids is None and data.n_series > 1:
        rest, own = _parts("one", target, data)
        return (
            f"X = SeriesView([{rest} for one in series]); "
            f"y = np.concatenate([{own} for one in series])"
        )
    rest, _ = _parts("series", target, data)
    _, own = _parts(_in_order(data, given), target, data)
    return f"X = SeriesView({rest}{options}); y = {own}"


def _by_name(target, data):
    """The target as the table names it."""
    channels, several = several_channels(target, data)
    names = [int(i) if data.labels is None else data.labels[i] for i in channels]
    return names if several else names[0]


def _parts(table, target, data):
    """Code for a table or an array without the target, and for the target."""
    if data.labels is None:
        return f"np.delete({table}, {target!r}, axis=1)", f"{table}[:, {target!r}]"
    return f"{table}.drop(columns={target!r})", f"{table}[{target!r}].to_numpy()"


def _in_order(data, given):
    """Code for the given table with its rows in the order of X."""
    keys = [] if data.ids is None else list(data.ids.names)
    if data.dates is not None and (keys or "time" in given):
        name = data.first_index().name
        table = "series" if name is not None else "series.rename_axis('time')"
        keys.append("time" if name is None else name)
        return f"X.frame().merge({table}, how='left', on={keys!r})"
    return f"series.sort_values({keys!r}, kind='stable')" if keys else "series"
