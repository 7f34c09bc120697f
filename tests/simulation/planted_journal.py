"""Known ways to lose rows of the journal's files; the hunters are its crash states and tests."""

from __future__ import annotations

from tests.simulation.planted import DOMAIN, Bug, bug

JOURNAL = "kiosk/journal/"
CUTS, TESTS = "cuts", "journal"

BUGS = (
    bug("commits are never flushed", JOURNAL + "connection.py", (
        '    connection.pragma("synchronous", "EXTRA")\n',
        '    connection.pragma("synchronous", "OFF")\n',
    ), hunter=CUTS),
    bug("commits are flushed with the next checkpoint alone", JOURNAL + "connection.py", (
        '    connection.pragma("synchronous", "EXTRA")\n',
        '    connection.pragma("synchronous", "NORMAL")\n',
    ), hunter=CUTS),
    bug("a batch is two transactions", JOURNAL + "journal.py", (
        ("                INSERT + ANOTHER_ROW * (len(rows) - 1),\n"
        "                [value for row in rows for value in row.columns],\n"),
        ("                INSERT, rows[0].columns)\n"
        "            for row in rows[1:]:\n"
        "                self._connection.execute(INSERT, row.columns\n"),
    ), hunter=CUTS),
    bug("the tail names rows that are not durable", JOURNAL + "journal.py", (
        "            # One statement is one transaction.\n",
        "            self._tail.note(Head(rows[-1].seq, rows[-1].mac))\n",
    ), hunter=CUTS),
    bug("a journal whose commit failed is written on", JOURNAL + "journal.py", (
        "        self._failed = str(error)\n", "        self._failed = str(error) and ''\n",
    ), hunter=TESTS),
    bug("rows that were changed are believed", JOURNAL + "journal.py", (
        "if row.seq != number or row.mac != chain.mac_of(self._key, before, row):",
        "if row.seq != number:",
    ), hunter=TESTS),
    bug("an old copy of the journal is believed", JOURNAL + "second_copy.py", (
        "        if last.seq > last_seq:\n", "        if last.seq > last_seq + 10**9:\n",
    ), hunter=TESTS),
    bug("the mirror is not flushed when the log is emptied", JOURNAL + "mirror.py", (
        "frame_of(frame))\n        self._disk.sync(self._descriptor)\n", "frame_of(frame))\n",
    ), hunter=TESTS),
    bug("the mirror forgets rows before the journal does", JOURNAL + "journal.py", (
        "        self._assert_usable()\n        try:\n            volumes.remove(",
        ("        self._assert_usable()\n        self._copy.remove(record.last_seq)\n"
        "        try:\n            volumes.remove("),
    ), hunter=CUTS),
    # --- the change of volumes ---
    Bug("a new volume forgets the payments", {
        JOURNAL + "carry.py": ((
            "    carried = tuple(pieces(ledger))\n",
            "    carried = tuple(each for each in pieces(ledger) if each.part != 'payments')\n",
        ), (
            "    if folded != ledger or plain(folded) != plain(ledger):\n", "    if not rows:\n",
        )),
    }, hunter=CUTS),
    bug("a new volume takes the old one's place before it is flushed", JOURNAL + "carry.py", (
        "    connection = connect(path, vfs, disk)\n    try:\n",
        ("    connection = connect(path, vfs, disk)\n"
        '    connection.pragma("synchronous", "OFF")\n    try:\n'),
    ), hunter=CUTS),
    bug("the old volume goes before the new one is in its place", JOURNAL + "carry.py", (
        "    disk.link(directory / FILE_NAME, old.path)\n",
        "    disk.replace(directory / FILE_NAME, old.path)\n",
    ), hunter=CUTS),
    bug("the archive's names are not flushed before the switch", JOURNAL + "carry.py", (
        "    sync_directory(old.path.parent, disk)\n", "",
    ), hunter=CUTS),
    bug("the old log may come back beside the new volume", JOURNAL + "carry.py", (
        ("    # A log that came back after a power cut would be taken for the new volume's.\n"
        "    sync_directory(directory, disk)\n"),
        "",
    ), hunter=CUTS),
    bug("a change of volumes that was cut short is not taken back", JOURNAL + "volumes.py", (
        "    if live.path.exists():\n", "    if False:\n",
    ), hunter=CUTS),
    bug("a volume goes without a word", "kiosk/engine/diary.py", (
        "            self._journal.commit([record], at, mono_s)\n", "",
    ), hunter=TESTS),
    bug("a volume that tells of something open is removed", JOURNAL + "volumes.py", (
        "if row.kind != Carried.__name__ and not ids.isdisjoint(_texts(row)):", "if not ids:",
    ), hunter=TESTS),
    bug("the archive may forget open payments", DOMAIN + "ledger.py", (
        "            *(each.payment_id for each in ledger.open_payments),\n", "",
    ), hunter=TESTS),
)  # fmt: skip
