"""set_output for transformers that give views and panels as well as tables."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from sklearn import get_config


def channel_names(estimator, input_features=None):
    """Names of the channels seen in fit, or x0, x1, ...; checked if given."""
    known = getattr(estimator, "feature_names_in_", None)
    if input_features is None:
        generated = [f"x{i}" for i in range(estimator.n_features_in_)]
        return np.array(generated, dtype=object) if known is None else known
    names = np.asarray(input_features, dtype=object)
    if known is not None and list(known) != list(names):
        raise ValueError("input_features is not equal to feature_names_in_")
    if len(names) != estimator.n_features_in_:
        raise ValueError(
            "input_features should have length equal to number of features "
            f"({estimator.n_features_in_}), got {len(names)}"
        )
    return names


class OutputMixin:
    """`set_output` by hand: it shapes tables; views and panels pass through.

    A class that takes this in must also turn scikit-learn's own wrapping off, with
    the class argument ``auto_wrap_output_keys=None``, which is not inherited.
    """

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set the container of two-dimensional output.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            "default" gives a DataFrame for a DataFrame and an array for an array.
            None leaves the setting as it is. Views and three-dimensional arrays
            are given as they are in any case.

        Returns
        -------
        self : object
            The transformer.
        """
        if transform is not None:
            if transform not in ("default", "pandas", "polars"):
                raise ValueError(
                    "transform must be 'default', 'pandas' or 'polars', got "
                    f"transform={transform!r}."
                )
            # The name under which scikit-learn's clone carries the setting over.
            self._sklearn_output_config = {"transform": transform}
        return self

    def _contain(self, values, names, *, index=None, table=False):
        """Put a two-dimensional result into the container that was asked for."""
        setting = getattr(self, "_sklearn_output_config", {}).get("transform")
        setting = setting or get_config()["transform_output"]
        if setting == "polars":
            import polars

            return polars.DataFrame(values, schema=list(names), orient="row")
        if setting == "pandas" or table:
            return pd.DataFrame(values, index=index, columns=names)
        return values
