"""How texts become tokens: scripts, normal forms, stop words."""
# ruff: noqa: RUF001 -- letters of many scripts look like each other

import unicodedata
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from skseqconv import TokenSequencer
from skseqconv.transformers._tokenizers import TOKENIZERS, characters, words

properties = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, print_blob=False
)
#: Characters with rules of their own, and some that compose or change case oddly.
ODD = (
    "aeiIEß1\u0663\u06f4\u00bd'`\u00b4\u2018\u2019\u02bb\u02bc\u05f3\uff07\u00b7\u05f4"
    '".,:-_\u2013\u2014\u066b\u00a0\u3000\u200b\u200c\u200d\u180e\u00ad\ufe0f\u2060 '
    "\r\u2028\u0301\u0307\u0323\u0130\u0131\u01f0\u212b\u03a3\u0345\u05d0\u05b8\u0915"
    "\u094d\u093c\u0644\u0651\u1100\u1161\u11a8\u0e14\u0e35\u4f60\u3042\U0001f1eb"
    "\U0001f44d\U0001f3fd\u2764\U0001d165\U00011346\ud800"
)
PICTURES = "\U0001f1eb\U0001f44d\U0001f3fd\u2764"
some_text = st.one_of(st.text(), st.text(st.sampled_from(ODD)))


def _composed(*texts):
    return [unicodedata.normalize("NFC", text) for text in texts]


# Words.


