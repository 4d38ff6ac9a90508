"""What a file may hold: types by name, Keras objects and networks as plain data."""

import math
import re
from zipfile import ZIP_STORED, BadZipFile

import numpy as np

#: Types that `load` makes, beside those that skops trusts: this package's estimators
#: and what they hold, and what scikit-learn's searches and pipelines hold. None of
#: them does anything when it is made, with whatever arguments.
TYPES = (
    "numpy.dtype",
    "skseqconv.AsIs",
    "skseqconv.CalendarFeatures",
    "skseqconv.ClassEncoder",
    "skseqconv.Conv1DClassifier",
    "skseqconv.Conv1DGRUClassifier",
    "skseqconv.Conv1DGRURegressor",
    "skseqconv.Conv1DRegressor",
    "skseqconv.FlatWindowRegressor",
    "skseqconv.FlattenWindows",
    "skseqconv.LookbackWindower",
    "skseqconv.PerStep",
    "skseqconv.PersistenceRegressor",
    "skseqconv.RowStep",
    "skseqconv.StandardizeStep",
    "skseqconv.Standardizer",
    "skseqconv.TargetScaler",
    "skseqconv.TokenSequencer",
    "sklearn.metrics._classification.accuracy_score",
    "sklearn.metrics._classification.balanced_accuracy_score",
    "sklearn.metrics._classification.f1_score",
    "sklearn.metrics._classification.log_loss",
    "sklearn.metrics._classification.matthews_corrcoef",
    "sklearn.metrics._classification.precision_score",
    "sklearn.metrics._classification.recall_score",
    "sklearn.metrics._ranking.average_precision_score",
    "sklearn.metrics._ranking.roc_auc_score",
    "sklearn.metrics._regression.explained_variance_score",
    "sklearn.metrics._regression.max_error",
    "sklearn.metrics._regression.mean_absolute_error",
    "sklearn.metrics._regression.mean_absolute_percentage_error",
    "sklearn.metrics._regression.mean_pinball_loss",
    "sklearn.metrics._regression.mean_squared_error",
    "sklearn.metrics._regression.median_absolute_error",
    "sklearn.metrics._regression.r2_score",
    "sklearn.metrics._regression.root_mean_squared_error",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.model_selection._split.GroupKFold",
    "sklearn.model_selection._split._CVIterableWrapper",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.PredefinedSplit",
    "sklearn.model_selection._split.ShuffleSplit",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.model_selection._split.StratifiedShuffleSplit",
    "sklearn.model_selection._split.TimeSeriesSplit",
    "sklearn.utils._bunch.Bunch",
)

#: Kinds of entries in skops' schema that `load` reads. Others call what they hold
#: (methods, partial functions, operators, constructors) or unpack what may be of any
#: size (sparse matrices).
LOADERS = frozenset(
    {
        "DTypeNode",
        "DictNode",
        "FunctionNode",
        "JsonNode",
        "ListNode",
        "MaskedArrayNode",
        "NdArrayNode",
        "ObjectNode",
        "RandomStateNode",
        "SetNode",
        "SliceNode",
        "TupleNode",
        "TypeNode",
    }
)

#: Packages that an entry may name, which spares others from being imported.
PACKAGES = ("builtins", "collections", "numpy", "scipy", "sklearn", "skseqconv")

#: Members of the archive.
MEMBER = re.compile(r"\d+\.npy|skseqconv\.json|schema\.json")

#: Types of a dict's keys, which are written as text, that come back as they were.
KEYS = re.compile(r"builtins\.(str|int|float)|numpy\.(str_|u?int\d+|float\d+)")

#: How an array's member begins: NumPy's magic bytes, the version of its format, the
#: length of the header, and the header as NumPy writes it. Any other one NumPy would
#: give to Python's parser and tokenizer, which warn, and raise what they like.
HEADER = re.compile(
    rb"\x93NUMPY(?:\x01\x00(?P<short>..)|\x02\x00(?P<long>....))"
    rb"(?P<header>\{'descr': '(?P<dtype>[<>|][biufcmMSU]\d+(?:\[\d*[a-zA-Z]+\])?)', "
    rb"'fortran_order': (?:False|True), "
    rb"'shape': \((?P<shape>(?:\d+, ?)*\d*)\), \} *\n)",
    re.DOTALL,
)

