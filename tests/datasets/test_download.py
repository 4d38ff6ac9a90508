"""The careful download, from a server on this machine that fails in many ways."""

import hashlib
import os
import socket

import pytest
from sklearn.datasets import get_data_home

from skseqconv import _files
from skseqconv.datasets import _download, fetch_imdb, fetch_jena_climate
from skseqconv.datasets._download import RemoteFile, data_folder, download

BODY = bytes(range(256)) * 4096  # 1 MiB: several blocks


def whole(handler, body=BODY, announced=None):
    handler.give(body, announced)


def cut(handler):
    whole(handler, BODY[:300_000], announced=len(BODY))


def garbled(handler):
    whole(handler, BODY[::-1])


def without_length(handler, body=BODY):
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(body)


def silent(handler):
    """Stall in the middle of the body."""
    cut(handler)
    handler.wfile.flush()
    handler.server.ended.wait(10)


def hang_up(handler):
    """Close the connection before any answer."""
    handler.close_connection = True


def status(code):
    return lambda handler: handler.send_error(code)


@pytest.fixture
def remote(server):
    server.answers = [whole]
    return RemoteFile(server.url, len(BODY), "sha256", hashlib.sha256(BODY).hexdigest())


@pytest.fixture
def path(tmp_path):
    """The destination, where an older file is that failures must not touch."""
    path = tmp_path / "data.bin"
    path.write_bytes(b"old")
    return path


def fails(remote, path, match, **options):
    """Check that a download fails cleanly; return its message."""
    options = {"n_retries": 0, "delay": 0.0, **options}
    with pytest.raises(OSError, match=match) as caught:
        download(remote, path, **options)
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]
    return str(caught.value)


@pytest.mark.parametrize("answer", [whole, without_length])
def test_whole_file_replaces_the_old_one(remote, path, server, answer, capsys):
    server.answers = [answer]
    download(remote, path)
    assert path.read_bytes() == BODY
    assert list(path.parent.iterdir()) == [path]
    assert server.hits == 1
    assert capsys.readouterr().err == ""  # not a terminal


def test_new_file_has_the_rights_of_any_other(remote, tmp_path):
    download(remote, tmp_path / "new.bin")
    (tmp_path / "any").touch()
    modes = [(tmp_path / name).stat().st_mode for name in ("new.bin", "any")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("known", [{}, {"size": len(BODY)}])
def test_size_and_digest_may_be_unknown(remote, path, known, server):
    some = RemoteFile(remote.url, **known)
    download(some, path)
    assert path.read_bytes() == BODY
    server.answers = [cut]
    path.write_bytes(b"old")
    fails(some, path, "cut off|IncompleteRead")


def test_message_tells_the_way_out(remote, path, server):
    server.answers = [status(404)]
    message = fails(remote, path, "the server answered 404 Not Found")
    assert remote.url in message
    assert f"save it as {path} (1,048,576 bytes, sha256 {remote.digest})" in message


@pytest.mark.parametrize(
    "answer, match",
    [
        (cut, r"cut off after 300,000 of 1,048,576 bytes|IncompleteRead"),
        (garbled, r"its sha256 checksum is [0-9a-f]{64}, not"),
        (silent, "timed out"),
        (hang_up, "closed connection without response"),
        (status(503), "the server answered 503"),
        (lambda handler: without_length(handler, BODY[:-1]), "cut off|Incomplete"),
        (lambda handler: without_length(handler, BODY * 2), "bytes, not 1,048,576"),
    ],
)
def test_what_may_pass_is_tried_again(remote, path, server, answer, match):
    server.answers = [answer]
    fails(remote, path, match, timeout=0.3)
    with pytest.warns(UserWarning, match=f"({match}).*Trying again in 0.01 s.*1 more"):
        fails(remote, path, match, timeout=0.3, n_retries=1, delay=0.01)
    assert server.hits == 3
    server.answers = [answer, whole]
    with pytest.warns(UserWarning, match="Trying again"):
        download(remote, path, timeout=0.3, n_retries=1, delay=0.01)
    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    "answer, match",
    [
        (status(404), "404"),
        (lambda handler: whole(handler, b"<html>"), "offers 6 bytes, not 1,048,576"),
    ],
)
def test_what_will_not_pass_ends_it_at_once(remote, path, server, answer, match):
    server.answers = [answer]
    fails(remote, path, match, n_retries=3)
    assert server.hits == 1


