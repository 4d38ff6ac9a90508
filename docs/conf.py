"""How the site is made: guide pages, the examples as run, and the docstrings.

python -m sphinx -W docs docs/_build
python -m sphinx -W -D plot_gallery=0 docs docs/_build  # without running the examples
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import methods  # noqa: E402 (found by the path above)

import skseqconv  # noqa: E402

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
exclude_patterns = ["_build", "_static", "_templates"]
templates_path = ["_templates"]
suppress_warnings = [
    "config.cache",  # functions of the templates cannot be pickled
]
default_role = "literal"  # names in `backticks` in docstrings and examples
toc_object_entries_show_parents = "hide"  # "fit()" beside the page of a class
html_theme = "pydata_sphinx_theme"
html_show_sourcelink = False
html_title = f"skseqconv {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"show_prev_next": False, "navigation_with_keys": False}
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
autosummary_generate = True
autosummary_context = {
    "own_methods": methods.own_methods,
    "is_property": methods.is_property,
}
autodoc_typehints = "none"  # the docstrings say more
numpydoc_show_class_members = False

os.environ.pop("SKSEQCONV_DATA", None)  # the examples show synthetic data
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "examples",
    "filename_pattern": r"/0[1-79]_",  # 08 starts a cluster: shown, not run
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "show_memory": False,
    "abort_on_example_error": True,
}
