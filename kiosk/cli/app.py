"""The command line's entry: commands, exit codes, and how errors are told."""

from __future__ import annotations

import io
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
        commands(args=list(arguments), prog_name="kiosk")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else EXIT_BAD_USE
    except (JournalDamaged, WrongKey) as error:
        err.print(str(error), style="red", markup=False)
        return EXIT_FINDING
    except BadSettings as error:
        err.print(str(error), style="red", markup=False)
        for kind in dict.fromkeys(fault.kind for fault in error.faults):
            known = event_catalogue.entry(EventId(f"settings.{kind}"))
            err.print(f"{known.zh}。{known.advice('zh')}。", markup=False)
        return EXIT_BAD_USE
    except (BadUse, JournalError, NoHome) as error:
        err.print(str(error), style="red", markup=False)
        return EXIT_BAD_USE
    except PermissionError as error:
        words = f"{error.filename}: {error.strerror}. Run it as root (sudo kiosk …)"
        err.print(f"{words}, or as the user that the kiosk runs as.", style="red", markup=False)
        return EXIT_BAD_USE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception:  # noqa: BLE001 - the one place where a bug becomes an exit code
        err.print(mask(traceback.format_exc()), markup=False)
        err.print("This is a bug in the kiosk, not in what you asked for.", style="red")
        return EXIT_BUG
    return 0
