"""What a fitted network knows of a metric in its history."""

from skseqconv._metrics import Metric


def mode_of(network, metric):
    """What of a metric is best, as the estimator knows it; "auto" if it does not.

    It does not know the metrics of callbacks.
    """
    return getattr(network, "_best_of_metrics", {}).get(metric, "auto")


def label_of(network, metric):
    """Label of the y axis: of the loss, its name and unit."""
    if metric != "loss":
        return Metric(metric).label
    loss = getattr(network, "loss", None)
    if loss is None:
        return "Loss"
    if loss == "auto":
        loss = network._compiled_with[0]
    if not isinstance(loss, str):
        loss = getattr(loss, "name", None) or loss.__name__
    name = Metric(loss).label.replace("crossentropy", "cross-entropy")
    label = f"Loss: {name[:1].lower()}{name[1:]}"
    architecture = getattr(network, "_architecture", None)
    if architecture is None or hasattr(network, "classes_"):
        return label
    if architecture["window_norm"] is None:
        return f"{label}\n(y standardized)"
    if name == "Mean squared error":
        return f"{label}\n(of the start on training rows: 1)"
    return f"{label}\n(unit: RMS error of the start on training rows)"
