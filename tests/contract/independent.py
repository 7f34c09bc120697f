"""A server that somebody else's program (Prism) makes from our OpenAPI document alone."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.platform_api.openapi import openapi_document
from tests.support.ports import free_ports

RECIPE = Path(__file__).with_name("prism")
PLACE = Path("out/contract/prism")
INSTALL_TIMEOUT_S = 900
START_TIMEOUT_S = 180
LISTENING = "Prism is listening"


class NoNode(Exception):
    """There is no Node.js here; says what to install."""


def installed() -> Path:
    """Prism's command, installed from the locked recipe where it is not yet. Raises NoNode."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise NoNode("Please run: sudo apt-get install -y --no-install-recommends nodejs npm")
    PLACE.mkdir(parents=True, exist_ok=True)
    command = PLACE / "node_modules/.bin/prism"
    lock = (RECIPE / "package-lock.json").read_bytes()
    done = PLACE / "installed.json"  # a copy of the lock that was carried out to its end
    if not (done.exists() and done.read_bytes() == lock):
        for name in ("package.json", "package-lock.json"):
            shutil.copy(RECIPE / name, PLACE / name)
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(install, cwd=PLACE, check=True, timeout=INSTALL_TIMEOUT_S)
        done.write_bytes(lock)
    return command


class Prism:
    """`mock` serves the document's examples; with `upstream` it passes everything on to a
    server and judges both directions by the document, a breach being an error."""

    def __init__(self, directory: Path, upstream: str = "") -> None:
        command = installed().absolute()
        document = directory / "openapi.json"
        document.write_text(json.dumps(openapi_document(), ensure_ascii=False))
        port = free_ports()
        self.url = f"http://127.0.0.1:{port}"
        how = (
            ["proxy", str(document), upstream, "--errors"] if upstream else ["mock", str(document)]
        )
        self._process = subprocess.Popen(
            [command, *how, "-h", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        self.said: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_TIMEOUT_S) or self._process.poll() is not None:
            self.close()
            raise RuntimeError("Prism did not start:\n" + "".join(self.said[-20:]))

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if LISTENING in line:
                self._ready.set()
        self._ready.set()  # it has ended

    def close(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(60)
        self._reader.join(60)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Preferring:
    """Passes requests on with one header more: `Prefer` picks which answer Prism gives."""

    def __init__(self, upstream: str) -> None:
        self.prefer = ""
        outer, address = self, urlsplit(upstream)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {**self.headers, "Prefer": outer.prefer}
                assert address.hostname is not None
                there = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
                there.request(self.command, self.path, body, headers)
                came = there.getresponse()
                content = came.read()
                there.close()
                self.send_response(came.status)
                for name in ("Content-Type", "X-Request-Id"):
                    self.send_header(name, came.getheader(name, ""))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_: object) -> None:
                """Nothing: pytest's output is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)
