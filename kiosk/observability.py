"""Logging: JSON lines, one place where everything personal is taken out, and crash hooks.

Every line, also those of libraries, passes `redact`: only fields on the allow-list
survive, and in their text anything that looks like a person is masked.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from kiosk import event_catalogue
from kiosk.event_ids import EventId
from kiosk.paths import make_private

LOG_NAME = "kiosk.log"
MAX_FILE_BYTES = 5 * 1024 * 1024
KEPT_FILES = 9  # with the current one 50 MiB
MAX_TEXT_CHARS = 8000  # a traceback fits, a page of HTML does not
EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h: the supervisor starts the kiosk again

ALLOWED_FIELDS = frozenset(
    {
        # the line itself
        "event", "level", "timestamp", "logger", "thread", "exception",
        # what it is about: our own ids, never a person's
        "bill_no", "boot_id", "claim_id", "device", "driver", "job_id", "kiosk_id",
        "operation", "payment_id", "receipt_no", "role", "seq", "version", "visit_id",
        # what happened
        "attempt", "condition", "count", "duration_ms", "errno", "file", "kind", "port",
        "reason", "retry_s", "rows", "signal", "state", "status", "up", "wait_s",
    }
)  # fmt: skip

PERSONAL = (
    (re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"), "[18 digits]"),
    (re.compile(r"(?<![0-9])[0-9]{15}(?![0-9])"), "[15 digits]"),
    (re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])"), "[phone]"),
    # Names, and addresses: our own messages are English, hanzi come from people and cards.
    (re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]+"), "[hanzi]"),
)

SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def redact(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Drop every field that is not on the allow-list, mask what looks personal in the rest.

    The names of dropped fields stay under `dropped`, so that a missing field is noticed.
    """
    kept = {name: _masked(value) for name, value in line.items() if name in ALLOWED_FIELDS}
    dropped = sorted(mask(str(name)) for name in line if not _is_kept(name))
    return {**kept, "dropped": dropped} if dropped else kept


def explain(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Add what the event, and its reason, mean in both languages (see config/events.toml)."""
    group, _, code = str(line.get("event", "")).partition(".")
    found = event_catalogue.find(group, code)
    if found is None:
        return line  # a library's line
    why = event_catalogue.find(group, str(line.get("reason", "")))
    zh, en = (found.zh, found.en) if why is None else _because(found, why)
    return {**line, "zh": zh, "en": en}


def _because(found: event_catalogue.Entry, why: event_catalogue.Entry) -> tuple[str, str]:
    return f"{found.zh}：{why.zh}", f"{found.en}: {why.en}"


def mask(text: str) -> str:
    """`text` without numbers of persons, phone numbers and hanzi, cut to a bounded length."""
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return text if len(text) <= MAX_TEXT_CHARS else text[:MAX_TEXT_CHARS] + "…"


def configure_logging(
    directory: Path | None, level: str = "INFO", *, console_level: str = "NOTSET"
) -> None:
    """Send every log line to stderr and, with a directory, to a rotating file in it.

    `console_level` keeps lesser lines off stderr alone.
    """
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[redact, explain, structlog.processors.JSONRenderer(ensure_ascii=False)],
    )
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(console_level)
    handlers: list[logging.Handler] = [console]
    if directory is not None:
        make_private(directory)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                directory / LOG_NAME,
                maxBytes=MAX_FILE_BYTES,
                backupCount=KEPT_FILES,
                encoding="utf-8",
            )
        )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(level)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def install_crash_hooks(leave: Callable[[int], None] = os._exit) -> None:
    """End the process with exit 70 on an exception nobody expected, on any thread.

    A kiosk that limps on after a bug is worse than one that starts again and asks what
    became of its money. Ctrl-C stays an ordinary end.
    """
    log = structlog.get_logger("kiosk.crash")

    def crash(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            leave(130)
            return
        info = (kind, error if error is not None else kind(), trace)
        log.critical(EventId.KIOSK_CRASH, thread=threading.current_thread().name, exc_info=info)
        logging.shutdown()
        leave(EXIT_BUG)

    sys.excepthook = crash
    threading.excepthook = lambda args: crash(args.exc_type, args.exc_value, args.exc_traceback)


def _masked(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        # As a number, a person's number would pass every pattern for text.
        return value if not isinstance(value, int) or abs(value) < 10**14 else "[number]"
    if isinstance(value, str):
        return mask(value)
    return f"[{type(value).__name__}]"


def _is_kept(name: object) -> bool:
    return name in ALLOWED_FIELDS or str(name).startswith("_")
