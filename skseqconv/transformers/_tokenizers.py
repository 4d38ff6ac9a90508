"""How texts become tokens: tokenizers by name, stop words, runs of tokens."""

import re
import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Set
from functools import cache

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from skseqconv._counts import is_count
from skseqconv.series._missing_history import stacklevel_of_caller

from ._texts_or_ids import shown

# The words of any script that separates them.
#
# The rules are those of UAX #29 (Unicode Text Segmentation): letters, marks and digits
# make a word; an apostrophe or a middle dot stays between two letters, a point or a
# comma between two digits; hyphens separate. Four differences:
# - A full stop or a colon between letters separates, as in Keras and scikit-learn:
#   in reviews it is mostly the end of a sentence without a space ("good.The").
# - An underscore separates, as in Keras: it marks emphasis ("_very_ good").
# - Letters of scripts without spaces stay together, so texts keep their words if
#   spaces were put between them. `warn_of_unspaced` finds the other texts.
# - A grave or acute accent typed as an apostrophe ("don`t") is an apostrophe.

#: Set the look of a character or the end of a line. They are not part of the spelling.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)

#: Runs that may consist of accents only.
_LONG_RUN = re.compile(r"[^\w\s\0-\u02ff]{31,}")

#: The result of str.lower for the Turkish capital İ, and "i" with invisible dots.
_DOTTED_I = re.compile("i\u0307+")

#: ZWNJ, ZWJ and MVS. They belong to a word only if a letter or mark follows.
_JOINERS = "\u200c\u200d\u180e"

#: Typed instead of an apostrophe. None of them is a letter, so all can be replaced.
_APOSTROPHES = re.compile("[`\u00b4\u2018\u2019\u05f3\uff07]")

#: Two letters that are apostrophes if they stand between other letters.
_LETTER_APOSTROPHE = re.compile(
    rf"[\u02bb\u02bc](?<=[^'·\u02bb\u02bc{_JOINERS}].)(?=\w)"
)

_GERSHAYIM = "\u05f4"  # in Hebrew acronyms, also typed as a quotation mark

_ASCII_WORD = re.compile(r"\w+(?:(?:'|(?<=\d)[.,](?=\d))\w+)*", re.ASCII)

_PICTURE = (
    "[\u231a\u231b\u23e9-\u23fa\u2600-\u275a\u2761-\u2767\u2776-\u27bf\u2b05-\u2b07"
    "\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff]"
)

#: One emoji: a flag, or a picture with its skin tone, its tags and joined pictures.
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_PICTURE}(?:[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|\u200d{_PICTURE})*"
)


@cache
def _word_or_emoji():
    """The pattern of words and emoji.

    It is compiled when the first text needs it, because `re` does not count marks as
    parts of words, and a search for all marks takes some milliseconds.
    """
    # Beyond this range there are only variation selectors, which _INVISIBLE removes.
    marks = [chr(i) for i in range(0x20000) if unicodedata.category(chr(i))[0] == "M"]
    # Rare marks stand apart, because `re` has no table for them and searches slowly.
    common = "".join(mark for mark in marks if mark <= "\uffff")
    rare = "".join(mark for mark in marks if mark > "\uffff")
    mark = rf"[{common}]|(?![\0-\uffff])[{rare}]"
    word = (
        rf"\w++(?:(?:{mark}|[{_JOINERS}]+(?:\w|{mark})|['·]\w"
        r"|[.,\u066b\u066c](?<=\d.)\d"
        r'|"(?<=[\u05d0-\u05ea].)[\u05d0-\u05ea])\w*+)*+'
    )
    return re.compile(f"{word}|{_EMOJI}")


