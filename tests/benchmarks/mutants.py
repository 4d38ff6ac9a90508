"""Small changes of the code, one at a time: which of them does no test notice?

    python -m tests.benchmarks.mutants series._view series._series --sample 20

Comparisons at their boundary, arithmetic, whole numbers, "and" and "or", smallest and
largest are changed in a module. Then the tests of its folder run in their own process
until one fails. Each change that no test notices is printed: a boundary that deserves a
test, a simpler line, or a change that makes no difference. Without names, all modules
of folders that have tests.
"""

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Tests of a folder's modules, beside those in the folder of its name.
ALSO = {
    "inputs": "baselines estimators/test_relative.py test_masked.py",
    "networks": "estimators/test_level.py",
    "series": "test_masked.py test_leakage.py test_large.py",
    "transformers": "test_masked.py test_leakage.py",
}

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div}
CHOICES = {ast.And: ast.Or, ast.Or: ast.And}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
NAMES |= {"minimum": "maximum", "maximum": "minimum"}


def changes(tree):
    """Each small change of a module, as a function that makes it in a copy."""
    for at, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
            yield at, lambda n: n.ops.__setitem__(0, COMPARISONS[type(n.ops[0])]())
        elif isinstance(node, (ast.BinOp, ast.AugAssign)):
            if type(node.op) in ARITHMETIC and not _is_text(node):
                yield at, lambda n: setattr(n, "op", ARITHMETIC[type(n.op)]())
        elif isinstance(node, ast.BoolOp):
            yield at, lambda n: setattr(n, "op", CHOICES[type(n.op)]())
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield at, lambda n: setattr(n, "value", n.value + 1)
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield at, lambda n: setattr(n, "attr", NAMES[n.attr])
        elif isinstance(node, ast.Name) and node.id in NAMES:
            yield at, lambda n: setattr(n, "id", NAMES[n.id])


def _is_text(node):
    return any(
        isinstance(one, ast.JoinedStr)
        or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in ast.walk(node)
    )


def mutants(source, sample, seed):
    """The changed sources, with the line before and after."""
    tree = ast.parse(source)
    found = list(changes(tree))
    if sample and sample < len(found):
        found = random.Random(seed).sample(found, sample)
    for at, change in sorted(found, key=lambda pair: pair[0]):
        changed = copy.deepcopy(tree)
        node = next(n for i, n in enumerate(ast.walk(changed)) if i == at)
        before = ast.unparse(node)
        change(node)
        line = source.splitlines()[node.lineno - 1].strip()
        yield (
            f"line {node.lineno}: {line}   [{before} -> {ast.unparse(node)}]",
            ast.unparse(changed),
        )


class Replacing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a module from another source than its file's."""

    def __init__(self, name, source, path):
        self.name, self.source, self.path = name, source, path

    def find_spec(self, name, path=None, target=None):
        if name == self.name:
            return importlib.util.spec_from_loader(name, self, origin=str(self.path))
        return None

    def exec_module(self, module):
        exec(compile(self.source, str(self.path), "exec"), vars(module))


class FirstFailure:
    """A plugin of pytest: of a property that fails no smaller example is looked for."""

    def pytest_configure(self, config):
        from hypothesis import Phase, settings  # not before pytest wants it

        settings.register_profile("one", phases=(Phase.explicit, Phase.generate))
        settings.load_profile("one")


def run_tests(name, source, path, files, says):
    """In a process of its own: the tests of a changed module, to the first failure."""
    import pytest

    sys.meta_path.insert(0, Replacing(name, source, path))
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            options = ["-x", "-q", "-p", "no:cacheprovider"]
            says.send(int(pytest.main([*options, *files], [FirstFailure()])))


def outcome(name, source, path, files, limit):
    """What the tests say of a changed module: "noticed", "not noticed" or "hangs"."""
    fork = multiprocessing.get_context("fork")
    hears, says = fork.Pipe(duplex=False)
    process = fork.Process(target=run_tests, args=(name, source, path, files, says))
    process.start()
    says.close()
    if not hears.poll(limit):
        process.kill()
        process.join()
        return "hangs"
    try:
        code = hears.recv()
    except EOFError:  # the process ended before its tests did
        process.join()
        code = 1 if process.exitcode < 0 else 3  # not without a signal
    process.kill()  # it may wait for workers that its tests began
    process.join()
    if code not in (0, 1):
        raise RuntimeError(f"pytest ended with {code} on {files}")
    return "noticed" if code else "not noticed"


def all_modules():
    """Modules of the folders that have a folder of tests."""
    for path in sorted((ROOT / "skseqconv").glob("*/_*.py")):
        folder = path.parent.name
        if path.name != "__init__.py" and (ROOT / "tests" / folder).is_dir():
            yield f"{folder}.{path.stem}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="such as series._view")
    parser.add_argument("--sample", type=int, help="of a module's changes; default all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=300, help="seconds for a change")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Imported once, run in forks only: TensorFlow begins its threads when it runs.
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import tensorflow  # noqa: F401

    for module in options.modules or all_modules():
        path = ROOT / "skseqconv" / f"{module.replace('.', '/')}.py"
        folder = module.partition(".")[0]
        files = [f"tests/{name}" for name in [folder, *ALSO.get(folder, "").split()]]
        counts, began = {"noticed": 0, "not noticed": 0, "hangs": 0}, time.time()
        same, name = path.read_text(), f"skseqconv.{module}"
        if (found := outcome(name, same, path, files, options.limit)) != "not noticed":
            raise RuntimeError(f"{module} without a change: its tests say {found!r}")
        for said, source in mutants(same, options.sample, options.seed):
            found = outcome(name, source, path, files, options.limit)
            counts[found] += 1
            if found != "noticed":
                print(f"{module}: {found}: {said}", flush=True)
        said = ", ".join(f"{number} {name}" for name, number in counts.items())
        print(f"{module}: {said} ({time.time() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
