"""The code of the how-to pages and first steps runs, each page in an empty folder."""

import pytest

from tests.pages import ROOT, differences, read_blocks, run_page

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("getting_started", "how_to")
    for path in (ROOT / "docs" / folder).glob("*.md")
    if path.stem not in ("index", "forecast")  # the latter includes the README
)


@pytest.mark.trains
@pytest.mark.parametrize("page", PAGES)
def test_the_code_runs(page, tmp_path, monkeypatch, capsys):
    plt = pytest.importorskip("matplotlib.pyplot", reason="the extra plot")
    monkeypatch.chdir(tmp_path)
    run_page(page, capsys=capsys)
    plt.close("all")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leads_with_code_that_is_run(page):
    blocks = read_blocks((ROOT / page).read_text(encoding="utf-8"))
    assert blocks
    assert [block.line for block in blocks if block.not_run == ""] == []
    assert any(block.not_run is None for block in blocks)


# The reader of pages.

PAGE = """# A page
```python
a = 1
print(a, "of 1.00")
```
prints
```text
1 of 1.01
```
<!-- not run: needs a GPU -->
```python
a = 2
```
"""


def test_a_page_is_read_by_blocks():
    run, shown = read_blocks(PAGE)
    assert (run.line, run.not_run, run.output) == (2, None, "1 of 1.01\n")
    assert (shown.line, shown.not_run, shown.output) == (11, "needs a GPU", None)


def test_only_blocks_without_the_mark_are_run(tmp_path, capsys):
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    assert run_page(path, capsys=capsys)["a"] == 1
    path.write_text(PAGE.replace("1 of", "1 from"))
    with pytest.raises(AssertionError, match="from"):
        run_page(path, capsys=capsys)


def test_an_error_names_the_line_of_the_page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("text\n\n```python\na = 1\na / 0\n```\n")
    with pytest.raises(ZeroDivisionError) as error:
        run_page(path)
    assert error.traceback[-1].lineno + 1 == 5


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a  b\n", "a b", True),
        ("a b", "a", False),
        ("a", "a b", False),
        ("MAE 2.00", "MAE 2.4", True),
        ("MAE 2.00", "MAE 3.00", False),
        ("(p=0.5)", "(p=0.51)", True),
        ("12,609", "12,700", True),
        ("a ... c", "a b b c", True),
        ("a ...", "a b b", True),
        ("a ... d", "a b c", False),
        ("-1", "1", False),
        ("2025-01-01", "2025-01-01", True),
    ],
)
def test_outputs_are_compared_by_words(shown, printed, same):
    assert (differences(shown, printed) == []) is same
