"""What a file may hold, part by part, to the byte."""

import io
import sys
import warnings
from inspect import signature
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import keras
import numpy as np
import pytest

from skseqconv.networks._plain_state import plain_state, restored_state
from skseqconv.networks._registry import NETWORKS
from skseqconv.saving._trusted import (
    check_arrays,
    check_members,
    check_repeats,
    refused_entries,
)


def archive_of(*members, compression=ZIP_STORED):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Duplicate name")
        with ZipFile(file, "w", compression) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return ZipFile(file)


def npy(array, version=(1, 0)):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


# Members.


def test_members_are_as_large_as_the_file_at_most():
    archive = archive_of(("schema.json", bytes(70)), ("12.npy", bytes(30)))
    check_members(archive, 100)
    with pytest.raises(BadZipFile, match="overlap"):
        check_members(archive, 99)


def test_one_compressed_member_is_one_too_many():
    archive = archive_of(("schema.json", bytes(70)), compression=ZIP_DEFLATED)
    with pytest.raises(BadZipFile, match="compressed"):
        check_members(archive, 100)


@pytest.mark.parametrize("names", [["1.npy", "1.npy"], ["1.npy", "2.pkl"], ["1.npyx"]])
def test_members_have_known_names_and_each_its_own(names):
    with pytest.raises(BadZipFile, match="members"):
        check_members(archive_of(*[(name, b"") for name in names]), 100)


# Arrays.


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (1,) * 64])
def test_arrays_are_as_long_as_they_say(shape, version):
    whole = npy(np.zeros(shape), version)
    check_arrays(archive_of(("1.npy", whole)))
    for other in (whole + b"\0", whole[:-1]):
        with pytest.raises(BadZipFile, match=r"^2\.npy is no plain array"):
            check_arrays(archive_of(("1.npy", whole), ("2.npy", other)))


@pytest.mark.parametrize("version, n_bytes", [((1, 0), 2), ((2, 0), 4)])
def test_headers_are_as_long_as_they_say(version, n_bytes):
    whole = npy(np.arange(3.0), version)
    length = int.from_bytes(whole[8 : 8 + n_bytes], "little")
    for other in (length - 1, length + 1, length + 256):
        told = other.to_bytes(n_bytes, "little")
        wrong = whole[:8] + told + whole[8 + n_bytes :]
        with pytest.raises(BadZipFile, match="is no plain array"):
            check_arrays(archive_of(("1.npy", wrong)))


# Entries of the schema.


def entry(loader="JsonNode", name="builtins.str", **content):
    module, _, own = name.rpartition(".")
    return {"__class__": own, "__module__": module, "__loader__": loader, **content}


def test_entries_of_one_object_say_as_much_as_each_other():
    one = {"__id__": 1, "content": "text"}
    check_repeats([one, dict(one), {"__id__": 2, "content": "another"}])
    for other in (
        {"__id__": 1, "content": "texts"},
        {"__id__": 1, "content": [one]},
        {"__id__": 1},
    ):
        with pytest.raises(ValueError, match="one object say different things"):
            check_repeats({"a": [one], "b": {"c": [other]}})


@pytest.mark.parametrize(
    "bad, name, why",
    [
        (entry("MethodNode"), "builtins.str", "is not trusted"),
        (entry(name="os.system"), "os.system", "is not trusted"),
        (entry(name="numpyx.array"), "numpyx.array", "is not trusted"),
        (entry(file="2.npy", __id__=1), "2.npy", "is no array's own file"),
        (
            entry(type="json", shape={"content": [1, 2]}),
            "builtins.str",
            "is no plain array and has several dimensions",
        ),
        (
            entry(type="json", shape={"content": []}),
            "builtins.str",
            "is no plain array and has several dimensions",
        ),
        (
            entry("DictNode", content={"a": 1}, key_types={"content": []}),
            "builtins.str",
            "has keys that are the same as text",
        ),
        (
            entry(
                "DictNode",
                content={"a": 1},
                key_types={"content": [entry(name="builtins.bool")]},
            ),
            "builtins.bool",
            "does not come back as the key of a dict",
        ),
    ],
)
def test_entries_are_refused_wherever_they_stand(bad, name, why):
    good = [
        entry(),
        entry("NdArrayNode", "numpy.ndarray", file="1.npy", __id__=1),
        entry(type="json", shape={"content": [1]}),
        entry("DictNode", content={"a": 1}, key_types={"content": [entry()]}),
    ]
    assert refused_entries(good) == {}
    assert refused_entries([*good, {"a": [bad]}]) == {name: why}


