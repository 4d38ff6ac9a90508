"""The map of the package: folders, floors, arrows, circles; its picture; its lines."""

import argparse
from os.path import relpath
from pathlib import Path

from . import FLOORS, PACKAGE
from .imports import read_package
from .lines import count_lines
from .picture import draw


def print_map(package):
    """Print folders from the highest floor down, then what is wrong; exit with 1."""
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
    if circle or up:
        raise SystemExit(1)


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
        print_lines(
            given.lines or sorted(filter(_holds, Path(relpath(PACKAGE)).iterdir()))
        )
    elif given.picture:
        draw(read_package(), given.picture)
    else:
        print_map(read_package())


def _holds(path):
    return path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))


if __name__ == "__main__":
    main()
