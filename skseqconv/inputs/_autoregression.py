"""A linear autoregression: forecasts of changes from a target's past.

The features are the last values of the target's channel less the newest one, as in
NLinear (Zeng et al. 2023), so the forecasts do not depend on the level. Exogenous
channels keep their level. `_autoregression_solved` solves the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._autoregression_rows import earlier_less_newest, finite_entries
from ._past_values import parts_of


@dataclass(frozen=True)
class Autoregression:
    """Linear forecasts of changes from the newest value of a channel.

    All values are in the units of the channels.

    Parameters
    ----------
    n_lags : int
        Number of entries of a window that are read of the own channel, the newest.
    weights : ndarray of shape (n_lags, n_outputs)
        Of the own channel's values less the newest one, oldest first. The last row,
        of the newest value, is zero.
    level_weights : ndarray of shape (n_outputs,)
        Of the newest value itself; zero without exogenous channels.
    exogenous_channels : ndarray of shape (n_exogenous,)
        Positions of the channels whose values are read as they are.
    exogenous_at : ndarray of shape (n_exogenous_lags,)
        Positions in the window at which they are read, oldest first.
    exogenous_weights : ndarray of shape (n_exogenous_lags, n_exogenous, n_outputs)
    intercepts : ndarray of shape (n_outputs,)
    alphas : ndarray of shape (n_outputs,)
        Strength of the penalty. Equal if targets share their weights.
    held_out_error : ndarray of shape (n_outputs,) or None
        Squared error on the rows that chose the strength, of weights solved from the
        rows before them, as a share of that of the newest value. None if no rows were
        held out.
    error : float or None
        The same share for all outputs together, averaged over the held-out parts: each
        target counts in units of its spread. None if no rows were held out.
    """

    n_lags: int
    weights: np.ndarray
    level_weights: np.ndarray
    exogenous_channels: np.ndarray
    exogenous_at: np.ndarray
    exogenous_weights: np.ndarray
    intercepts: np.ndarray
    alphas: np.ndarray
    held_out_error: np.ndarray | None = None
    error: float | None = None

    @property
    def alpha(self):
        """Strength of the penalty: a number, or `alphas` if targets differ in it."""
        different = np.unique(self.alphas[self.alphas > 0])
        return self.alphas if len(different) > 1 else float(different.max(initial=0.0))

    def changes(self, windows, channels, newest):
        """Forecast the changes from the newest values.

        Parameters
        ----------
        windows : WindowView or ndarray of shape (n_samples, n_steps, n_channels)
        channels : ndarray of shape (n_outputs,)
            Position of each output's channel.
        newest : ndarray of shape (n_samples, n_outputs)
            The newest known values; NaN if none is known.

        Returns
        -------
        changes : ndarray of float64 of shape (n_samples, n_outputs)
            NaN where the newest value is.

        Raises
        ------
        ValueError
            If a value that is read is missing or infinite.
        """
        changes = np.empty(newest.shape)
        for at, past in parts_of(windows, max(self.n_lags, newest.shape[1])):
            changes[at] = self._changes(past, channels, newest[at])
        return changes

    def _changes(self, past, channels, newest):
        known = np.isfinite(newest).all(axis=1)
        changes = self.intercepts + newest * self.level_weights
        for place, channel in enumerate(self.exogenous_channels):
            values = finite_entries(past, channel, self.exogenous_at, known)
            changes += values @ self.exogenous_weights[:, place]
        for channel in np.unique(channels):
            columns = np.flatnonzero(channels == channel)
            if not self.weights[:, columns].any():
                continue
            last = newest[:, columns[0]]
            earlier = earlier_less_newest(past, channel, self.n_lags, last)
            changes[:, columns] += earlier @ self.weights[:-1, columns]
        return changes
