"""Regression that goes on: whether it may, and what is solved again for more rows."""

import numpy as np

from skseqconv.inputs._fitted_steps import steps_changed
from skseqconv.inputs._target_channel import find_target
from skseqconv.inputs._targets import columns_of
from skseqconv.series.times._time_spans import in_rows

from ._level_found import can_be_solved, solve_level, still_explains, with_scale_of
from ._own_validation import FAR


class ContinuesRegression:
    """What `warm_start` and `partial_fit` of `SequenceRegressor` need.

    The regressor has `_found_level`, `_encoder`, and the fitted attributes.
    """

    def _explains(self, X, y):
        """Whether y relates to X as it did in the fit; None if unknown."""
        level = self._found_level()
        if level is None:
            return None
        return still_explains(level, self, X.data, columns_of(y))

    def _is_far(self, y):
        """Without a level, nothing else shows that y has other units."""
        if self._level is not None:
            return False
        scaler = self.target_encoder_
        away = np.abs(np.median(columns_of(y), axis=0) - scaler.mean_)
        return bool(((away > FAR * scaler.scale_) & (scaler.scale_ > 0)).any())

    def _solve_again(self, fit):
        """Solve level and scale for the present X and y; the weights stay."""
        X, y = fit.X, fit.y
        level, known = self._found_level(), self.target_encoder_.scale_ > 0
        if fit.one_epoch:
            level = self._level_of_more(level, X, columns_of(y))
        elif level is not None:
            columns = columns_of(y)
            weight = fit.sample_weight
            level = solve_level(level.kind, self, X.data, columns, level, weight)
        encoder = self._encoder(level, y).fit(y)
        if fit.one_epoch and level is None:
            # Only columns that were constant are solved.
            before = self.target_encoder_
            encoder.mean_ = np.where(known, before.mean_, encoder.mean_)
            encoder.scale_ = np.where(known, before.scale_, encoder.scale_)
        if level is not None:
            self._slot.network.set_level(level.weights)
        self._level = level and dict(vars(level))
        self.target_encoder_ = encoder

    def _level_of_more(self, level, X, y):
        """The level for `partial_fit`: the present one while it explains the rows."""
        if level is None:
            return None
        changed = steps_changed(self, X.data)
        explained = still_explains(level, self, X.data, y) is not False
        told = can_be_solved(level, self, X.data, y)
        if explained and not changed:
            if told and not level.changes.all():
                return with_scale_of(level, X.data, y)
            return level
        if told:
            return solve_level(level.kind, self, X.data, y, level)
        what = "y does not relate to its channel in X as before"
        if changed:
            what = "X has passed other fitted steps than before"
        raise ValueError(
            f"{what}, and these rows do not show how y relates to its channel now. "
            "Give more rows that know their target (from make_supervised), or fit the "
            "whole Pipeline (warm_start=True keeps the weights)."
        )

    def _options_of_level(self):
        options = super()._options_of_level()
        if self.window_norm != "auto":
            options["window_norm"] = self.window_norm
        if self.channel_independent != "auto":
            options["channel_independent"] = bool(self.channel_independent)
        return options

    def _changed(self, X, y):
        level = self._found_level()
        if self.level not in ("auto", level and level.start):
            return f"level={self.level!r} is not the level of that fit"
        seasonal = level is not None and level.start == "seasonal"
        period = in_rows("period", self.period, X.data)
        if seasonal and period not in ("auto", level.period):
            return f"period={self.period!r} is not the period of that fit"
        return self._other_targets(X, y) or super()._changed(X, y)

    def _other_targets(self, X, y):
        """What differs if y belongs to other channels or delays than before, or ""."""
        level, columns = self._found_level(), columns_of(y)
        if level is None or columns.shape[1] != len(level.channels):
            return ""
        now = find_target(self, X.data, columns, level)
        delays = [-1 if delay is None else delay for delay in now.delays]
        known = (level.delays >= 0) & (np.array(delays) >= 0)
        if now.channels != level.channels.tolist():
            return (
                f"y is of channel {now.channels} of X, in that fit it was of channel "
                f"{level.channels.tolist()}"
            )
        if (level.delays != delays)[known].any():
            return (
                f"y lies {np.array(delays)[known].tolist()} rows ahead, in that fit it "
                f"was {level.delays[known].tolist()}"
            )
        return ""