def test_nobody_listens(remote, path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody = remote._replace(url=f"http://127.0.0.1:{port}/data.bin")
    fails(nobody, path, f"{port}/data.bin could not be downloaded: .*refused")


def test_host_without_address(remote, path, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    nowhere = remote._replace(url="http://nowhere.invalid/data.bin")
    fails(nowhere, path, "nowhere.invalid.*Name or service not known")


def test_disk_is_full(remote, path, server, monkeypatch):
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full, which only Linux has")

    def open_full(part, mode):
        return open("/dev/full", "wb")

    monkeypatch.setattr(_files, "open", open_full, raising=False)
    message = fails(remote, path, "No space left on device", n_retries=3)
    assert message.startswith(f"{path} could not be written")
    assert "Free disk space" in message
    assert server.hits == 1


def test_file_grows_too_large(remote, path):
    resource = pytest.importorskip("resource", reason="needs limits as Unix has")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
    try:
        fails(remote, path, "could not be written: .*File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_folder_is_missing(remote, tmp_path):
    with pytest.raises(OSError, match=r"written: .*the folder .* does not exist"):
        download(remote, tmp_path / "none" / "data.bin")


def test_interrupt_leaves_nothing(remote, path, monkeypatch):
    def interrupted(response):
        yield response.read(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(_download, "_blocks", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download(remote, path)
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_progress(remote, path, server, capsys):
    server.answers = [cut, whole]
    with pytest.warns(UserWarning, match="Trying again"):
        download(remote, path, delay=0.0, verbose=True)
    shown = capsys.readouterr().err
    assert "\rdata.bin: 0.3 of 1.0 MB" in shown
    assert shown.endswith("\rdata.bin: 1.0 of 1.0 MB\n")
    assert shown.count("\n") == 2


def test_a_check_sees_the_whole_file_before_it_has_its_name(remote, path, server):
    body = BODY + b"and a little more"
    server.answers = [lambda handler: whole(handler, body)]
    some, seen = RemoteFile(remote.url), []

    def check(part):
        seen.append((part.name, part.read_bytes() == body, path.read_bytes()))
        return "it is stale" if len(seen) < 3 else ""

    fails(some, path, "the content is wrong, because it is stale", check=check)
    with pytest.warns(UserWarning, match="it is stale. Trying again"):
        download(some, path, check=check, n_retries=1, delay=0.0)
    assert path.read_bytes() == body
    assert [content for _, *content in seen] == [[True, b"old"]] * 3
    assert all(name.startswith(".data.bin.") for name, *_ in seen)


def test_a_check_is_not_asked_about_another_file(remote, path, server):
    server.answers = [garbled]
    fails(remote, path, "its sha256 checksum is", check=lambda part: 1 / 0)


def test_fault_of_a_file(remote, tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(BODY)
    assert remote.fault_of(path) == ""
    path.write_bytes(BODY[1:])
    assert remote.fault_of(path) == "it has 1,048,575 bytes, not 1,048,576"
    path.write_bytes(BODY[::-1])
    assert remote.fault_of(path).endswith(f", not {remote.digest}")


def test_written_whole_or_not_at_all(path):
    with pytest.raises(ZeroDivisionError), _files.whole_file(path) as file:
        file.write(b"new")
        1 / 0  # noqa: B018 the error is the point
    assert path.read_bytes() == b"old"
    with _files.whole_file(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_only_regular_files_are_replaced_or_read(remote, kind, tmp_path):
    path = tmp_path / "data.bin"
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match=rf"could not be written: .* is a {kind}"):
        download(remote, path)
    with pytest.raises(OSError, match=rf"data\.bin is a {kind}"):
        remote.fault_of(path)
    assert list(tmp_path.iterdir()) == [path]


# The folder of the data.


@pytest.fixture
def homeless(tmp_path, monkeypatch):
    """No HOME, and no name of the account; the current folder is returned."""

    def unknown(_):
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("SCIKIT_LEARN_DATA", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr("pwd.getpwnam", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("data_home", [None, "~", "~/data", "~nobody/data"])
def test_a_home_folder_that_is_not_known(data_home, homeless):
    match = rf"data_home={data_home!r} means '~.*give the full path of a folder"
    with pytest.raises(OSError, match=match):
        data_folder(data_home)
    assert list(homeless.iterdir()) == []


@pytest.mark.parametrize("fetch", [fetch_imdb, fetch_jena_climate])
def test_nothing_is_fetched_into_a_folder_called_tilde(fetch, homeless):
    with pytest.raises(OSError, match="data_home=None means '~/scikit_learn_data"):
        fetch()
    assert list(homeless.iterdir()) == []


def test_folders_that_need_no_home(homeless, monkeypatch):
    for path in ("data", "./~", homeless / "a" / "b"):
        assert data_folder(path) == (homeless / path).absolute()
        assert data_folder(path).is_dir()
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(homeless / "set"))
    assert data_folder(None) == homeless / "set"


def test_the_default_folder_is_that_of_scikit_learn(tmp_path, monkeypatch):
    monkeypatch.delenv("SCIKIT_LEARN_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert str(data_folder(None)) == get_data_home()
    assert str(data_folder("~/mine")) == get_data_home("~/mine")


@pytest.mark.parametrize("kind", ["file", "pipe", "inside a file", "no name"])
def test_a_data_home_that_is_no_folder(kind, tmp_path):
    path = tmp_path / "home"
    os.mkfifo(path) if kind == "pipe" else path.touch()
    data_home = {"inside a file": path / "data", "no name": ""}.get(kind, path)
    match = r"data_home=.* cannot be used: .* is not a folder and could not"
    with pytest.raises(OSError, match=match):
        data_folder(data_home)
    assert list(tmp_path.iterdir()) == [path]
