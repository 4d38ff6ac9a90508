"""Networks for the benchmark "classification".

`NETWORKS` has a function for each line: from a seed to a classifier of panels of shape
(n_samples, n_steps[, n_channels]), padded with NaN.
"""

from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

#: Networks of InceptionTime's ensemble, and of that with parallel widths.
N_VOTERS, N_WITH_WIDTHS = 5, 3


def filled(classifier):
    """A classifier behind standardized channels; padding becomes their mean."""
    from skseqconv import PerStep, Standardizer

    fill = PerStep(SimpleImputer(strategy="constant", fill_value=0.0))
    return make_pipeline(Standardizer(), fill, classifier)


def fcn(seed):
    from skseqconv import Conv1DClassifier

    return filled(Conv1DClassifier.fcn(random_state=seed))


def inception(seed):
    from skseqconv import Conv1DClassifier

    return filled(Conv1DClassifier.inception(random_state=seed))


def inception_vote(seed):
    from skseqconv import Conv1DClassifier

    voters = [
        (f"seed {i}", Conv1DClassifier.inception(random_state=N_VOTERS * seed + i))
        for i in range(N_VOTERS)
    ]
    return filled(VotingClassifier(voters, voting="soft"))


def widths_vote(seed):
    """Narrow, middle and wide kernels in each layer, trained for a short time."""
    from skseqconv import Conv1DClassifier

    voters = [
        (
            f"seed {i}",
            Conv1DClassifier.fcn(
                filters=(16, 32, 16),
                kernel_size=[(8, 16, 24), (5, 10, 15), (3, 6, 9)],
                dropout=0.3,
                epochs=50,
                random_state=N_WITH_WIDTHS * seed + i,
            ),
        )
        for i in range(N_WITH_WIDTHS)
    ]
    return filled(VotingClassifier(voters, voting="soft"))


NETWORKS = {
    "FCN": fcn,
    "Inception": inception,
    "Inception, five vote": inception_vote,
    "parallel widths, three vote": widths_vote,
}
