"""Arguments that let an example draw its pictures, which its page then shows."""

import tempfile
from pathlib import Path


def arguments(gallery_conf, script_vars):
    """Arguments of a script, as Sphinx-Gallery asks for them."""
    source = Path(script_vars["src_file"]).read_text()
    return ["--save", tempfile.mkdtemp()] if '"--save"' in source else []
