"""Tables of the sandbox's book."""

SCHEMA = """
CREATE TABLE people (
    number     TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    other_name TEXT NOT NULL
) STRICT;
CREATE TABLE bills (
    bill_no      TEXT PRIMARY KEY,
    version      INTEGER NOT NULL,
    owner        TEXT NOT NULL REFERENCES people (number),
    title        TEXT NOT NULL,
    agency_code  TEXT NOT NULL,
    agency_name  TEXT NOT NULL,
    lines        TEXT NOT NULL,
    late_fee_fen INTEGER NOT NULL CHECK (late_fee_fen >= 0),
    amount_fen   INTEGER NOT NULL CHECK (amount_fen > 0),
    issued_on    TEXT NOT NULL,
    due_on       TEXT,
    note         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('open', 'paid', 'refunded'))
) STRICT;
CREATE INDEX bills_by_owner ON bills (owner, status);
CREATE TABLE payments (
    payment_id     TEXT PRIMARY KEY,
    kiosk_id       TEXT NOT NULL,
    inquiry_code   TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    state          TEXT NOT NULL,
    amount_fen     INTEGER,
    token          TEXT NOT NULL UNIQUE,
    created_s      REAL NOT NULL,
    expires_s      REAL NOT NULL,
    wallet         TEXT NOT NULL,
    transaction_no TEXT NOT NULL,
    paid_s         REAL,
    CHECK ((state IN ('paid', 'voided')) = (paid_s IS NOT NULL))
) STRICT;
CREATE TABLE payment_bills (
    bill_no    TEXT NOT NULL REFERENCES bills (bill_no),
    payment_id TEXT NOT NULL REFERENCES payments (payment_id),
    PRIMARY KEY (bill_no, payment_id)
) STRICT;
CREATE INDEX bills_by_payment ON payment_bills (payment_id);
CREATE TABLE receipts (
    receipt_no TEXT PRIMARY KEY,
    check_code TEXT NOT NULL,
    bill_no    TEXT NOT NULL UNIQUE REFERENCES bills (bill_no),
    payment_id TEXT NOT NULL,
    channel    TEXT NOT NULL,
    wallet     TEXT NOT NULL,
    paid_s     REAL NOT NULL,
    issued_s   REAL NOT NULL,
    void       INTEGER NOT NULL CHECK (void IN (0, 1))
) STRICT;
CREATE INDEX receipts_by_payment ON receipts (payment_id);
CREATE TABLE claims (
    claim_id    TEXT PRIMARY KEY,
    kiosk_id    TEXT NOT NULL,
    receipt_no  TEXT NOT NULL REFERENCES receipts (receipt_no),
    reprint     INTEGER NOT NULL CHECK (reprint IN (0, 1)),
    copy_number INTEGER NOT NULL CHECK (copy_number >= 1),
    state       TEXT NOT NULL,
    claimed_s   REAL NOT NULL
) STRICT;
CREATE INDEX claims_by_receipt ON claims (receipt_no);
CREATE TABLE claim_tombstones (claim_id TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL) STRICT;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE policy (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""
