"""Eight threads ask one fitted estimator: wrong answers, and how many a second.

    python -m tests.benchmarks.threads [--network conv1d] [--threads 8] [--calls 10000]

Each call predicts a single window; the threads share the calls. An answer is wrong
if a bit of it differs from what one thread was told before. One thread, then all of
them, in turn, three times; medians.
"""

import argparse
import sys
import threading

import numpy as np

from .common import interleaved, machine, table
from .predict import fitted


def ask(model, views, n_threads):
    """Predictions for all views, each by one of the threads, which start together."""
    answers, start = np.full(len(views), np.nan), threading.Barrier(n_threads)

    def share(first):
        start.wait()
        for i in range(first, len(views), n_threads):
            answers[i] = model.predict(views[i])[0]

    threads = [threading.Thread(target=share, args=(i,)) for i in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def wrong_answers(network, n_threads, n_calls, repeats):
    """How many answers differed from those of one thread, over all repeats."""
    model, windows = fitted(network, n_calls, 48, 7)
    views = [windows[i : i + 1] for i in range(n_calls)]
    expected = ask(model, views, 1)
    wrong = []

    def run(n):
        answers = ask(model, views, n)
        wrong.append(np.count_nonzero(answers != expected))

    name = f"{n_threads} threads"
    print(f"{network}, {n_calls:,} windows of 48 x 7, one a call")
    runs = {"1 thread": lambda: run(1), name: lambda: run(n_threads)}
    seconds = interleaved(runs, repeats)
    table(seconds, n_calls, "call", "1 thread")
    rates = {n: n_calls / np.median(runs) for n, runs in seconds.items()}
    print("  " + ", ".join(f"{n}: {rate:,.0f} a second" for n, rate in rates.items()))
    print(f"  {sum(wrong)} wrong answers of {len(wrong) * n_calls:,}")
    return sum(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=["conv1d", "conv1d_gru"], nargs="*")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    n_wrong = 0
    for network in options.network or ["conv1d", "conv1d_gru"]:
        n_wrong += wrong_answers(
            network, options.threads, options.calls, options.repeats
        )
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