@pytest.mark.parametrize(
    "text, expected",
    [
        # English: apostrophes of all kinds inside, quotes and dashes around
        ("Don't DON\u2019T don`t don\u00b4t don\uff07t", ["don't"] * 5),
        ("'Tis dogs' \u2018rock \u2019n\u2019 roll\u2019", "tis dogs rock n roll"),
        ("state-of-the-art\u2014yes\u2013no", "state of the art yes no"),
        ("\u201cA _very_ good film.The end\u2026\u201d", "a very good film the end"),
        ("<br />http://x.org C++ (me@x.org)", "br http x org c me x org"),
        ("3.5 of 1,000; 7/10, 1.", ["3.5", "of", "1,000", "7", "10", "1"]),
        # other European languages
        ("L\u2019\u00e9t\u00e9 \u00ab na\u00eff \u00bb, qu'il", "l'été naïf qu'il"),
        ("Stra\u00dfe STRASSE \u201e\u00dcber\u201c", "straße strasse über"),
        ("Ὀδυσσεύς, ΚΑΛΟΣ", "ὀδυσσεύς καλος"),
        ("Это \u2014 НЕ фильм\u2026", "это не фильм"),
        ("п'ять п\u2019ять п\u02bcять", ["п'ять"] * 3),
        ("\u0130yi iyi ILIK \u0131l\u0131k", "iyi iyi ilik ılık"),
        ("col\u00b7lecci\u00f3 \u00b7 Hawai\u02bbi \u02bbokina",
         ["col\u00b7lecció", "hawai'i", "\u02bbokina"]),
        # right to left
        ("الفيلم جيّد، جدًا؟", "الفيلم جيّد جدًا"),
        ("مُحَمَّد ٣٫٥", "مُحَمَّد ٣٫٥"),
        ('צה"ל צה\u05f4ל ג\'ירפה ג\u05f3ירפה', ['צה"ל', 'צה"ל', "ג'ירפה", "ג'ירפה"]),
        ("שָׁלוֹם-עולם", "שָׁלוֹם עולם"),
        ("می\u200cخواهم\u200c! \u200cنمی\u200cخواهم",
         ["می\u200cخواهم", "نمی\u200cخواهم"]),
        # India: vowel signs, viramas and joiners are parts of words
        ("मुझे यह फ़िल्म अच्छी लगी।", "मुझे यह फ़िल्म अच्छी लगी"),
        ("क्\u200dष র\u200d্যাব தமிழ்!", "क्\u200dष র\u200d্যাব தமிழ்"),
        # East Asia
        ("이 영화는 정말 좋다.", "이 영화는 정말 좋다"),
        ("Tôi thích phim này\u3000lắm", "tôi thích phim này lắm"),
        ("我 喜欢，电影。", "我 喜欢 电影"),
        ("コンピューター・ゲーム", "コンピューター ゲーム"),
        ("བཀྲ་ཤིས", "བཀྲ ཤིས"),
        # invisible characters, some of which separate words
        ("a\u00a0b\u3000c\rd\u2028e\u2029f\u0085g\u200bh\ti", list("abcdefghi")),
        ("\ufeffco\u00adop\u2060era\u200ete", "cooperate"),
        # emoji and other symbols
        ("nice\U0001f602\U0001f602 5\u20ac \u00a9 +1 \u2192",
         ["nice", "\U0001f602", "\U0001f602", "5", "1"]),
        ("\u2764\ufe0f\u2764\U0001f44d\U0001f3fd",
         ["\u2764", "\u2764", "\U0001f44d\U0001f3fd"]),
        ("\U0001f1eb\U0001f1f7\U0001f1e9\U0001f1ea",
         ["\U0001f1eb\U0001f1f7", "\U0001f1e9\U0001f1ea"]),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467!",
         ["\U0001f468\u200d\U0001f469\u200d\U0001f467"]),
        ("\u2605\u2605\u2606 \u275dso\u275e", ["\u2605", "\u2605", "\u2606", "so"]),
        ("", []),
        ("\u2014 \u0301 ...\n\u3002", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words(text, expected, form):
    expected = expected.split() if isinstance(expected, str) else expected
    assert words(unicodedata.normalize(form, text)) == _composed(*expected)


def test_compositions_are_one_word_of_the_vocabulary():
    texts = ["caf\u00e9 cafe\u0301 \u1ec7 e\u0323\u0302 \ud55c \u1112\u1161\u11ab"]
    sequencer = TokenSequencer(max_length=6)
    assert sequencer.fit_transform(texts).tolist() == [[2, 2, 3, 3, 4, 4]]


def _is_mark(character):
    return unicodedata.category(character or " ")[0] == "M"


def _is_hebrew(character):
    return "\u05d0" <= character <= "\u05ea"


def naive_words(text):
    """Character by character, after normalization; without emoji."""
    for invisible in "\u00ad\ufe0f\u2060":
        text = text.replace(invisible, "")
    text = unicodedata.normalize("NFC", text).lower()
    while "i\u0307" in text:
        text = text.replace("i\u0307", "i")
    text = unicodedata.normalize("NFC", text).replace("\u05f4", '"')
    for apostrophe in "`\u00b4\u2018\u2019\u05f3\uff07":
        text = text.replace(apostrophe, "'")
    found, word = [], ""
    for at, one in enumerate(text):
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        behind_joiners = text[at:].lstrip("\u200c\u200d\u180e")[:1]
        within = bool(word) and (
            _is_mark(one)
            or (one in "'\u00b7" and after.isalnum())
            or (one in ".,\u066b" and before.isdecimal() and after.isdecimal())
            or (one == '"' and _is_hebrew(before) and _is_hebrew(after))
            or (
                one in "\u200c\u200d\u180e"
                and (behind_joiners.isalnum() or _is_mark(behind_joiners))
            )
        )
        if one in "\u02bb\u02bc" and word and after.isalnum():
            within = True
            one = one if before in "\u02bb\u02bc'\u00b7\u200c\u200d\u180e" else "'"
        if one.isalnum() or within:
            word += one
        else:
            found += [word] if word else []
            word = ""
    return found + ([word] if word else [])


@properties
@given(st.text(st.sampled_from([c for c in ODD if c not in PICTURES])))
def test_words_are_those_of_the_reference(text):
    assert words(text) == naive_words(text)


@pytest.mark.parametrize("tokenizer", ["words", "characters"])
@properties
@given(some_text)
@example("I\u0323\u0307 \u0130\u0323 i\u0307\u0307")
def test_the_normal_form_does_not_matter(tokenizer, text):
    split = TOKENIZERS[tokenizer]
    tokens = split(text)
    assert tokens == _composed(*tokens)
    for form in ("NFC", "NFD"):
        assert split(unicodedata.normalize(form, text)) == tokens


@properties
@given(some_text)
def test_words_of_words_are_the_same(text):
    found = words(text)
    assert words(" ".join(found)) == found
    assert [words(word) for word in found] == [[word] for word in found]


@properties
@given(st.text(st.characters(codec="ascii")), st.sampled_from("\u20ac\u3002\u00a0"))
def test_a_foreign_character_does_not_change_the_words_before_it(text, foreign):
    """ASCII has a quicker way."""
    assert words(f"{text} {foreign}") == words(text)


def test_heaps_of_accents_take_no_time():
    heap = "a" + "\u0307\u0323" * 100_000
    [word] = words(f"{heap} b")[:-1]
    assert len(word) == 30  # one of 30 accents is composed with the letter
    dashes = "\u2014" * 50
    assert words(f"a{dashes}e\u0301{dashes}b") == ["a", "\u00e9", "b"]


# Characters.


@properties
@given(some_text)
def test_characters_make_up_the_text(text):
    found = characters(text)
    assert characters("".join(found)) == found
    assert all(len(character) == 1 for character in found)


def test_characters_by_name():
    texts = ["我喜欢，\n  这部 DVD！", "e\u0301"]
    sequencer = TokenSequencer(max_length=12, tokenizer="characters").fit(texts)
    assert list(sequencer.vocabulary_) == list(" d我喜欢，这部v！é")
    back = sequencer.inverse_transform(sequencer.transform([texts[0], "不喜欢"]))
    assert back == ["我喜欢， 这部 dvd！", "[UNK]喜欢"]


def test_runs_of_characters_are_substrings():
    sequencer = TokenSequencer(tokenizer="characters", ngram_range=(1, 2))
    sequencer.fit(["电影"])
    assert list(sequencer.vocabulary_) == ["电", "电影", "影"]
    assert sequencer.inverse_transform([[2, 3, 4]]) == ["电 电影 影"]
    theirs = CountVectorizer(analyzer="char", ngram_range=(1, 3)).fit(["a bd ab"])
    sequencer.set_params(ngram_range=(1, 3)).fit(["a bd ab"])
    assert set(sequencer.vocabulary_) == set(theirs.vocabulary_)


# Scripts without spaces.

UNSPACED = {
    "Chinese": ["我喜欢这部电影，非常好看。", "这部电影很差！"],
    "Japanese": ["この映画はとても面白いです。", "つまらない映画でした。"],
    "Thai": ["ฉันชอบหนังเรื่องนี้มาก", "หนังเรื่องนี้ไม่ดีเลย"],
    "Khmer": ["ខ្ញុំចូលចិត្តភាពយន្តនេះ", "ភាពយន្តនេះមិនល្អទេ"],
    "Lao": ["ຂ້ອຍມັກຮູບເງົານີ້ຫຼາຍ", "ຮູບເງົານີ້ບໍ່ດີ"],
    "Burmese": ["ကျွန်တော်ဒီရုပ်ရှင်ကိုကြိုက်တယ်", "ဒီရုပ်ရှင်မကောင်းဘူး"],
}


@pytest.mark.parametrize("tokenizer", ["words", "classic"])
@pytest.mark.parametrize("language", UNSPACED)
def test_scripts_without_spaces_are_named(language, tokenizer):
    match = (
        rf"{language}.* has no spaces between words, but tokenizer='{tokenizer}' needs "
        r"them. In 2 of 3 texts .* tokenizer='characters', or a function"
    )
    texts = [*UNSPACED[language], "A text in English."]
    for method in ("fit", "fit_transform"):
        with pytest.warns(UserWarning, match=match) as told:
            getattr(TokenSequencer(tokenizer=tokenizer), method)(texts)
        assert [warning.filename for warning in told] == [__file__]


@pytest.mark.parametrize("language", UNSPACED)
def test_the_way_out_is_silent_and_tells_the_texts_apart(language):
    texts = UNSPACED[language]
    for tokenizer in ("characters", lambda text: list(text)):
        ids = TokenSequencer(max_length=20, tokenizer=tokenizer).fit_transform(texts)
        assert len(set(ids[0]) & set(ids[1]) - {0}) > 1


@pytest.mark.parametrize(
    "texts",
    [
        ["我 喜欢 这 部 电影 ， 非常 好看 。", "这 部 电影 很 差 ！"],
        ["ฉัน ชอบ หนัง เรื่อง นี้ มาก"],
        ["ฉัน\u200bชอบ\u200bหนัง\u200bเรื่อง\u200bนี้\u200bมาก"],
        ["北京", "上海", "谢谢"],
        ["The film 卧虎藏龙之青冥宝剑 has another title in English."],
        ["བཀྲ་ཤིས་བདེ་ལེགས་ཞུ"],
        ["이 영화는 정말 좋다", "मुझे यह फ़िल्म अच्छी लगी", "می\u200cخواهم ببینم"],
        ["Donaudampfschifffahrtsgesellschaft", "Ἀλέξανδρος", "превосходительство"],
    ],
)
def test_words_that_are_separated_are_not_warned_of(texts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TokenSequencer().fit(texts)


@pytest.mark.parametrize(
    "silent, told",
    [
        ("北京市", "北京市区"),  # longer than words are on average
        ("\u0e01" * 9, "\u0e01" * 10),
        ("北京 上海市区", "北京 上海市区人"),
        ("abcd 北京市区", "abc 北京市区"),  # the greater part of the text
    ],
)
def test_where_words_begin_to_be_phrases(silent, told):
    TokenSequencer().fit([silent])  # warnings are errors
    with pytest.warns(UserWarning, match="In 1 of 1 texts it takes phrases"):
        TokenSequencer().fit([told])


# Stop words.


def _kept(texts, **parameters):
    sequencer = TokenSequencer(**parameters).fit(texts)
    return sequencer.inverse_transform(sequencer.transform(texts))


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2), (2, 3)])
@pytest.mark.parametrize("stop_words", ["english", ["the", "of"], [], None])
def test_stop_words_are_those_of_scikit_learn(stop_words, ngram_range):
    texts = ["The end of the film is not the end of all films", "one of the best"]
    given = {"stop_words": stop_words, "ngram_range": ngram_range}
    theirs = CountVectorizer(**given).fit(texts).vocabulary_
    assert set(TokenSequencer(**given).fit(texts).vocabulary_) == set(theirs)


