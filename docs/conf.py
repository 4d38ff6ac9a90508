"""How the site is made: guide pages, the examples as run, and the docstrings.

python -m sphinx -W docs docs/_build
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import skseqconv  # found by the path above

project = "skseqconv"
author = "The skseqconv developers"
release = skseqconv.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_show_sourcelink = False
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say more
numpydoc_show_class_members = False


class Arguments:
    """Let an example draw its pictures, which its page shows."""

    def __call__(self, gallery_conf, script_vars):
        source = Path(script_vars["src_file"]).read_text()
        folder = Path(gallery_conf["src_dir"]) / "_build" / "pictures"
        return ["--save", str(folder)] if "--save" in source else []

    def __repr__(self):
        return "Arguments()"


sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "examples",
    "filename_pattern": r"/\d\d_",
    "within_subsection_order": "FileNameSortKey",
    "reset_argv": Arguments(),
    "download_all_examples": False,
    "show_memory": False,
    "abort_on_example_error": True,
}
