"""Forged files: the checksum is right, the content is not."""

import io
import itertools
import json
import os
import pickle
import re
import sys
import zipfile

import cloudpickle
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseqconv import LookbackWindower, Standardizer
from skseqconv.saving._archive import FORMAT, packed, sealed
from skseqconv.saving._save import load, save
from tests.saving.small import fail_with

pytestmark = pytest.mark.trains

skops = pytest.importorskip(
    "skops.io", reason="save and load need the extra 'persistence'"
)


def forged(estimator, path, change):
    """A file of `save` whose schema, note and other members have been changed."""
    with zipfile.ZipFile(io.BytesIO(packed(skops, estimator))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
        comment = archive.comment
    schema = json.loads(members["schema.json"])
    note = json.loads(members["skseqconv.json"])
    change(schema, note, members)
    members |= {"schema.json": json.dumps(schema), "skseqconv.json": json.dumps(note)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    path.write_bytes(sealed(file.getvalue()[:-64]))
    return path


@pytest.mark.parametrize(
    ("number", "version", "way_out"),
    [
        (FORMAT - 1, "0.1.0", "fit the estimator again, and save it again"),
        (FORMAT + 1, "7.0", "use a newer version"),
    ],
)
def test_another_format_says_so(number, version, way_out, tmp_path):
    def change(schema, note, members):
        note.update(format=number, versions={"skseqconv": version})
        schema.clear()

    path = forged(Standardizer(), tmp_path / "model", change)
    message = f"format {number}, of skseqconv {version}. skseqconv "
    message = rf"{re.escape(message)}.* reads format {FORMAT} only: {way_out}\."
    with pytest.raises(ValueError, match=message):
        load(path)


@pytest.mark.parametrize("name", ["skseqconv", "scikit-learn", "keras", "numpy"])
def test_another_major_version_warns(name, tmp_path):
    def change(schema, note, members):
        note["versions"][name] = "99.1"

    path = forged(Standardizer(), tmp_path / "model", change)
    with pytest.warns(UserWarning, match=f"with {name} 99.1, and {name} .* loads it"):
        load(path)


def test_another_minor_version_does_not_warn(tmp_path):
    def change(schema, note, members):
        for name, number in note["versions"].items():
            major, minor, *_ = number.split(".")
            note["versions"][name] = f"{major}.{minor}.99"

    load(forged(Standardizer(), tmp_path / "model", change))


@pytest.fixture
def marker(tmp_path, monkeypatch):
    """A file that hostile content would make, and a module whose import makes it."""
    folder = tmp_path / "modules"
    folder.mkdir()
    marker = tmp_path / "marker"
    code = f"open({str(marker)!r}, 'w')\ndef thing(*args): pass\nclass Thing: pass\n"
    (folder / "hostile_module.py").write_text(code)
    monkeypatch.syspath_prepend(folder)
    return marker


class Hostile:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


IDS = itertools.count(1)


def entry(loader, name, **content):
    module, _, own = name.rpartition(".")
    return {
        "__class__": own,
        "__module__": module,
        "__loader__": loader,
        "__id__": next(IDS),
        **content,
    }


def array_entry(name):
    found = entry("NdArrayNode", name, type="numpy")
    return {**found, "file": f"{found['__id__']}.npy"}


def plain(value):
    return entry("JsonNode", "builtins.str", content=json.dumps(value))


def sequence(*items, kind="tuple"):
    loader = {"tuple": "TupleNode", "list": "ListNode"}[kind]
    return entry(loader, f"builtins.{kind}", content=list(items))


def mapping(**items):
    types = sequence(*[entry("TypeNode", "builtins.str") for _ in items], kind="list")
    return entry("DictNode", "builtins.dict", content=items, key_types=types)


def hostile_entries(marker):
    """Entries in skops' schema that would run something if they were made."""
    command = sequence(plain(f"touch {marker}"))
    code = sequence(plain(f"open({str(marker)!r}, 'w')"))
    state = mapping(with_mean=plain(True), with_std=plain(True))
    estimator = entry("ObjectNode", "skseqconv.Standardizer", content=state)
    function = entry("FunctionNode", "os.system")
    return {
        "os.system as a constructor": entry(
            "ConstructorFromReduceNode", "os.system", content=command
        ),
        "posix.system": entry(
            "ConstructorFromReduceNode", "posix.system", content=command
        ),
        "builtins.eval": entry(
            "ConstructorFromReduceNode", "builtins.eval", content=code
        ),
        "eval as a type": entry("TypeNode", "builtins.eval"),
        "eval as a function": entry("FunctionNode", "builtins.eval"),
        "eval as an array": array_entry("builtins.eval"),
        "eval as keys": entry(
            "DictNode",
            "builtins.dict",
            content={f"open({str(marker)!r}, 'w')": plain(1)},
            key_types=sequence(entry("TypeNode", "builtins.eval"), kind="list"),
        ),
        "a list of another type": entry(
            "ListNode", "os.system", content=[plain(f"touch {marker}")]
        ),
        "functools.partial": entry(
            "PartialNode",
            "functools.partial",
            content={
                "func": function,
                "args": command,
                "kwds": mapping(),
                "namespace": plain(None),
            },
        ),
        "operator.methodcaller": entry(
            "OperatorFuncNode",
            "operator.methodcaller",
            attrs=sequence(plain("system"), plain(f"touch {marker}")),
        ),
        "operator.call": entry(
            "OperatorFuncNode",
            "operator.call",
            attrs=sequence(function, plain(f"touch {marker}")),
        ),
        "a method": entry(
            "MethodNode",
            "skseqconv.Standardizer",
            content={"obj": estimator, "func": "fit"},
        ),
        "an import": entry("LossNode", "hostile_module.Thing", content=mapping()),
        "an object of a module": entry("ObjectNode", "hostile_module.Thing"),
        "a submodule's import": entry("TypeNode", "hostile_module.thing.other"),
        "our function of a path": entry(
            "ConstructorFromReduceNode",
            "skseqconv.save",
            content=sequence(estimator, plain(str(marker))),
        ),
        "our function as a function": entry(
            "FunctionNode", "skseqconv.datasets.fetch_imdb"
        ),
        "an old address": entry("ObjectNode", "skseqconv.views.SeriesView"),
        "a function at an old address": entry(
            "FunctionNode", "skseqconv.export.export_keras"
        ),
        "our loader": entry("TypeNode", "skseqconv.load"),
        "our module's own imports": entry("TypeNode", "skseqconv.saving._save.os"),
        "a view": entry("ObjectNode", "skseqconv.SeriesView"),
        "a Keras layer": entry("ObjectNode", "keras.layers.Lambda"),
        "a constructor of ours": entry(
            "ConstructorFromReduceNode",
            "skseqconv.LookbackWindower",
            content=sequence(plain(3)),
        ),
        "an unknown loader": entry("MadeUpNode", "builtins.str"),
    }


HOSTILE = list(hostile_entries("here"))


@pytest.mark.parametrize("place", ["all of it", "a parameter"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_entries_are_refused_by_name(name, place, marker, tmp_path):
    bad, file = hostile_entries(marker)[name], io.BytesIO()
    np.save(file, np.array(f"open({str(marker)!r}, 'w')"))
    text_array = file.getvalue()

    def change(schema, note, members):
        if place == "all of it":
            protocol = schema["protocol"]
            schema.clear()
            schema.update(bad, protocol=protocol)
        else:
            schema["content"]["content"]["with_mean"] = bad
        if "file" in bad:
            members[bad["file"]] = text_array

    path = forged(Standardizer(), tmp_path / "model", change)
    expected = f"{bad['__module__']}.{bad['__class__']}"
    if name == "eval as keys":
        expected = "builtins.eval"
    with pytest.raises(ValueError, match=rf"holds .*{expected} \("):
        load(path)
    assert not marker.exists()
    assert "hostile_module" not in sys.modules


def test_an_older_protocol_is_refused(marker, tmp_path):
    """Its entries are read by code that checks less."""

    def change(schema, note, members):
        schema["protocol"] = 0

    with pytest.raises(ValueError, match="protocol 0"):
        load(forged(Standardizer(), tmp_path / "model", change))


@pytest.mark.parametrize("write", [pickle.dumps, cloudpickle.dumps])
def test_pickles_are_refused(write, marker, tmp_path):
    path = tmp_path / "model"
    for content in (write(Hostile(marker)), sealed(write(Hostile(marker)))):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="was not written by skseqconv"):
            load(path)
    assert not marker.exists()


def test_pickles_inside_are_refused(marker, rows, tmp_path):
    """An array of objects is a pickle in NumPy's format."""
    objects = io.BytesIO()
    np.save(objects, np.array([Hostile(marker)]), allow_pickle=True)

    def change(schema, note, members):
        arrays = [name for name in members if name.endswith(".npy")]
        members.update(dict.fromkeys(arrays, objects.getvalue()))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match="is no plain array"):
        load(forged(model, tmp_path / "model", change))
    assert not marker.exists()


def test_objects_that_run_when_pickled_are_not_saved(marker, tmp_path):
    with pytest.raises(ValueError, match="cannot be saved"):
        save(LookbackWindower(Hostile(marker)), tmp_path / "model")
    assert not marker.exists()


@pytest.mark.parametrize(
    "name", ["../evil.npy", "/tmp/evil.npy", "a/b.npy", "1.pkl", "evil.py"]
)
def test_members_of_other_names_are_refused(name, tmp_path):
    def change(schema, note, members):
        members[name] = b"something"

    with pytest.raises(ValueError, match="is damaged, or"):
        load(forged(Standardizer(), tmp_path / "model", change))
    assert os.listdir(tmp_path) == ["model"]


def test_arrays_are_read_under_their_own_names_only(rows, tmp_path):
    def change(schema, note, members):
        text = json.dumps(schema)
        [first, second, *_] = [name for name in members if name.endswith(".npy")]
        schema.update(json.loads(text.replace(f'"{first}"', f'"{second}"')))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match=r"holds .*npy \(is no array's own file\)"):
        load(forged(model, tmp_path / "model", change))


def test_compressed_members_are_refused(tmp_path):
    """A bomb: a thousand times as large as its file."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed(skops, Standardizer()))) as archive:
        with zipfile.ZipFile(file, "w") as bomb:
            for name in archive.namelist():
                bomb.writestr(name, archive.read(name))
            zeros = bytes(10**8)
            bomb.writestr("1.npy", zeros, compress_type=zipfile.ZIP_DEFLATED)
            bomb.comment = archive.comment
    (tmp_path / "model").write_bytes(sealed(file.getvalue()[:-64]))
    with pytest.raises(ValueError, match="compressed"):
        load(tmp_path / "model")


def test_arrays_that_claim_to_be_huge_are_refused(rows, tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    )

    def change(schema, note, members):
        arrays = [name for name in members if name.endswith(".npy")]
        members.update(dict.fromkeys(arrays, header.getvalue()))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match="is no plain array"):
        load(forged(model, tmp_path / "model", change))


def test_lists_that_stand_for_each_other_are_not_unfolded(tmp_path):
    def change(schema, note, members):
        nest = plain(1)
        for _ in range(3):  # nine of ten references each would be 8 GB of pointers
            nest = sequence(*[nest] * 10, kind="list")
        schema["content"]["content"]["with_mean"] = {
            **entry("NdArrayNode", "numpy.ndarray", content=[nest]),
            "type": "json",
            "shape": sequence(plain(1), plain(10)),
        }

    path = forged(Standardizer(), tmp_path / "model", change)
    with pytest.raises(ValueError, match="has several dimensions"):
        load(path)


def test_nests_too_deep_are_refused(tmp_path):
    depth = 900 if sys.version_info >= (3, 12) else 300  # json itself goes deeper

    def change(schema, note, members):
        nest = plain(1)
        for _ in range(depth):
            nest = sequence(nest, kind="list")
        schema["content"]["content"]["with_mean"] = nest

    with pytest.raises(ValueError, match=r"is damaged, or.*recursion"):
        load(forged(Standardizer(), tmp_path / "model", change))


LAMBDA = mapping(
    module=plain("keras.layers"),
    class_name=plain("Lambda"),
    config=mapping(function=plain("gASV")),
    registered_name=plain(None),
)


def test_networks_are_described_by_names_and_numbers(marker, fitted, tmp_path):
    """Neither a Lambda layer nor a module can stand where Keras would make it."""

    def put(key, value):
        def change(schema, note, members):
            network = schema["content"]["content"]
            network["_architecture"]["content"][key] = value

        return change

    network = fitted["network"][0][-1]
    system = mapping(
        module=plain("hostile_module"),
        class_name=plain("function"),
        config=plain("thing"),
        registered_name=plain("thing"),
    )
    bad = [("activation", LAMBDA), ("activation", system), ("network", plain("os"))]
    for key, value in [*bad, ("filters", sequence(LAMBDA, kind="list"))]:
        with pytest.raises(ValueError, match="description of a network is not valid"):
            load(forged(network, tmp_path / "model", put(key, value)))
    assert not marker.exists()


@pytest.mark.parametrize("parameter", ["optimizer", "loss"])
def test_keras_objects_are_keras_own(parameter, marker, fitted, tmp_path):
    network = fitted["objects"][0][-1]
    described = network.__getstate__()[parameter]

    def put(**items):
        def change(schema, note, members):
            entry = schema["content"]["content"][parameter]
            entry["__id__"] = next(IDS)  # no longer that of what it was compiled with
            entry["content"] |= items

        return change

    module, name = plain("hostile_module"), plain("Thing")
    bad = [
        put(module=module, class_name=name),
        put(module=plain("keras.layers"), class_name=plain("Lambda")),
        put(module=plain("keras.utils"), class_name=plain("get_file")),
        put(class_name=plain("get")),
        put(config=mapping(learning_rate=LAMBDA)),
        put(config=mapping(learning_rate=mapping(module=module, class_name=name))),
        put(config=mapping(name=LAMBDA)),
        put(config=mapping(fn=plain("mean_squared_error"))),
    ]
    assert described["module"] in ("keras.optimizers", "keras.losses")
    for change in bad:
        with pytest.raises(ValueError, match="describes none of Keras' own"):
            load(forged(network, tmp_path / "model", change))
    assert not marker.exists()


def test_what_is_trained_with_is_checked_too(fitted, tmp_path):
    network = fitted["classes"][0][-1]

    def change(schema, note, members):
        parts = schema["content"]["content"]["_compiled_with"]["content"]
        parts[2] = sequence(LAMBDA)

    with pytest.raises(ValueError, match="none of Keras' own losses, metrics"):
        load(forged(network, tmp_path / "model", change))


# Whatever readers raise is one kind of error, and what loads can be used.

HEADERS = {
    "cut off": "{'descr': '<f8', 'fortran_order': False, 'shape': (4,",
    "brackets": "{'descr': '<f8', 'fortran_order': False, 'shape': (4,]), }",
    "text without an end": "{'descr': '<f8, 'fortran_order': False, 'shape': (4,), }",
    "Python 2": "{'descr': '<f8', 'fortran_order': False, 'shape': (4L,), }",
    "a number and a word": "{'descr': '<f8', 'fortran_order': 0is 0, 'shape': (4,), }",
    "an escape": "{'descr': '\\w', 'fortran_order': False, 'shape': (4,), }",
    "objects": "{'descr': '|O8', 'fortran_order': False, 'shape': (4,), }",
    "a structure": "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (4,), }",
    "less than none": "{'descr': '<f8', 'fortran_order': False, 'shape': (-4,), }",
    "too many": "{'descr': '<f8', 'fortran_order': False, 'shape': (5,), }",
    "a nest": "(" * 3000,
    "nothing": "",
}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("name", HEADERS)
def test_headers_of_arrays_that_numpy_did_not_write(name, version, rows, tmp_path):
    """NumPy reads some of them, or warns, or lets Python's tokenizer raise."""
    header = HEADERS[name].encode() + b"\n"
    length = len(header).to_bytes(2 if version == 1 else 4, "little")
    array = b"\x93NUMPY" + bytes([version, 0]) + length + header + bytes(32)

    def change(schema, note, members):
        arrays = [name for name in members if name.endswith(".npy")]
        members.update(dict.fromkeys(arrays, array))

    model = Standardizer().fit(rows[0])
    with pytest.raises(ValueError, match=r"\.npy is no plain array"):
        load(forged(model, tmp_path / "model", change))


def test_a_mask_of_another_length(tmp_path):
    def change(schema, note, members):
        other = io.BytesIO()
        np.save(other, np.zeros(5, dtype=bool))
        content = schema["content"]["content"]["kw_args"]["content"]["value"]["content"]
        members[content["mask"]["file"]] = other.getvalue()

    masked = np.ma.array([1.0, 2.0, 3.0], mask=[True, False, False])
    model = FunctionTransformer(kw_args={"value": masked})
    with pytest.raises(ValueError, match=r"is damaged, or.*MaskError") as caught:
        load(forged(model, tmp_path / "model", change))
    assert isinstance(caught.value.__cause__, np.ma.MaskError)


class OddError(Exception):
    """A kind that nobody thought of."""


@pytest.mark.parametrize("reader", ["loads", "get_untrusted_types"])
@pytest.mark.parametrize("error", [OddError("odd"), SystemError("odd"), MemoryError()])
def test_whatever_a_reader_raises_is_the_documented_error(
    error, reader, monkeypatch, tmp_path
):
    save(Standardizer(), tmp_path / "model")
    monkeypatch.setattr(f"skops.io.{reader}", fail_with(error))
    message = rf"model is damaged, or .*save \({type(error).__name__}: "
    with pytest.raises(ValueError, match=message) as caught:
        load(tmp_path / "model")
    assert caught.value.__cause__ is error
    with pytest.raises(ValueError, match=rf"cannot be saved: .*{type(error).__name__}"):
        save(Standardizer(), tmp_path / "model")


def test_an_interrupt_is_no_damage(monkeypatch, tmp_path):
    save(Standardizer(), tmp_path / "model")
    monkeypatch.setattr("skops.io.loads", fail_with(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path / "model")


def without(schema, places, parameter):
    """Take a parameter from the entry of the estimator at this place."""
    part = schema
    for place in places:
        part = part["content"]
        part = part[place] if isinstance(place, int) else part["content"][place]
    del part["content"]["content"][parameter]
    part["content"]["key_types"]["content"].pop()


WITHOUT = {
    "flat": (["steps", 1, 1], "LookbackWindower", "step"),
    "network": (
        ["steps", 3, 1],
        "Conv1DRegressor",
        "filters",
    ),  # a default of the class
    "search": (["best_estimator_", "steps", 0, 1], "Standardizer", "with_mean"),
    "voting": (["estimators", 1, 1], "Pipeline", "steps"),
    "persistence": ([], "Pipeline", "memory"),
    "texts": (["steps", 0, 1], "TokenSequencer", "max_length"),
    "calendar": (["steps", 0, 1], "CalendarFeatures", "ahead"),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_estimators_without_their_parameters_are_refused(name, fitted, tmp_path):
    place, cls, parameter = WITHOUT[name]

    def change(schema, note, members):
        without(schema, place, parameter)

    message = rf"holds a {cls} without {parameter}: .*skseqconv 0\.2.*scikit-learn"
    with pytest.raises(ValueError, match=message):
        load(forged(fitted[name][0], tmp_path / "model", change))


def test_an_estimator_that_lost_a_parameter_is_not_saved(tmp_path):
    broken = Standardizer()
    del broken.with_std
    with pytest.raises(ValueError, match=r"cannot be saved: .* without with_std"):
        save(make_pipeline(broken), tmp_path / "model")


def test_what_cannot_be_shown_is_refused(tmp_path):
    """A scorer without what its repr says."""
    scorer = entry("ObjectNode", "sklearn.metrics._scorer._Scorer", content=mapping())

    def change(schema, note, members):
        schema["content"]["content"]["scoring"] = scorer

    search = GridSearchCV(Standardizer(), {})
    with pytest.raises(ValueError, match=r"damaged, or .*AttributeError: "):
        load(forged(search, tmp_path / "model", change))


def test_what_cannot_be_set_is_refused(tmp_path):
    """A step whose name is a number."""

    def change(schema, note, members):
        steps = schema["content"]["content"]["steps"]
        steps["content"][0]["content"][0] = plain(7)

    path = forged(make_pipeline(Standardizer()), tmp_path / "model", change)
    with pytest.raises(ValueError, match=r"damaged, or .*TypeError: "):
        load(path)


@pytest.mark.parametrize("kind", ["list", "tuple"])
@pytest.mark.parametrize("n_lists", [0, 40])
def test_lists_that_hold_each_other_twice_are_refused(kind, n_lists, tmp_path):
    """To walk through forty of them would take for ever."""
    nest = sequence(plain(1), kind=kind)
    for _ in range(n_lists):
        again = {key: nest[key] for key in nest if key.startswith("__")}
        nest = sequence(nest, {**again, "content": []}, kind=kind)
    if not n_lists:
        nest["content"].append({**nest, "content": []})  # itself

    def change(schema, note, members):
        schema["content"]["content"]["with_mean"] = nest

    path = forged(Standardizer(), tmp_path / "model", change)
    with pytest.raises(ValueError, match="one object say different things"):
        load(path)
