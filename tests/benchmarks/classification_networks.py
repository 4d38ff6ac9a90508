"""Networks for the benchmark "classification".

`NETWORKS` has a function for each line: from a seed to a classifier of panels of shape
(n_samples, n_steps[, n_channels]), padded with NaN.
"""

import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

#: Networks of an ensemble, unless a function says otherwise.
N_VOTERS = 5

#: Kernel sizes of the layers, network by network.
KERNELS = [(8, 5, 3), (16, 10, 6), (24, 15, 9), (32, 20, 12), (40, 25, 15)]

#: Processes that train the networks of a vote. Such small networks do not use a second
#: core.
N_JOBS = 2


def filled(classifier):
    """A classifier behind standardized channels; padding becomes their mean, zero."""
    from skseqconv import Standardizer

    return make_pipeline(Standardizer(), FunctionTransformer(np.nan_to_num), classifier)


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


def halved_vote(seed, **course):
    """Narrow to wide networks of half the filters of the FCN, then half the steps."""
    from skseqconv import Conv1DClassifier

    voters = [
        (
            f"kernels of {sizes}",
            Conv1DClassifier.fcn(
                filters=(32, 64, 32),
                kernel_size=sizes,
                pool_size=(2, 1),
                dropout=0.3,
                batch_size=4,
                steps_per_epoch=100,
                epochs=20,
                random_state=N_VOTERS * seed + i,
                **course,
            ),
        )
        for i, sizes in enumerate(KERNELS)
    ]
    return filled(VotingClassifier(voters, voting="soft", n_jobs=N_JOBS))


def one_cycle_vote(seed):
    course = {"learning_rate": 0.003, "learning_rate_schedule": "one_cycle"}
    return halved_vote(seed, **course)


def cosine_vote(seed):
    course = {"learning_rate": 0.001, "learning_rate_schedule": "cosine"}
    return halved_vote(seed, **course)


def widths_vote(seed, n_networks=4, **changes):
    """Narrow, middle and wide kernels in each of five layers."""
    from skseqconv import Conv1DClassifier

    middle = (5, 10, 15)
    setting = {
        "n_conv": 5,
        "filters": (16, 32, 32, 32, 16),
        "kernel_size": [(8, 16, 24), middle, middle, middle, (3, 6, 9)],
        "pool_size": (2, 1, 1, 1),
        "bottleneck": 16,
        "dropout": 0.3,
        "batch_size": 4,
        "steps_per_epoch": 100,
        "epochs": 15,
        "learning_rate": 0.001,
        "learning_rate_schedule": "cosine",
        **changes,
    }
    voters = [
        (
            f"seed {i}",
            Conv1DClassifier.fcn(random_state=n_networks * seed + i, **setting),
        )
        for i in range(n_networks)
    ]
    return filled(VotingClassifier(voters, voting="soft", n_jobs=N_JOBS))


#: The first of these ensembles, with three layers.
THREE_LAYERS = {
    "n_conv": 3,
    "filters": (16, 32, 16),
    "kernel_size": [(8, 16, 24), (5, 10, 15), (3, 6, 9)],
    "pool_size": (2, 1),
}

#: Ensembles of `widths_vote` that were compared by cross-validation.
CANDIDATES = {
    "five layers": {},
    "four layers": {
        "n_conv": 4,
        "filters": (16, 32, 32, 16),
        "kernel_size": [(8, 16, 24), (5, 10, 15), (5, 10, 15), (3, 6, 9)],
        "pool_size": (2, 1, 1),
    },
    "three layers": THREE_LAYERS,
    "three layers, no bottleneck": {**THREE_LAYERS, "bottleneck": None},
}

NETWORKS = {
    "FCN": fcn,
    "Inception": inception,
    "Inception, five vote": inception_vote,
    "parallel widths, four vote": widths_vote,
    "half FCN, one cycle, five vote": one_cycle_vote,
    "half FCN, cosine, five vote": cosine_vote,
}
