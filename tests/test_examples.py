"""The examples are scripts of one form; `.ci/run` runs them."""

import re

import pytest

from tests.pages import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_headings_and_a_picture_and_no_options(path):
    text = path.read_text(encoding="utf-8")
    number = path.name[:2]
    title, line = text.splitlines()[1:3]
    assert line == "=" * len(title)
    assert "argparse" not in text and "sys.argv" not in text
    headings = re.findall(r"^# %%\n# (.*)\n# (-+)$", text, re.M)
    assert len(headings) == text.count("# %%") >= 3
    assert all(len(title) == len(line) for title, line in headings)
    pictures = re.findall(r'savefig\(f?"(.*?)"\)', text)
    assert pictures and all(picture.startswith(f"{number}_") for picture in pictures)


def test_the_headings_of_all_examples_are_found():
    assert [path.name[:2] for path in EXAMPLES] == [f"0{i}" for i in range(1, 10)]
