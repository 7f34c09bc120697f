"""`kiosk setup`: the installer's questions on a terminal, or their answers from a file."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli.output import EXIT_FINDING, BadUse, leave, out
from kiosk.maintenance.interview import MOST_TRIES, ROLES, GaveUp, Interview, tried
from kiosk.maintenance.site_draft import SiteDraft
from kiosk.paths import USUAL_SITE
from kiosk.settings import BadSettings, Settings, missing_for_service, read_toml

KIOSK_USER = "kiosk-pay"  # made by the package
SECRETS = ("certificate_key_file", "signing_key_file")

SiteOption = Annotated[Path, typer.Option("--site", help="The site file to write (TOML).")]
AnswersOption = Annotated[
    Path | None,
    typer.Option("--answers", help="Ask nothing: take keys and values from this TOML file."),
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="With --answers: replace a site file that is there.")
]


def add_to(app: typer.Typer) -> None:
    app.command("setup")(setup)


def setup(
    site: SiteOption = USUAL_SITE,
    answers: AnswersOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a checked site file: ask, find the devices, try each.

    Run it again to change something: what the file says already are the answers
    to keep. The file before is kept beside it as site.toml.old. Exit 1: written,
    but something is not ready yet.

    Example: [bold]kiosk setup[/bold]

    Example: [bold]kiosk setup --answers answers.toml --site site.toml[/bold]
    """
    draft = SiteDraft(site)
    unready = _unattended(draft, answers, overwrite) if answers else _attended(draft)
    settings = draft.settings()
    try:
        draft.write()
    except OSError as error:
        raise BadUse(f"{site} cannot be written: {error.strerror}") from error
    _hand_over(settings)
    out.print(f"已写好 · written: {site}", markup=False)
    missing = missing_for_service(settings)
    for fault in missing:
        out.print(f"还缺 · still missing: {fault}", markup=False)
    for name in _absent_files(settings):
        out.print(f"还没有这个文件 · this file is not there yet: {name}", markup=False)
    doctor = "kiosk doctor" if site == USUAL_SITE else f"kiosk doctor --site {site}"
    out.print(f"接下来 · next: {doctor}, systemctl start public-payment-kiosk", markup=False)
    if missing or unready:
        leave(EXIT_FINDING)


# --- with a person -----------------------------------------------------------------------------


class TypedTerminal:
    """Questions as lines, choices by number."""

    def ask(self, question: str, default: str) -> str:
        for _ in range(MOST_TRIES):
            answer = str(typer.prompt(question, default=default))
            if answer.isprintable():  # neither control characters nor bytes of another encoding
                return answer
            out.print("请用 UTF-8 文字重新输入 · type it again, as UTF-8 text", markup=False)
        raise GaveUp(question)

    def choose(self, question: str, choices: Sequence[str], default: int) -> int:
        for number, words in enumerate(choices, 1):
            out.print(f"  {number}. {words}", markup=False)
        for _ in range(MOST_TRIES):
            chosen = int(typer.prompt(question, default=default + 1, type=int)) - 1
            if 0 <= chosen < len(choices):
                return chosen
            out.print(f"1 … {len(choices)}", markup=False)
        raise GaveUp(question)

    def say(self, words: str) -> None:
        out.print(words, markup=False)


def _attended(draft: SiteDraft) -> bool:
    from drivers.discovery import everything
    from kiosk import bootstrap

    terminal = TypedTerminal()
    interview = Interview(draft, terminal, everything, bootstrap.open_device)
    try:
        interview.hold()
    except GaveUp as error:
        raise BadUse(f"no usable answer was given: {error}") from error
    except typer.Abort as error:
        raise BadUse("stopped; nothing was written") from error
    faults = draft.faults()
    if faults:
        raise BadSettings(draft.path.name, faults)
    if not draft.is_new and not typer.confirm(f"{draft.path} 已存在，替换吗 · replace it?"):
        raise BadUse("nothing was written")
    return bool(interview.unready)


# --- without one -------------------------------------------------------------------------------


def _unattended(draft: SiteDraft, answers: Path, overwrite: bool) -> bool:
    from kiosk import bootstrap

    if not draft.is_new and not overwrite:
        raise BadUse(f"{draft.path} is there already: name another file, or say --overwrite")
    draft.merge(read_toml(answers)[0])
    settings = draft.settings()  # every fault at once
    unready = False
    for role in ROLES:
        if role in settings.devices:
            ready, words = tried(draft, role, bootstrap.open_device)
            out.print(words, markup=False)
            unready = unready or not ready
    return unready


# --- files that the kiosk's user must read --------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Account:
    uid: int
    gid: int


def _hand_over(settings: Settings) -> None:
    """Root's private keys would be closed to the kiosk's own user: give them to it."""
    account = _account()
    if os.geteuid() != 0 or account is None:
        return
    for name in SECRETS:
        path = Path(getattr(settings.platform, name) or "/nonexistent")
        if path.is_file():
            shutil.chown(path, account.uid, account.gid)
            path.chmod(0o600)


def _account() -> _Account | None:
    try:
        found = pwd.getpwnam(KIOSK_USER)
    except KeyError:
        return None
    return _Account(found.pw_uid, found.pw_gid)


def _absent_files(settings: Settings) -> list[str]:
    platform = settings.platform
    names = ("ca_file", "certificate_file", *SECRETS, "platform_key_file")
    found = [getattr(platform, name) for name in names]
    return [name for name in found if name and not Path(name).is_file()]
