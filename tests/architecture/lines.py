"""Lines of files: code, docstrings, comments."""

import ast
import io
import tokenize
from typing import NamedTuple


class Lines(NamedTuple):
    """Lines of files by what they hold."""

    total: int
    code: int
    docstrings: int
    comments: int
    blank: int


def count_lines(paths):
    """Count the lines of files."""
    return Lines(*map(sum, zip(*map(_lines_of, paths), strict=True)))


def _lines_of(path):
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    docstrings = _docstring_lines(ast.parse(source))
    code = set()
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (*silent, tokenize.INDENT, tokenize.DEDENT):
            code.update(range(token.start[0], token.end[0] + 1))
    code -= docstrings
    blank = {i for i, line in enumerate(lines, 1) if not line.strip()}
    blank -= code | docstrings
    n_comments = len(lines) - len(code) - len(docstrings) - len(blank)
    return Lines(len(lines), len(code), len(docstrings), n_comments, len(blank))


def _docstring_lines(tree):
    lines = set()
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            lines.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines
