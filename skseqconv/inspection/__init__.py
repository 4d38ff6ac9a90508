"""What a fitted model reads: which channels, which lags, which words."""

from ._display import ImportanceDisplay
from ._explain_text import TextExplanation, explain_text
from ._importance import importance
from ._telling_words import telling_words

__all__ = [
    "ImportanceDisplay",
    "TextExplanation",
    "explain_text",
    "importance",
    "telling_words",
]