def _normalized(text):
    """A text in lower case, composed (NFC), without invisible characters."""
    if text.isascii():
        return text.lower()
    text = _LONG_RUN.sub(_without_heaps, _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", text).lower()
    return unicodedata.normalize("NFC", _DOTTED_I.sub("i", text))


def _without_heaps(run):
    """Keep at most 30 accents on one letter (Stream-Safe Text Format of UAX #15).

    Python sorts accents in quadratic time, which takes half a minute for 200,000.
    """
    kept, height = [], 0
    for character in run[0]:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= 30:
            kept.append(character)
    return "".join(kept)


def words(text):
    """The words and emoji of a text, in any script that separates words."""
    text = _normalized(text).replace("_", " ")
    if text.isascii():
        return _ASCII_WORD.findall(text.replace("`", "'"))
    text = _APOSTROPHES.sub("'", text).replace(_GERSHAYIM, '"')
    found = _word_or_emoji().findall(text)
    if _LETTER_APOSTROPHE.search(text):
        found = [_LETTER_APOSTROPHE.sub("'", word) for word in found]
    return found


def characters(text):
    """The characters of a text, with white space as one space."""
    return list(" ".join(_normalized(text).split()))


#: Replaced by spaces before a text is split: the filter of Keras' classic tokenizer.
_SEPARATORS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'

_TO_SPACES = str.maketrans(dict.fromkeys(_SEPARATORS, " "))


def classic_words(text):
    """The words of a text, in lower case, as Keras' classic tokenizer finds them."""
    # Only at spaces: str.split() would also split at carriage returns.
    return [word for word in text.lower().translate(_TO_SPACES).split(" ") if word]


#: The tokenizers by name.
TOKENIZERS = {"words": words, "classic": classic_words, "characters": characters}


def tokens_of(tokenizer, text, where):
    """The tokens of a text. `tokenizer` is a name or a function."""
    if isinstance(tokenizer, str):
        return TOKENIZERS[tokenizer](text)
    tokens = tokenizer(text)
    no_list = (str, bytes, Mapping, Set)
    is_list = isinstance(tokens, Iterable) and not isinstance(tokens, no_list)
    tokens = list(tokens) if is_list else tokens
    wrong = [t for t in tokens if not isinstance(t, str)] if is_list else [tokens]
    if wrong:
        held = "a list that holds " if is_list else ""
        raise ValueError(
            f"tokenizer={tokenizer!r} must return a list of str, but returned "
            f"{held}{shown(wrong[0])} ({type(wrong[0]).__name__}) for {where}."
        )
    return tokens


def check_ngram_range(ngram_range):
    """Refuse anything but two whole numbers in order."""
    valid = len(ngram_range) == 2 and all(map(is_count, ngram_range))
    if not valid or ngram_range[0] > ngram_range[1]:
        raise ValueError(
            f"ngram_range={ngram_range!r} must be two whole numbers: the lengths of "
            "the shortest and the longest run of tokens. Use (1, 2) for words and "
            "pairs of words."
        )


def ngrams(tokens, shortest, longest, joint=" "):
    """The runs of `shortest` to `longest` tokens, in the order of their beginnings."""
    if shortest == longest == 1:
        return tokens
    return [
        joint.join(tokens[start : start + n])
        for start in range(len(tokens))
        for n in range(shortest, min(longest, len(tokens) - start) + 1)
    ]


# Stop words.


def read_stop_words(stop_words, tokenizer):
    """The tokens to remove. The tokenizer is applied to each stop word."""
    if stop_words is None:
        return frozenset()
    if stop_words == "english":
        if tokenizer == "characters":
            raise ValueError(
                "stop_words='english' are words, but tokenizer='characters' returns "
                "single characters. Use stop_words=None, or tokenizer='words'."
            )
        stop_words = sorted(ENGLISH_STOP_WORDS)
    elif isinstance(stop_words, str):
        raise ValueError(
            f"stop_words={stop_words!r} is unknown: only 'english' is a list of this "
            "package. Give a list of your own words, such as ['der', 'die', 'das']."
        )
    wrong = [word for word in stop_words if not isinstance(word, str)]
    if wrong:
        raise ValueError(
            f"stop_words must be words of type str, but it holds {shown(wrong[0])} "
            f"({type(wrong[0]).__name__})."
        )
    read = {w: tokens_of(tokenizer, w, f"the stop word {w!r}") for w in stop_words}
    stopped = frozenset(tokens[0] for tokens in read.values() if len(tokens) == 1)
    # Tokens that are stop words themselves are removed anyway.
    whole = [word for word, tokens in read.items() if not stopped.issuperset(tokens)]
    if whole:
        warnings.warn(
            f"{len(whole)} of {len(read)} stop words have no effect: a stop word must "
            f"be one token, but tokenizer={tokenizer!r} splits {whole[0]!r} into "
            f"{shown(read[whole[0]])}. Delete such stop words, or replace them by the "
            "single tokens to remove.",
            UserWarning,
            stacklevel=stacklevel_of_caller(),
        )
    return stopped


# Scripts that do not separate words.

_UNSPACED_LETTERS = (
    # Scripts, their letters, the mean length above which "words" are phrases (in code
    # points, including marks; Chinese words have 1.7 on average, Thai words 4 to 5),
    # and a function that finds the words.
    (
        "Chinese or Japanese",
        "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
        "\U00020000-\U0003ffff",
        3,
        "jieba.lcut for Chinese",
    ),
    (
        "Thai, Lao, Burmese, Khmer or the like",
        "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f"
        "\ua980-\ua9ff\uaa60-\uaadf",
        9,
        "pythainlp.word_tokenize for Thai",
    ),
)

_UNSPACED = tuple(
    (name, re.compile(f"[{letters}]"), n, by)
    for name, letters, n, by in _UNSPACED_LETTERS
)


def warn_of_unspaced(texts, tokenizer):
    """Warn if a tokenizer that needs spaces takes phrases for words."""
    others = [text for text in texts if not text.isascii()]
    for name, letter, longest, by in _UNSPACED:
        found = [_words_with(letter, text, tokenizer) for text in others]
        found = [words for words in found if words]
        long = [word for words in found for word in words]
        if sum(map(len, long)) > longest * len(long):
            warnings.warn(
                f"{name} has no spaces between words, but tokenizer={tokenizer!r} "
                f"needs them. In {len(found)} of {len(texts)} texts it takes phrases "
                f"such as {shown(max(long, key=len))} for words. Use "
                "tokenizer='characters', or a function that finds the words, such as "
                f"tokenizer={by}.",
                UserWarning,
                stacklevel=stacklevel_of_caller(),
            )


def _words_with(letter, text, tokenizer):
    """The words with such a letter, if they make up most of the text."""
    if not letter.search(text):
        return []
    tokens = TOKENIZERS[tokenizer](text)
    held = [token for token in tokens if letter.search(token)]
    return held if 2 * sum(map(len, held)) > sum(map(len, tokens)) else []
