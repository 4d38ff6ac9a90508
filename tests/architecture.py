"""The map of the package, read from its imports.

    python -m tests.architecture                      # folders, floors, arrows, circles
    python -m tests.architecture --picture FILE       # the picture in the guide
    python -m tests.architecture --lines [TREE ...]   # lines of code, docstrings, ...

It parses the files and imports none of them.
"""

import argparse
import ast
import io
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "skseqconv"

#: The files `skseqconv/_*.py`, which belong to no folder.
FLAT = "_*.py"

#: `skseqconv/__init__.py`, which gives the public names.
TOP = "__init__.py"

#: Floor of each folder. A folder imports from lower floors only. The test holds this.
FLOORS = {
    FLAT: 0,
    "series": 1,
    "networks": 1,
    "inputs": 2,
    "displays": 2,
    "datasets": 2,
    "engine": 2,
    "transformers": 3,
    "estimators": 3,
    "baselines": 4,
    "saving": 4,
    "comparison": 5,
    TOP: 6,
}

#: Folders and files that import Keras or TensorFlow as soon as they are imported.
#: The files of `networks` define layers, so functions import them when they build one.
KERAS_AT_IMPORT = (
    "engine",
    "estimators",
    "networks._gru",
    "networks._layers",
    "networks._own_layers",
)

#: Folders and files that may import Keras inside functions.
KERAS_IN_FUNCTIONS = ("networks", "saving._export")

KERAS = ("keras", "tensorflow", "scikeras")


class Import(NamedTuple):
    """One imported module: by whom, where, and how it is written."""

    importer: str
    imported: str
    line: int
    #: Number of leading dots; 0 for an absolute import.
    dots: int
    #: Whether it runs when the importer is imported.
    at_import: bool
    #: Whether only type checkers read it.
    typing_only: bool


@dataclass
class Package:
    """A package: its modules, and what each of them imports."""

    name: str
    files: dict[str, Path]
    imports: list[Import]

    def folder_of(self, module):
        """The folder of a module, or `FLAT`, or `TOP`."""
        parts = module.split(".")[1:]
        if not parts:
            return TOP
        is_folder = self.files[module].name == "__init__.py"
        return parts[0] if is_folder or len(parts) > 1 else FLAT

    def inner(self):
        """Imports of the package's own modules."""
        return [one for one in self.imports if one.imported in self.files]

    def folders(self):
        """Names of the modules by folder."""
        folders = defaultdict(list)
        for module in self.files:
            folders[self.folder_of(module)].append(module)
        return dict(folders)

    def arrows(self):
        """The other folders that each folder imports from."""
        arrows = {folder: set() for folder in self.folders()}
        for one in self.inner():
            start, end = self.folder_of(one.importer), self.folder_of(one.imported)
            if start != end:
                arrows[start].add(end)
        return arrows

    def arrows_up(self, floors):
        """Imports of folders that are not on a lower floor."""
        return [
            one
            for one in self.inner()
            if (start := self.folder_of(one.importer))
            != (end := self.folder_of(one.imported))
            and floors[start] <= floors[end]
        ]

    def circle(self):
        """Modules that import each other in a circle, or None."""
        imported = defaultdict(set)
        for one in self.inner():
            # The public names are for type checkers there; nobody may import them here.
            if not (one.typing_only and one.importer == self.name):
                imported[one.importer].add(one.imported)
        try:
            TopologicalSorter(imported).prepare()
        except CycleError as error:
            return error.args[1][::-1]
        return None

    def loaded_by(self, module):
        """Modules that are imported with a module, itself included."""
        loaded, waiting = set(), [module]
        while waiting:
            one = waiting.pop()
            if one not in loaded:
                loaded.add(one)
                waiting += [i.imported for i in self.inner() if _runs(i, one)]
        return loaded


def _runs(one, module):
    return one.importer == module and one.at_import and not one.typing_only


def read_package(folder=PACKAGE):
    """Parse all files of a package."""
    folder = Path(folder)
    files = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        files[".".join(p for p in parts if p != "__init__")] = path
    imports = [
        one
        for module, path in files.items()
        for one in _imports_of(module, path, set(files))
    ]
    return Package(folder.name, files, imports)


def _imports_of(module, path, modules):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    home = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node, in_function, typing_only in _import_nodes(tree):
        dots = getattr(node, "level", 0)
        for name in _names(node, home, modules):
            yield Import(module, name, node.lineno, dots, not in_function, typing_only)


def _import_nodes(node, in_function=False, typing_only=False):
    """Import statements, whether in a function, and whether for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, in_function, typing_only
            continue
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        checks = isinstance(child, ast.If) and "TYPE_CHECKING" == ast.unparse(
            child.test
        )
        yield from _import_nodes(
            child, in_function or is_function, typing_only or checks
        )


def _names(node, home, modules):
    """Full names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        parents = home.split(".")
        base = ".".join([*parents[: len(parents) - node.level + 1], *base.split(".")])
        base = base.rstrip(".")
    whole = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in modules else base for name in whole]


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


