"""
Classify film reviews as positive or negative.
==============================================

A Pipeline turns texts into token ids and trains a convolutional network. A grid search
chooses the kernel size.

::

    python examples/02_classify_reviews.py                 synthetic reviews
    python examples/02_classify_reviews.py --data FOLDER   the IMDB reviews in FOLDER,
                                                           downloaded if missing

Without --data, the IMDB reviews are read from the folder in SKSEQCONV_DATA, if it is
set.
"""

# %% Options
import argparse
import os
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from skseqconv import Conv1DClassifier, TokenSequencer
from skseqconv.datasets import fetch_imdb

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", metavar="FOLDER", help="folder of the IMDB reviews")
parser.add_argument(
    "--quick", action="store_true", help="synthetic data, one candidate"
)
options = parser.parse_args()


# %% The reviews
def synthetic_reviews(n_reviews=600, seed=0):
    """Reviews of a few phrases. "not" before a phrase reverses its meaning."""
    random = np.random.default_rng(seed)
    good, bad = ["good", "moving", "funny"], ["bad", "dull", "silly"]
    filler = "the film was a story of two people in some town and that is all".split()
    texts, labels = [], random.integers(2, size=n_reviews)
    for label in labels:
        words = list(random.choice(filler, size=random.integers(10, 40)))
        for _ in range(3):
            negated = random.random() < 0.5
            phrase = random.choice(good if label != negated else bad)
            at = random.integers(len(words))
            words[at:at] = ["not", phrase] if negated else ["very", phrase]
        texts.append(" ".join(words))
    return np.array(texts, dtype=object), labels


folder = options.data or os.environ.get("SKSEQCONV_DATA")
if options.quick or not folder:
    texts, labels = synthetic_reviews()
    train_texts, test_texts, train_labels, test_labels = train_test_split(
        texts, labels, test_size=0.5, random_state=0
    )
    max_length, epochs = 100, 15
else:
    missing = {"download_if_missing": bool(options.data), "data_home": Path(folder)}
    train_texts, train_labels = fetch_imdb(return_X_y=True, **missing)
    test_texts, test_labels = fetch_imdb(subset="test", return_X_y=True, **missing)
    max_length, epochs = 800, 8
print(f"{len(train_texts):,} training reviews, {len(test_texts):,} test reviews")

# %% The baseline: logistic regression on words and pairs of words
words = make_pipeline(
    TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
    LogisticRegression(C=10.0, max_iter=1000),
)
began = time.perf_counter()
accuracy = words.fit(train_texts, train_labels).score(test_texts, test_labels)
took = time.perf_counter() - began
print(f"logistic regression: accuracy {accuracy:.4f} ({took:.0f} s)")

# %% The network on words and pairs of words, with a search over the kernel size
reviews = Pipeline(
    [
        (
            "tokens",
            TokenSequencer(
                ngram_range=(1, 2), max_tokens=100_000, max_length=max_length
            ),
        ),
        (
            "model",
            Conv1DClassifier(
                embedding_dim=32,
                n_conv=1,
                filters=64,
                global_pooling="average",
                embedding_dropout=0.5,
                learning_rate=0.002,
                epochs=epochs,
                batch_size=32 if epochs > 8 else 128,
                random_state=0,
            ),
        ),
    ]
)
grid = {"model__kernel_size": [2] if options.quick else [1, 2]}
search = GridSearchCV(reviews, grid, scoring="roc_auc", cv=2, verbose=3)
began = time.perf_counter()
search.fit(train_texts, train_labels)
took = time.perf_counter() - began
print(f"best: {search.best_params_} ({took:.0f} s)")

# %% The score on the test reviews
found = search.best_estimator_
print(f"convolution: accuracy {found.score(test_texts, test_labels):.4f}")
for text, chance in zip(
    test_texts[:3], found.predict_proba(test_texts[:3])[:, 1], strict=True
):
    print(f"  {chance:.0%} positive: {text[:70]}...")
