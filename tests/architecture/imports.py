"""Modules of a package and what they import, parsed and not imported."""

import ast
from collections import defaultdict
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from . import FLAT, PACKAGE, TOP


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