def test_stop_words_are_left_out_before_texts_are_cut():
    assert _kept(
        ["a dull film by the man"], stop_words=["by", "the"], max_length=2
    ) == ["film man"]
    assert _kept(["a", "a film"], stop_words=["a"]) == ["", "film"]


def test_stop_words_are_read_by_the_tokenizer():
    stop_words = ["The", "DON\u2019T", "cafe\u0301", "..."]
    texts = ["the don't caf\u00e9 film"]
    assert _kept(texts, stop_words=stop_words) == ["film"]
    # The classic tokenizer keeps apostrophes outside ASCII.
    kept = _kept(texts, stop_words=["The", "don\u2019t"], tokenizer="classic")
    assert kept == ["don't caf\u00e9 film"]
    assert _kept(["The the"], stop_words=["the"], tokenizer=str.split) == ["The"]
    assert _kept(["的电影的"], stop_words=["的"], tokenizer="characters") == ["电影"]


@pytest.mark.parametrize("tokenizer", ["words", "classic"])
def test_the_english_list_suits_the_words(tokenizer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sequencer = TokenSequencer(tokenizer=tokenizer, stop_words="english")
        sequencer.fit([" ".join(ENGLISH_STOP_WORDS) + " Film"])
    assert sequencer.vocabulary_ == {"film": 2}


def test_stop_words_of_several_tokens_are_told():
    match = (
        "1 of 3 stop words have no effect: .* tokenizer='words' splits 'New-York' "
        r"into \['new', 'york'\]"
    )
    texts = ["the New York film"]
    sequencer = TokenSequencer(stop_words=["the", "New-York", "!"])
    for method in (sequencer.fit, sequencer.fit_transform):
        with pytest.warns(UserWarning, match=match) as told:
            method(texts)
        assert [warning.filename for warning in told] == [__file__]
    assert list(sequencer.vocabulary_) == ["new", "york", "film"]
    # As in scikit-learn, no warning if its parts are stop words themselves.
    assert _kept(texts, stop_words=["New-York", "new", "york"]) == ["the film"]


def test_stop_words_that_cannot_be():
    with pytest.raises(ValueError, match=r"type str, but it holds 3 \(int\)"):
        TokenSequencer(stop_words=["a", 3]).fit(["a text"])
    match = r"stop_words='german' is unknown.*list of your own words"
    with pytest.raises(ValueError, match=match):
        TokenSequencer(stop_words="german").fit(["a text"])
    match = "stop_words='english' are words, but tokenizer='characters'"
    with pytest.raises(ValueError, match=match):
        TokenSequencer(stop_words="english", tokenizer="characters").fit(["a text"])
    with pytest.raises(ValueError, match=r"for the stop word 'a'\.$"):
        TokenSequencer(stop_words=["a"], tokenizer=len).fit(["a text"])


@pytest.mark.parametrize(
    "name, value", [("stop_words", ["a"]), ("ngram_range", [1, 2])]
)
def test_lists_of_ids_have_no_words(name, value):
    sequencer = TokenSequencer(ngram_range=[1, 1]).fit([[2, 3]])
    with pytest.raises(ValueError, match=rf"{name}=\[.*needs texts, but X holds lists"):
        sequencer.set_params(**{name: value}).fit([[2, 3]])


# Files.


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_tokenizers_by_name_and_stop_words_are_saved(tokenizer, tmp_path):
    from skseqconv import load, save

    stop_words = ["\u7684", "A"] if tokenizer == "characters" else "english"
    texts = ["a \u201cgood\u201d caf\u00e9", "no, \u7684 film"]
    sequencer = TokenSequencer(tokenizer=tokenizer, stop_words=stop_words).fit(texts)
    save(sequencer, tmp_path / "sequencer.skops")
    again = load(tmp_path / "sequencer.skops")
    assert again.get_params() == sequencer.get_params()
    np.testing.assert_array_equal(again.transform(texts), sequencer.transform(texts))


@pytest.mark.parametrize("kind", [list, tuple, set])
def test_any_collection_of_stop_words(kind, tmp_path):
    from skseqconv import load, save

    sequencer = clone(TokenSequencer(stop_words=kind(["a", "the"])))
    rows = sequencer.fit_transform(["the film", "a good film"])
    assert sequencer.inverse_transform(rows) == ["film", "good film"]
    save(sequencer, tmp_path / "sequencer.skops")
    again = load(tmp_path / "sequencer.skops")
    assert again.stop_words == sequencer.stop_words == kind(["a", "the"])
    np.testing.assert_array_equal(
        again.fit_transform(["the film", "a good film"]), rows
    )
