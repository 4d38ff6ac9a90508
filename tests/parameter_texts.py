"""One text for each parameter and fitted attribute of the network estimators.

    python -m tests.parameter_texts            # write the texts
    python -m tests.parameter_texts --check    # name the files that need it

The docstrings hold the texts, so that `help` and editors show them. To change a text,
change it in the first class below that has it, and write. Names, order and defaults of
parameters come from the signatures.
"""

import argparse
import inspect
import json
import re
from pathlib import Path

import skseqconv

PACKAGE = Path(skseqconv.__file__).parent

#: Whose texts an estimator takes; the first of these that has one counts.
SOURCES = {
    "Conv1DRegressor": (),
    "Conv1DGRURegressor": ("Conv1DRegressor",),
    "Conv1DClassifier": ("Conv1DRegressor",),
    "Conv1DGRUClassifier": ("Conv1DClassifier", "Conv1DGRURegressor"),
}

#: What means something else to an estimator than to its sources.
OWN = {
    "Conv1DClassifier": (
        "global_pooling",
        "loss",
        "learning_rate",
        "epochs",
        "validation_gap",
        "metrics",
        "history_",
        "target_encoder_",
    )
}

#: Groups of parameters, by the first of each. A list of them leads each docstring.
GROUPS = {
    "filters": "the network",
    "loss": "the training",
    "validation_split": "validation and early stopping",
    "callbacks": "the fit as a whole",
    "quantiles": "what is forecast, and from where",
    "class_weight": "the classes",
    "embedding_dim": "texts and other token ids",
}

_LIST = r"    The parameters, by group:\n\n(?:    - .*\n(?:      .*\n)*)+\n"

_ENTRY = r"    (\w+) : (.*)\n((?:        .*\n)+)"


def written(package=PACKAGE):
    """Each estimator's file, and its code with the texts as they should be."""
    files, texts = {}, {}
    for name, sources in SOURCES.items():
        path = package / f"{skseqconv._MODULE_OF[name].replace('.', '/')}.py"
        code = path.read_text(encoding="utf-8")
        known = {
            entry: text
            for source in reversed(sources)
            for entry, text in texts[source].items()
            if entry not in OWN.get(name, ())
        }
        texts[name] = {**_texts(code), **known}
        files[path] = _with_texts(code, name, texts[name])
    return files


def _texts(code):
    """Type, without the default, and description of each entry of a docstring."""
    return {
        name: (kind.partition(", default=")[0], description)
        for section in ("Parameters", "Attributes")
        for name, kind, description in re.findall(_ENTRY, _section(code, section)[2])
    }


def _section(code, title):
    """Heading and entries of a section, as a match of both."""
    return re.search(rf"(    {title}\n    -+\n)((?:{_ENTRY})*)", code)


def _with_texts(code, name, texts):
    parameters = inspect.signature(getattr(skseqconv, name)).parameters
    entries = [_entry(p, texts, default=o.default) for p, o in parameters.items()]
    code = _replaced(code, "Parameters", entries)
    code = re.sub(_LIST, "", code)
    code = code.replace(
        "    Parameters\n", _grouped(list(parameters)) + "    Parameters\n", 1
    )
    shown = re.findall(_ENTRY, _section(code, "Attributes")[2])
    return _replaced(code, "Attributes", [_entry(a, texts) for a, *_ in shown])


def _grouped(names):
    """The list of groups, each with its first and its last parameter."""
    starts = [i for i, name in enumerate(names) if name in GROUPS]
    lines = [
        f"    - {GROUPS[names[start]]}: `{names[start]}`"
        + (f" to `{names[end - 1]}`" if end - start > 1 else "")
        for start, end in zip(starts, [*starts[1:], len(names)], strict=True)
    ]
    return "    The parameters, by group:\n\n" + "\n".join(lines) + "\n\n"


def _entry(name, texts, **default):
    if name not in texts:
        raise SystemExit(f"{name} has no text: write one in the first class with it.")
    kind, description = texts[name]
    for value in default.values():
        shown = json.dumps(value) if isinstance(value, str) else repr(value)
        kind += f", default={shown}"
    return f"    {name} : {kind}\n{description}"


def _replaced(code, title, entries):
    section = _section(code, title)
    return code[: section.start(2)] + "".join(entries) + code[section.end(2) :]


def main(arguments=None, package=PACKAGE):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args(arguments).check
    files = written(package)
    old = [p for p, code in files.items() if p.read_text(encoding="utf-8") != code]
    for path in old:
        print(f"{path.name}: {'texts differ' if check else 'texts written'}")
        if not check:
            path.write_text(files[path], encoding="utf-8")
    if check and old:
        raise SystemExit("Run python -m tests.parameter_texts")


if __name__ == "__main__":
    main()
