"""A server on this machine, for the downloads."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        answers = self.server.answers
        self.server.hits += 1
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def give(self, body, announced=None):
        """Answer as a server should, or say a length that is not the body's."""
        self.send_response(200)
        length = len(body) if announced is None else announced
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """A server that gives `answers` one after the other, and the last ever after."""
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answers, server.hits, server.ended = [], 0, threading.Event()
        server.url = f"http://127.0.0.1:{server.server_port}/data"
        server.handle_error = lambda *_: None  # clients that hang up are meant to
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.ended.set()
        server.shutdown()
        thread.join()
