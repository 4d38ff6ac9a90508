"""
Classify film reviews as positive or negative
=============================================

A Pipeline turns texts into token ids and trains a convolutional network. A grid search
chooses the kernel size.

The reviews are synthetic, unless SKSEQCONV_DATA names a folder. Then the IMDB reviews
are read from there, and downloaded if they are missing::

    SKSEQCONV_DATA=FOLDER python examples/02_classify_reviews.py
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from skseqconv import Conv1DClassifier, TokenSequencer, telling_words
from skseqconv.datasets import fetch_imdb

QUICK = os.environ.get("SKSEQCONV_QUICK") == "1"  # one candidate, for tests
FOLDER = os.environ.get("SKSEQCONV_DATA")


# %%
# The reviews
# -----------
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


if FOLDER is None:
    texts, labels = synthetic_reviews()
    train_texts, test_texts, train_labels, test_labels = train_test_split(
        texts, labels, test_size=0.5, random_state=0
    )
    max_length, epochs, batch_size = 120, 15, 16
else:
    train_texts, train_labels = fetch_imdb(data_home=FOLDER, return_X_y=True)
    test_texts, test_labels = fetch_imdb(
        data_home=FOLDER, subset="test", return_X_y=True
    )
    max_length, epochs, batch_size = 1200, 4, 64
print(f"{len(train_texts):,} training reviews, {len(test_texts):,} test reviews")

# %%
# The baseline
# ------------
#
# Logistic regression on words and pairs of words.
words = make_pipeline(
    TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
    LogisticRegression(C=10.0, max_iter=1000),
)
began = time.perf_counter()
accuracy = words.fit(train_texts, train_labels).score(test_texts, test_labels)
took = time.perf_counter() - began
print(f"logistic regression: accuracy {accuracy:.4f} ({took:.0f} s)")

# %%
# The network
# -----------
#
# It reads words and runs of two and three words. The search is over the kernel size.
reviews = Pipeline(
    [
        (
            "tokens",
            TokenSequencer(
                ngram_range=(1, 3), max_tokens=400_000, max_length=max_length
            ),
        ),
        (
            "model",
            Conv1DClassifier(
                embedding_dim=32,
                n_conv=1,
                filters=32,
                global_pooling="average",
                embedding_dropout=0.5,
                learning_rate=0.004,
                learning_rate_schedule="one_cycle",
                epochs=epochs,
                batch_size=batch_size,
                random_state=0,
            ),
        ),
    ]
)
grid = {"model__kernel_size": [2] if QUICK else [1, 2]}
search = GridSearchCV(reviews, grid, scoring="roc_auc", cv=2)
began = time.perf_counter()
search.fit(train_texts, train_labels)
took = time.perf_counter() - began
print(f"best: {search.best_params_} ({took:.0f} s)")

# %%
# The score on the test reviews
# -----------------------------
found = search.best_estimator_
print(f"convolution: accuracy {found.score(test_texts, test_labels):.4f}")
for text, chance in zip(
    test_texts[:3], found.predict_proba(test_texts[:3])[:, 1], strict=True
):
    print(f"  {chance:.0%} positive: {text[:70]}...")

# %%
# The picture: words that move the network
# ----------------------------------------
#
# Each word and each pair of words is taken away from the test reviews that hold it. The
# bars show how much the probability of the class falls, in the mean.
told = telling_words(found, test_texts, n_words=12, ngrams=(1, 2))
figure, axes = plt.subplots(1, 2, figsize=(8, 4), sharex=True, layout="constrained")
names, colors = ["negative", "positive"], ["#D55E00", "#0072B2"]
for axis, label, name, color in zip(axes, [0, 1], names, colors, strict=True):
    words = told[told["label"] == label]
    axis.barh(words["words"], words["effect"], color=color)
    axis.invert_yaxis()
    axis.set(title=f"Toward {name}", xlabel="Fall of the probability without the word")
figure.savefig("02_words.png")
