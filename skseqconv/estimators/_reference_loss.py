"""What the losses of a forecaster are compared with: persistence, and its start.

`history_` is in units of the start's error on the training rows. On held-out rows that
error is another one. So both are said, by the same loss function and on the same rows.
"""

from skseqconv._sampling import spread_positions

#: Most training rows that are scored. Before training, the loss of more says no more.
MAX_ROWS = 10_000


def reference_losses(estimator, fit, network, held_out, val_start):
    """Losses of persistence and of a network that is not trained yet.

    Parameters
    ----------
    estimator : SequenceEstimator
        One that forecasts changes from a level.
    fit : RunningFit
    network : Network
    held_out : Feed or None
        The rows to validate on.
    val_start : float or None
        The network's loss on them.

    Returns
    -------
    losses : dict of dict of float
        "persistence" and "start", each with "loss" and, if rows are held out,
        "val_loss".
    """
    rows = spread_positions(len(fit.X), MAX_ROWS)
    some = estimator._feed(fit.learned.at(rows))
    # By the program that predicts, which is needed anyway.
    start = {"loss": network.loss_of(network.predict(some.sequences), some)}
    persistence = {"loss": network.loss_of(estimator._persistence(some), some)}
    if held_out is not None:
        start["val_loss"] = val_start
        last = estimator._persistence(held_out)
        persistence["val_loss"] = network.loss_of(last, held_out)
    return {"persistence": persistence, "start": start}
