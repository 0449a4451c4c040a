"""A real server on this machine that behaves well or badly, as its caller asks by the path."""

import gzip
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BROKEN_OFF = (BrokenPipeError, ConnectionResetError, ssl.SSLError)


class Handler(BaseHTTPRequestHandler):
    """Answers by the last word of the path and notes what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.calls.append((self.path, dict(self.headers)))
        try:
            getattr(self, self.path.partition("?")[0].strip("/") or "fine")()
        except BROKEN_OFF:
            self.close_connection = True

    do_POST = do_HEAD = do_GET

    def answer(self, status=200, body=b"fine", **headers):
        self.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fine(self):
        self.answer()

    def redirect(self):
        self.answer(302, Location=f"http://127.0.0.1:{self.server.server_port}/secret")

    def broken_redirect(self):
        self.answer(302, Location="http://[::")

    def cookie(self):
        self.answer(Set_Cookie="a=b")

    def silent(self):
        self.server.over.wait(20)
        self.close_connection = True

    def slow_headers(self):
        self.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1_000)

    def slow_body(self):
        self.send_response(200)
        self.end_headers()
        self.drip(b"a" * 1_000)

    def drip(self, data):
        self.close_connection = True
        for position in range(len(data)):
            self.wfile.write(data[position : position + 1])
            if self.server.over.wait(0.02):
                return

    def endless(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        while not self.server.over.is_set():
            self.wfile.write(b"a" * 65_536)

    def bomb(self):
        self.answer(body=gzip.compress(b"\0" * 20_000_000), Content_Encoding="gzip")

    def packed(self):
        self.answer(body=gzip.compress(b"fine"), Content_Encoding="gzip")

    def cut(self):
        self.answer(Content_Length=1_000)
        self.close_connection = True

    def log_message(self, *_args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls, self.connections, self.over = [], 0, threading.Event()
        self.scheme = "http"

    def verify_request(self, _request, _address):
        self.connections += 1
        return True

    def handle_error(self, *_args):
        pass

    def url(self, path="/", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.server_port}{path}"


@contextmanager
def running(certificate=None):
    """The server while the block runs; with TLS when it is given the file of a certificate and its key."""
    made = Server()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        made.socket = context.wrap_socket(made.socket, server_side=True, do_handshake_on_connect=False)
        made.scheme = "https"
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        made.shutdown()
        made.server_close()
        thread.join()
