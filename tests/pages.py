"""The Python code of a page of the documentation: read, run, its output compared.

A block ```` ```python ```` is run. Blocks of one page share their names, in order. A
block ```` ```text ```` is what the Python block before it prints. A block that cannot
run in a test is preceded by a comment that says why:

    <!-- not run: needs a GPU -->
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

FENCE = re.compile(r"^```(python|text)\n(.*?)^```", re.M | re.S)
NOT_RUN = re.compile(r"<!-- not run: *(.*?) *-->\s*\Z", re.S)
NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?")


@dataclass
class Block:
    """Python code of a page, the line of its first line, and what is said of it."""

    code: str
    line: int
    not_run: str | None = None
    output: str | None = None


def read_blocks(text):
    """The Python blocks of a page's text, in order."""
    blocks = []
    for fence in FENCE.finditer(text):
        if fence[1] == "text":
            blocks[-1].output = fence[2]
            continue
        mark = NOT_RUN.search(text[: fence.start()])
        line = text.count("\n", 0, fence.start()) + 1
        blocks.append(Block(fence[2], line, mark and mark[1]))
    return blocks


def compiled(block, page):
    """The code of a block; tracebacks name the page and the line in it."""
    return compile("\n" * block.line + block.code, str(page), "exec")


def run_page(page, names=None, capsys=None):
    """Run the blocks of a page in one namespace, and return it.

    `page` is a path from the root of the repository. With pytest's `capsys`, the output
    of blocks that show theirs is compared.
    """
    names = {"__name__": "page"} if names is None else names
    for block in read_blocks((ROOT / page).read_text(encoding="utf-8")):
        code = compiled(block, page)
        if block.not_run is None:
            exec(code, names)
            if capsys is not None:
                printed = capsys.readouterr().out
                if block.output is not None:
                    differing = differences(block.output, printed)
                    assert differing == [], f"{page}: {differing}\n{printed}"
    return names


def differences(shown, printed):
    """Words that differ between the output that a page shows and what was printed.

    Spaces do not count. `...` stands for any words. Numbers may differ by a quarter,
    since training rounds differently on other machines.
    """
    expected, found = shown.split(), printed.split()
    differing = []
    while expected:
        word = expected.pop(0)
        if word == "...":
            while found and not (expected and same_word(expected[0], found[0])):
                found.pop(0)
        elif not found or not same_word(word, found[0]):
            return [*differing, (word, found[0] if found else None)]
        else:
            found.pop(0)
    return differing + [(None, word) for word in found]


def same_word(shown, printed):
    """Whether two words are equal, apart from their numbers, which are close."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(close(one.replace(",", ""), two.replace(",", "")) for one, two in pairs)


def close(shown, printed):
    """Whether two numbers differ by less than a quarter of the larger one."""
    one, two = float(shown), float(printed)
    return abs(one - two) <= max(abs(one), abs(two)) / 4
