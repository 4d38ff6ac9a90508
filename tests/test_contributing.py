"""The contributor's guide: its code runs, and what it names is there."""

import re

import matplotlib.pyplot as plt
import pytest

from tests.pages import ROOT, read_blocks, run_page

GUIDE = ROOT / "docs" / "contributing"


@pytest.mark.parametrize("page", ["add_a_transformer.md", "add_a_display.md"])
def test_code_runs(page):
    assert len(read_blocks((GUIDE / page).read_text(encoding="utf-8"))) == 2
    run_page(GUIDE / page, {"__name__": "guide"})
    plt.close("all")


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", GUIDE / "architecture.md"])
def test_files_and_methods_exist(page):
    quoted = set(re.findall(r"`([\w./]+)`", page.read_text(encoding="utf-8")))
    files = {name for name in quoted if name.endswith((".py", "/")) or "/" in name}
    folders = [ROOT, ROOT / "skseqconv", ROOT / "skseqconv" / "estimators"]
    gone = [f for f in files if not any((folder / f).exists() for folder in folders)]
    assert gone == []
    sources = [path.read_text("utf-8") for path in (ROOT / "skseqconv").rglob("*.py")]
    defined = set(re.findall(r"def (\w+)", "\n".join(sources)))
    methods = {name for name in quoted if re.fullmatch(r"_[a-z]\w*", name)}
    assert len(files) > 4
    assert methods - defined == set()
