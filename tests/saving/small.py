"""Small models and texts to save, and functions that fail."""

from sklearn.pipeline import make_pipeline

from skseqconv import LookbackWindower, Standardizer

SMALL = {
    "filters": 4,
    "kernel_size": 3,
    "n_conv": 1,
    "epochs": 1,
    "batch_size": 50,
    "random_state": 0,
}
TEXTS = ["a good film", "not bad at all", "a bad film", "not good at all"] * 8


def piped(*models, lookback=12):
    return make_pipeline(Standardizer(), LookbackWindower(lookback), *models)


def fail_with(error):
    def failing(*args, **options):
        raise error

    return failing
