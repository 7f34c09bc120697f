"""The sandbox as a process of its own, ended with its parent, and its control pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import requests

from kiosk.settings import Settings

START_TIMEOUT_S = 60.0
CONTROL_TIMEOUT_S = 30.0


class SandboxFailed(Exception):
    """The sandbox did not start; the message says what it said."""


class SandboxProcess:
    """A running sandbox: `url` is the kiosk's way in, `direct_url` the phone's."""

    def __init__(
        self,
        directory: Path,
        *,
        host: str = "127.0.0.1",
        public_base_url: str = "",
        port: int = 0,
        direct_port: int = 0,
        residents: int = 0,
    ) -> None:
        """Start and wait until it answers. Raises SandboxFailed."""
        command = [sys.executable, "-m", "kiosk.sandbox", "--exit-with-stdin"]
        command += ["--directory", str(directory), "--host", host]
        command += ["--port", str(port), "--direct-port", str(direct_port)]
        if residents:
            command += ["--residents", str(residents)]
        if public_base_url:
            command += ["--public-base-url", public_base_url]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SandboxFailed(f"the sandbox ended with code {self._process.wait()}")
        addresses = json.loads(line)
        self.url: str = addresses["url"]
        self.direct_url: str = addresses["direct_url"]
        self._keys = {
            "signing_key_file": addresses["kiosk_key_file"],
            "platform_key_file": addresses["platform_key_file"],
            "signature_algorithm": addresses["algorithm"],
        }
        self._session = requests.Session()
        self._session.trust_env = False

    def signed(self, settings: Settings) -> Settings:
        """The settings of a kiosk that signs with the demonstration's key."""
        platform = settings.platform.model_copy(update=self._keys)
        return settings.model_copy(update={"platform": platform})

    def get(self, path: str) -> Any:
        """JSON of a control page, such as `/sandbox/bills`."""
        reply = self._session.get(self.direct_url + path, timeout=CONTROL_TIMEOUT_S)
        reply.raise_for_status()
        return reply.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        reply = self._session.post(
            self.direct_url + path, json=body or {}, timeout=CONTROL_TIMEOUT_S
        )
        reply.raise_for_status()
        return reply.json()

    def stop(self) -> None:
        self._session.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