# Networks and what they are trained with.


ARCHITECTURE = {"network": "conv1d", "filters": 4, "kernel_size": [3, 2], "dropout": 0}


@pytest.mark.parametrize("scheduled", [False, True])
def test_objects_of_keras_come_back(scheduled):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    optimizer = keras.optimizers.Adam(schedule if scheduled else 0.25)
    loss = keras.losses.Huber(2.0)
    plain = plain_state({"loss": loss, "optimizer": optimizer, "filters": 3})
    assert [type(value) for value in plain.values()] == [dict, dict, int]
    again = restored_state(plain)
    assert again["filters"] == 3
    assert again["loss"].get_config() == loss.get_config()
    assert again["optimizer"].get_config() == optimizer.get_config()


def test_one_object_stays_one():
    loss = keras.losses.Huber()
    plain = plain_state({"loss": loss, "_compiled_with": (loss, "adam", ())})
    again = restored_state(plain)
    assert again["loss"] is again["_compiled_with"][0]


@pytest.mark.parametrize(
    "change",
    [
        {"network": "other"},
        {"network": None},
        {"something": 1},
        {"activation": {"class_name": "Lambda"}},
        {"filters": [1, "x"]},
        {"filters": [[1]]},
        {"filters": (1,)},
    ],
)
def test_networks_are_names_and_numbers(change):
    state = {"_architecture": {**ARCHITECTURE, **change}}
    with pytest.raises(ValueError, match="saved description of a network is not valid"):
        restored_state({**state, "_compiled_with": ("mse", "adam", ())})


@pytest.mark.parametrize(
    "compiled_with, message",
    [
        (("mse", {"a": 1}, ()), "saved optimizer or metrics are not valid"),
        (("mse", "adam", (), [3]), "saved optimizer or metrics are not valid"),
        ((3, "adam", ("mae",)), "saved loss is not valid: 3"),
        (None, "saved loss is not valid: None"),
    ],
)
def test_what_networks_are_trained_with(compiled_with, message):
    state = {"_architecture": ARCHITECTURE, "_compiled_with": compiled_with}
    if compiled_with is None:
        del state["_compiled_with"]
    with pytest.raises(ValueError, match=message):
        restored_state(state)


@pytest.mark.parametrize(
    "change",
    [
        {"module": "this"},  # it would be imported
        {"module": None},
        {"class_name": "Loss\0"},
        {"class_name": "get"},
        {"class_name": 3},
        {"config": None},
        {"config": {"fn": "mean_squared_error"}},
        {"config": {"name": {"module": "keras.optimizers.schedules"}}},
        {"config": {"learning_rate": {"module": "keras.layers"}}},
    ],
)
def test_objects_that_are_none_of_keras_own(change):
    loss = plain_state({"loss": keras.losses.Huber(2.0)})["loss"]
    with pytest.raises(ValueError, match="describes none of Keras' own losses"):
        restored_state({"loss": {**loss, **change}})
    assert "this" not in sys.modules


def test_a_network_may_say_all_that_its_builder_takes():
    architecture = dict.fromkeys(signature(NETWORKS["conv1d"].build).parameters, 1)
    architecture |= {"network": "conv1d", "window_norm": None}
    state = {"_architecture": architecture, "_compiled_with": ("mse", "adam", ())}
    assert restored_state(state) == state
