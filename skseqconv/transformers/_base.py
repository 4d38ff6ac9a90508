"""What the transformers of this folder share: callbacks, `set_output`, tags."""

from __future__ import annotations

from typing import Self

import pandas as pd
from sklearn import get_config
from sklearn.base import BaseEstimator, TransformerMixin

from skseqconv._sklearn import CallbackSupportMixin
from skseqconv.series._view import View
from skseqconv.series.times._spans_in_files import HoldsSpans


class SequenceTransformer(
    HoldsSpans, CallbackSupportMixin, TransformerMixin, BaseEstimator
):
    """A transformer that gives views, three-dimensional arrays or tables."""

    def __init_subclass__(cls, auto_wrap_output_keys=None, **kwargs):
        # scikit-learn would put views into tables, too. `_contain` does it instead.
        super().__init_subclass__(auto_wrap_output_keys=auto_wrap_output_keys, **kwargs)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set the container of two-dimensional output.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            With "default", `CalendarFeatures`, `PerStep` and `Standardizer` give a
            DataFrame for a DataFrame. All other output is an array. None does not
            change the setting. Views and three-dimensional arrays are not affected.

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
            # clone() of scikit-learn copies the setting under this name.
            self._sklearn_output_config = {"transform": transform}
        return self

    def _contain(self, values, names, X=None, *, table=False):
        """Put a two-dimensional result into the container set by `set_output`.

        A DataFrame of new values gets the row labels of X, if X has some: scikit-learn
        joins the tables of several transformers by their labels.
        """
        setting = getattr(self, "_sklearn_output_config", {}).get("transform")
        setting = setting or get_config()["transform_output"]
        if setting == "polars":
            import polars

            names = [str(name) for name in names]
            return polars.DataFrame(values, schema=names, orient="row")
        if isinstance(values, pd.DataFrame):
            return values
        if setting == "pandas" or table:
            index = X.index if isinstance(X, View) or hasattr(X, "iloc") else None
            return pd.DataFrame(values, index=index, columns=names)
        return values

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
