"""How many threads TensorFlow starts: as many as this process was granted."""

import os

import tensorflow as tf


def keep_to_granted_threads():
    """Limit TensorFlow's threads to OMP_NUM_THREADS, which it does not read itself.

    joblib sets this variable in its workers to their share of the cores. Otherwise each
    worker starts a thread per core, and they slow each other down (benchmark
    parallel_search). Settings of TensorFlow itself have precedence, and after its first
    operation the number cannot change.
    """
    granted = os.environ.get("OMP_NUM_THREADS", "")
    options = tf.config.threading
    told = (
        {"TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"} & set(os.environ)
        or options.get_intra_op_parallelism_threads()
        or options.get_inter_op_parallelism_threads()
    )
    if not granted.isdecimal() or told:
        return
    n_threads = min(int(granted), os.cpu_count() or 1)
    try:
        options.set_intra_op_parallelism_threads(n_threads)
        options.set_inter_op_parallelism_threads(n_threads)
    except RuntimeError:
        pass  # TensorFlow runs already