#: The header of an array of 64 dimensions, NumPy's most, is shorter.
MOST_HEADER = 4096


def check_members(archive, size):
    """Members have known names, and are as large as they say."""
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(set(names)) < len(names) or not all(map(MEMBER.fullmatch, names)):
        raise BadZipFile(f"members {names[:20]}")
    compressed = any(member.compress_type != ZIP_STORED for member in members)
    if compressed or sum(member.file_size for member in members) > size:
        raise BadZipFile("its parts are compressed, or overlap")


def check_arrays(archive):
    """Members of arrays hold plain ones, which are as long as they say."""
    for member in archive.infolist():
        if member.filename.endswith(".npy"):
            with archive.open(member) as file:
                if not _is_plain_array(file, member.file_size):
                    raise BadZipFile(f"{member.filename} is no plain array")


def _is_plain_array(file, size):
    """Whether a file begins like an array of numbers or text, and is as long."""
    found = HEADER.match(file.read(MOST_HEADER))
    if found is None:
        return False
    length = int.from_bytes(found["short"] or found["long"], "little")
    shape = [int(n) for n in found["shape"].split(b",") if n.strip()]
    n_bytes = math.prod(shape) * np.dtype(found["dtype"].decode()).itemsize
    return length == len(found["header"]) and found.end() + n_bytes == size


def with_present_names(schema):
    """Give types of this package the address that they have now; say if any had not.

    Version 0.1 and its successors named the module that a class stood in. Names of
    trusted types are unique, so the name alone tells the type.
    """
    renamed, parts = False, [schema]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(part)
        if not isinstance(part, dict):
            continue
        parts.extend(part.values())
        home = str(part.get("__module__"))
        if home.startswith("skseqconv.") and f"skseqconv.{_class(part)}" in TYPES:
            part["__module__"], part["__class__"] = "skseqconv", _class(part)
            renamed = True
    return renamed


def check_repeats(schema):
    """Entries of one object say as much as each other.

    skops writes an object as often as it is referred to, and reads the first entry for
    all. In a made-up schema forty lists, each the one before twice, would be a few
    lines, and what walks through them would never end.
    """
    known = {}

    def length(part):
        if isinstance(part, list):
            return sum(map(length, part))
        if not isinstance(part, dict):
            return 0
        content = part.get("content")
        own = 1 + sum(map(length, part.values()))
        own += len(content) if isinstance(content, str) else 0
        if "__id__" in part and known.setdefault(part["__id__"], own) != own:
            raise ValueError("entries of one object say different things")
        return own

    length(schema)


def refused_entries(schema):
    """Names in skops' schema that are refused before skops reads it, and why.

    skops asks whether a type is trusted; what is done with it, the kind of the entry
    says.
    """
    refused, parts = {}, [schema]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(part)
        if not isinstance(part, dict):
            continue
        parts.extend(part.values())
        if "__loader__" not in part:
            continue
        name = _name(part)
        if part["__loader__"] not in LOADERS or name.split(".")[0] not in PACKAGES:
            refused[name] = "is not trusted"
        if part["__loader__"] == "DictNode":
            keys = list(map(_name, part["key_types"]["content"]))
            odd = {key for key in keys if not KEYS.fullmatch(key)}
            refused |= dict.fromkeys(odd, "does not come back as the key of a dict")
            if len(keys) != len(part["content"]):
                refused[name] = "has keys that are the same as text"
        if part.get("type") == "json" and len(part["shape"]["content"]) != 1:
            # skops would unfold lists in lists, which may stand for each other.
            refused[name] = "is no plain array and has several dimensions"
        if "file" in part and part["file"] != f"{part['__id__']}.npy":
            refused[str(part["file"])] = "is no array's own file"
    return refused


def holds_network(schema):
    """Whether skops' schema has an estimator with a fitted network."""
    parts = [schema]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(part)
        if isinstance(part, dict):
            parts.extend(part.values())
            # The description of a network, that every fitted one has.
            if "_architecture" in part:
                return True
    return False


def _class(entry):
    return str(entry.get("__class__")).lstrip("_")  # AsIs had an underscore


def _name(entry):
    return f"{entry['__module__']}.{entry['__class__']}"
