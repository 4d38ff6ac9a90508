"""What the splitters have in common."""

from __future__ import annotations

from sklearn.model_selection import BaseCrossValidator

from skseqconv.series.times._spans_in_files import HoldsSpans


class FoldsOfSeries(HoldsSpans, BaseCrossValidator):
    """A splitter with a parameter `n_splits`, whose `split` takes `groups`."""

    n_splits: int

    __metadata_request__split = {"groups": True}  # noqa: RUF012

    def get_n_splits(
        self, X: object = None, y: object = None, groups: object = None
    ) -> int:
        """Give the number of folds.

        Parameters
        ----------
        X, y, groups : object, default=None
            Ignored.

        Returns
        -------
        n_splits : int
            As given.
        """
        return self.n_splits
