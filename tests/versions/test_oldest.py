"""The constraints file pins the lower bounds of `pyproject.toml`."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXTRAS = ("plot", "persistence", "onnx", "dask", "test")


def lower_bounds():
    """The lowest version of each package, without zeros at the end."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    extras = [project["optional-dependencies"][name] for name in EXTRAS]
    found = {}
    for requirement in sum(extras, project["dependencies"]):
        if named := re.fullmatch(r"([\w-]+)[>=]=([\d.]+?)(\.\*)?", requirement):
            found[named[1]] = plain(named[2])
    return found


def plain(version):
    return re.sub(r"(\.0)+$", "", version)


def test_the_oldest_versions_are_the_lower_bounds():
    text = (ROOT / "tests" / "versions" / "oldest.txt").read_text()
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)$", text, re.M))
    bounds = lower_bounds()
    assert len(bounds) == 29
    assert {name: plain(pins[name]) for name in bounds} == bounds
