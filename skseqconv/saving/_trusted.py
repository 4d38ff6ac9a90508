"""What a file may hold: types by name, and plain arrays."""

import math
import re
from zipfile import ZIP_STORED, BadZipFile

import numpy as np

#: Types that `load` makes, in addition to those that skops trusts: the estimators of
#: this package and what they hold, and what scikit-learn's estimators hold. Making an
#: object of these types does nothing else, whatever the arguments are.
TYPES = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._mutual_info.mutual_info_regression",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.impute._iterative.IterativeImputer",
    "sklearn.impute._iterative._ImputerTriplet",
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
    "sklearn.metrics._scorer._CurveScorer",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.model_selection._split.GroupKFold",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.PredefinedSplit",
    "sklearn.model_selection._split.ShuffleSplit",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.model_selection._split.StratifiedShuffleSplit",
    "sklearn.model_selection._split.TimeSeriesSplit",
    "sklearn.model_selection._split._CVIterableWrapper",
    "sklearn.multiclass._ConstantPredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",  # of scorers, in 1.6
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
    "skseqconv.AsIs",
    "skseqconv.CalendarFeatures",
    "skseqconv.ClassEncoder",
    "skseqconv.Conv1DClassifier",
    "skseqconv.Conv1DGRUClassifier",
    "skseqconv.Conv1DGRURegressor",
    "skseqconv.Conv1DRegressor",
    "skseqconv.FlatWindowRegressor",
    "skseqconv.FlattenWindows",
    "skseqconv.IndicatorEncoder",
    "skseqconv.LinearAutoregression",
    "skseqconv.LookbackWindower",
    "skseqconv.MiniRocket",
    "skseqconv.PanelTimeSeriesSplit",
    "skseqconv.PerStep",
    "skseqconv.PersistenceRegressor",
    "skseqconv.RowStep",
    "skseqconv.SeriesKFold",
    "skseqconv.StandardizeStep",
    "skseqconv.Standardizer",
    "skseqconv.TargetScaler",
    "skseqconv.TokenSequencer",
)

#: Kinds of entries in skops' schema that `load` reads. Other kinds call what they hold
#: (methods, partial functions, operators, constructors), or unpack data of any size
#: (sparse matrices).
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

#: Packages that an entry may name. No others are imported.
PACKAGES = ("builtins", "collections", "numpy", "scipy", "sklearn", "skseqconv")

#: Members of the archive.
MEMBER = re.compile(r"\d+\.npy|skseqconv\.json|schema\.json")

#: The keys of a dict are written as text. Keys of these types are restored.
KEYS = re.compile(r"builtins\.(str|int|float)|numpy\.(str_|u?int\d+|float\d+)")

#: The beginning of an array's member: NumPy's magic bytes, the version of its format,
#: the length of the header, and the header as NumPy writes it. NumPy would give any
#: other header to Python's parser and tokenizer, which warn and raise many errors.
HEADER = re.compile(
    rb"\x93NUMPY(?:\x01\x00(?P<short>..)|\x02\x00(?P<long>....))"
    rb"(?P<header>\{'descr': '(?P<dtype>[<>|][biufcmMSU]\d+(?:\[\d*[a-zA-Z]+\])?)', "
    rb"'fortran_order': (?:False|True), "
    rb"'shape': \((?P<shape>(?:\d+, ?)*\d*)\), \} *\n)",
    re.DOTALL,
)

#: The longest header, of an array with NumPy's maximum of 64 dimensions, is shorter.
MOST_HEADER = 4096


def check_members(archive, size):
    """Refuse members with unknown names, or of another size than they declare."""
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(set(names)) < len(names) or not all(map(MEMBER.fullmatch, names)):
        raise BadZipFile(f"members {names[:20]}")
    compressed = any(member.compress_type != ZIP_STORED for member in members)
    if compressed or sum(member.file_size for member in members) > size:
        raise BadZipFile("its parts are compressed, or overlap")


def check_arrays(archive):
    """Refuse members that are not plain arrays of the length that they declare."""
    for member in archive.infolist():
        if member.filename.endswith(".npy"):
            with archive.open(member) as file:
                if not _is_plain_array(file, member.file_size):
                    raise BadZipFile(f"{member.filename} is no plain array")


def _is_plain_array(file, size):
    """Whether a file is an array of numbers or text, of the declared length."""
    found = HEADER.match(file.read(MOST_HEADER))
    if found is None:
        return False
    length = int.from_bytes(found["short"] or found["long"], "little")
    shape = [int(n) for n in found["shape"].split(b",") if n.strip()]
    n_bytes = math.prod(shape) * np.dtype(found["dtype"].decode()).itemsize
    return length == len(found["header"]) and found.end() + n_bytes == size


def _entries(schema):
    """All dicts in a schema, at any depth. Recursion could exhaust the stack."""
    parts = [schema]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(part)
        if isinstance(part, dict):
            parts.extend(part.values())
            yield part


def check_repeats(schema):
    """Refuse entries of one object that differ in length.

    skops writes an object each time it is referred to, and reads the first entry for
    all of them. A made-up schema of forty lists, each of which holds the one before
    twice, would be short, but a walk through its objects would never end.
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

    skops asks whether a type is trusted. The kind of the entry says what skops does
    with the type.
    """
    refused = {}
    for part in _entries(schema):
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
            # skops would unfold lists in lists, which may refer to each other.
            refused[name] = "is no plain array and has several dimensions"
        if "file" in part and part["file"] != f"{part['__id__']}.npy":
            refused[str(part["file"])] = "is no array's own file"
    return refused


def _name(entry):
    return f"{entry['__module__']}.{entry['__class__']}"
