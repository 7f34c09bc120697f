"""The command line's entry: commands, exit codes, and how errors are told."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer

from kiosk import event_catalogue
from kiosk.cli import accounts, books, device, journal, service, setup, site
from kiosk.cli.output import EXIT_BAD_USE, EXIT_BUG, EXIT_FINDING, EXIT_INTERRUPTED, BadUse, err
from kiosk.event_ids import EventId
from kiosk.journal.errors import JournalDamaged, JournalError, WrongKey
from kiosk.observability import mask
from kiosk.paths import USUAL_SITE, NoHome, config_directory
from kiosk.settings import BadSettings

HELP = f"""公共支付自助机 · a self-service kiosk for paying what one owes the public purse.

Begin with [bold]kiosk demo[/bold]: an embedded payment platform, simulated devices
and the kiosk's own screen, on any desktop.

On a real kiosk [bold]kiosk setup[/bold] writes the site file,
[bold]kiosk check-settings[/bold] lists its faults, [bold]kiosk doctor[/bold] examines
devices and platform, [bold]kiosk run[/bold] serves. Without [bold]--site FILE[/bold] they take
{USUAL_SITE}. What can stand in it: {config_directory() / "default.toml"};
what the codes in logs and on pages mean: {config_directory() / "events.toml"}.

Exit codes: 0 success, 1 a finding (a device is not ready, the journal is
damaged), 2 bad usage or bad settings, 70 a bug.
"""

STDOUT = 1

app = typer.Typer(
    name="kiosk",
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # it prints local variables: people's data among them
    context_settings={"help_option_names": ["-h", "--help"]},
)
service.add_to(app)
site.add_to(app)
setup.add_to(app)
books.add_to(app)
accounts.add_to(app)
app.add_typer(device.app, name="device")
app.add_typer(journal.app, name="journal")


def run(arguments: Sequence[str], commands: typer.Typer = app) -> int:
    """Run one command line and return its exit code; errors are told on stderr."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal without hanzi must end nothing
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _carry_out(arguments, commands)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an exit code
        return _tell(error)


def _carry_out(arguments: Sequence[str], commands: typer.Typer) -> int:
    code: object = 0
    try:
        commands(args=list(arguments), prog_name="kiosk")
    except SystemExit as end:
        code = end.code
    if sys.stdout is not None:  # else what a full disk did not take would be lost in silence
        sys.stdout.flush()
    return code if isinstance(code, int) else EXIT_BAD_USE


def _tell(error: Exception) -> int:
    """Say in words what went wrong; the exit code."""
    match error:
        case JournalDamaged() | WrongKey():
            _say(str(error))
            return EXIT_FINDING
        case BadSettings():
            _say(str(error))
            for kind in dict.fromkeys(fault.kind for fault in error.faults):
                known = event_catalogue.entry(EventId(f"settings.{kind}"))
                err.print(f"{known.zh}。{known.advice('zh')}。", markup=False)
        case BadUse() | JournalError() | NoHome():
            _say(str(error))
        case PermissionError():
            _say(
                f"{error.filename}: {error.strerror}. Run it as root (sudo kiosk …), "
                "or as the user that the kiosk runs as."
            )
        case OSError(errno=errno.ENOSPC):
            _say(f"{error.strerror}: free some, or write to another disk.")
            os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)  # what is left of it fits nowhere
        case _:
            err.print(mask("".join(traceback.format_exception(error))), markup=False)
            _say("This is a bug in the kiosk, not in what you asked for.")
            return EXIT_BUG
    return EXIT_BAD_USE


def _say(words: str) -> None:
    err.print(words, style="red", markup=False)
