"""`python -m kiosk.sandbox`: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kiosk.platform_api.signing_keys import Algorithm, KeyUnusable
from kiosk.sandbox.database import StoreError
from kiosk.sandbox.people import RESIDENTS
from kiosk.sandbox.server import Addresses, SandboxServer

EXIT_BAD_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal comes or, where asked for, standard input ends."""
    options = _parser().parse_args(arguments)
    try:
        server = SandboxServer(
            options.directory,
            port=options.port,
            direct_port=options.direct_port,
            host=options.host,
            public_base_url=options.public_base_url,
            algorithm=options.algorithm,
            must_sign=options.must_sign,
            residents=options.residents,
            database_url=options.database,
            ready=_announce,
        )
    except (OSError, KeyUnusable, StoreError, ValueError) as trouble:
        sys.stderr.write(f"The sandbox cannot start: {trouble}\n")
        return EXIT_BAD_USAGE
    if options.exit_with_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    server.run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the kiosk's port (0: a free one)")
    parser.add_argument("--direct-port", type=int, default=0, help="the cashier's port")
    parser.add_argument("--directory", type=Path, required=True, help="where the book is kept")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--public-base-url", help="how phones reach the cashier")
    parser.add_argument(
        "--algorithm",
        type=Algorithm,
        choices=list(Algorithm),
        default=Algorithm.ED25519,
        help="of the signatures",
    )
    parser.add_argument(
        "--residents", type=int, default=RESIDENTS, help="how many people a new book has"
    )
    parser.add_argument(
        "--database", default="", help="postgresql://… keeps the book there instead"
    )
    parser.add_argument("--must-sign", action="store_true", help="refuse unsigned requests")
    parser.add_argument(
        "--exit-with-stdin", action="store_true", help="end when standard input is closed"
    )
    return parser


def _announce(addresses: Addresses) -> None:
    sys.stdout.write(json.dumps(asdict(addresses)) + "\n")
    sys.stdout.flush()


def _end_with_stdin(server: SandboxServer) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    server.stop()


if __name__ == "__main__":
    sys.exit(main())
