"""How long the sentences of the documentation are.

    python -m tests.prose                       # README and the pages of docs/
    python -m tests.prose README.md docs/faq.md

It prints, for each page, the number of sentences, the share above 25 words, and the
longest sentence. Code, tables, headings and links' targets do not count.
"""

import re
import sys

from tests.pages import ROOT

LIMIT = 25


def sentences(text):
    """The sentences of a page of Markdown, as lists of words."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"^( {4}|\||#|!\[|:::).*$", "", text, flags=re.M)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"`[^`]*`", "CODE", text)
    text = re.sub(r"^\s*([-*:]|\d+\.) ", "\n\n", text, flags=re.M)
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        ended = re.split(r"(?<=[.:?!])[*)\"]*\s+(?=[A-Z*\[(\"])", paragraph.strip())
        found += [sentence.split() for sentence in ended if sentence.strip()]
    return found


def main(names):
    pages = [ROOT / name for name in names] or [
        ROOT / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
    every = []
    for page in pages:
        if "_build" in page.parts or not (own := sentences(page.read_text("utf-8"))):
            continue
        every += own
        print(row(page.relative_to(ROOT).as_posix(), own))
    print(row("all", every))
    print("the longest:", " ".join(max(every, key=len)))


def row(name, found):
    """A line of the table."""
    long = sum(len(sentence) > LIMIT for sentence in found)
    return (
        f"{name:<45} {len(found):4} sentences, {long / len(found):5.1%} above {LIMIT} "
        f"words, the longest has {max(map(len, found))}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
