-- One row per record. The chain is keyed: mac = HMAC-SHA256(key, mac of the row before,
-- seq, batch, at_us, mono_ms, kind, body); see kiosk/journal/chain.py.
CREATE TABLE entry (
    seq     INTEGER PRIMARY KEY,
    batch   TEXT    NOT NULL,               -- rows committed together carry the same id
    at_us   INTEGER NOT NULL,               -- wall clock, microseconds since 1970, UTC
    mono_ms INTEGER NOT NULL,               -- monotonic clock of the process that wrote it
    kind    TEXT    NOT NULL,               -- a class name of kiosk/domain/records.py
    body    TEXT    NOT NULL,               -- canonical JSON
    mac     BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;

CREATE TRIGGER entry_is_gapless BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
BEGIN
    SELECT RAISE(ABORT, 'journal rows are numbered without gaps');
END;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'journal rows are never changed');
END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'journal rows are never deleted');
END;