def print_map(package):
    """Print folders from the highest floor to the lowest, then what is wrong."""
    arrows = package.arrows()
    print("floor  folder        files  lines   code  imports from")
    for folder, modules in _from_the_top(package.folders()):
        lines = count_lines(package.files[module] for module in modules)
        below = [end for end, _ in _from_the_top(dict.fromkeys(arrows[folder]))]
        print(
            f"{FLOORS[folder]:5}  {folder:12} {len(modules):6} {lines.total:6} "
            f"{lines.code:6}  {', '.join(below)}"
        )
    n_arrows = sum(map(len, arrows.values()))
    print(f"{len(package.files)} files, {n_arrows} arrows between folders")
    circle, up = package.circle(), package.arrows_up(FLOORS)
    print("circles:", " -> ".join(circle) if circle else "none")
    print("arrows up:", *up or ["none"])


def _from_the_top(folders):
    return sorted(folders.items(), key=lambda item: (-FLOORS[item[0]], item[0]))


def print_lines(trees):
    """Print a row for each file or folder of files, and one for all."""
    groups = {str(tree): _python_files(tree) for tree in trees}
    if len(groups) > 1:
        groups["all"] = [path for paths in groups.values() for path in paths]
    print(" total   code  docstrings  comments  blank  files")
    for name, paths in groups.items():
        total, code, docstrings, comments, blank = count_lines(paths)
        print(
            f"{total:6} {code:6} {docstrings:11} {comments:9} {blank:6} "
            f"{len(paths):6}  {name}"
        )


def _python_files(tree):
    paths = sorted(tree.rglob("*.py")) if tree.is_dir() else [tree]
    if not paths:
        raise SystemExit(f"{tree} holds no Python file.")
    return paths


#: Half of a box's height, and of a folder's and of a wide box's width, in the picture.
HEIGHT, WIDTH, WIDE = 0.28, 0.07, 0.5


def draw(package, path):
    """Draw the folders on their floors, with the arrows that others do not imply.

    The highest and the lowest floor have no arrows: they belong to all folders.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    places = _places()
    figure, ax = plt.subplots(figsize=(8.5, 6.5), layout="constrained")
    arrows = package.arrows()
    for start, ends in arrows.items():
        for end in ends - _implied(arrows, ends):
            if start != TOP and end != FLAT:
                _draw_arrow(ax, places[start], places[end])
    for folder, modules in package.folders().items():
        words = f"{folder}/\n{_files(len(modules))}"
        if folder == TOP:
            words = f"{TOP}: the public names, from all folders"
        elif folder == FLAT:
            words = f"{FLAT}: {_files(len(modules))} for all folders"
        _draw_box(ax, places[folder], folder, words)
    for floor in set(FLOORS.values()):
        ax.text(-0.03, floor, f"floor {floor}", ha="right", va="center", color="0.45")
    ax.set_xlim(-0.13, 1.01)
    ax.set_ylim(-0.4, max(FLOORS.values()) + 0.4)
    ax.axis("off")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _places():
    """Position of each folder: its share of the width, and its floor."""
    places = {}
    for floor in set(FLOORS.values()):
        folders = [folder for folder, its in FLOORS.items() if its == floor]
        for i, folder in enumerate(folders):
            places[folder] = ((i + 0.5) / len(folders), floor)
    return places


def _implied(arrows, ends):
    """Folders that those folders import from, directly or through others."""
    implied, waiting = set(), list(ends)
    while waiting:
        further = arrows[waiting.pop()] - implied
        implied |= further
        waiting += further
    return implied


def _draw_arrow(ax, start, end):
    ax.annotate(
        "",
        xy=(end[0], end[1] + HEIGHT),
        xytext=(start[0], start[1] - HEIGHT),
        arrowprops={"arrowstyle": "-|>", "color": "0.5", "shrinkA": 0, "shrinkB": 0},
    )


def _draw_box(ax, place, folder, words):
    from matplotlib.patches import Rectangle

    x, y = place
    width = WIDE if folder in (TOP, FLAT) else WIDTH
    fill, edge = ("#E3EEF7", "#0072B2")
    if folder in KERAS_AT_IMPORT:
        fill, edge = ("#FBE3D3", "#D55E00")
    corner = (x - width, y - HEIGHT)
    box = Rectangle(corner, 2 * width, 2 * HEIGHT, facecolor=fill, edgecolor=edge)
    ax.add_patch(box)
    ax.text(x, y, words, ha="center", va="center", linespacing=1.5)


def _files(n):
    return "1 file" if n == 1 else f"{n} files"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--picture", metavar="FILE", help="draw the folders")
    parser.add_argument(
        "--lines",
        metavar="TREE",
        nargs="*",
        type=Path,
        help="count the lines of files and folders; of the package's parts if none",
    )
    given = parser.parse_args()
    if given.lines is not None:
        print_lines(given.lines or sorted(p for p in PACKAGE.iterdir() if _holds(p)))
    elif given.picture:
        draw(read_package(), given.picture)
    else:
        print_map(read_package())


def _holds(path):
    return path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))


if __name__ == "__main__":
    main()
