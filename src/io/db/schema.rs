//! The tables.

/// The form of the tables, as `user_version`; 0 in a file without any.
pub(super) const VERSION: u64 = 1;

/// The columns of a delivery repeat what a query needs from its record; the record is what is shown. It is the last column: what
/// needs only the others does not read its pages.
///
/// `history_size` has one row: counting rows and adding up their lengths at each insert would read the whole
/// table. The same holds for `queue_size`.
pub(super) const CREATE: &str = "
CREATE TABLE deliveries (
    seq             INTEGER PRIMARY KEY, -- in the order in which they ended
    id              TEXT NOT NULL,       -- the webhook-id
    destination_id  TEXT NOT NULL,
    started_at      INTEGER NOT NULL,    -- of the last attempt, in milliseconds since 1970
    event           TEXT NOT NULL,
    outcome         TEXT,                -- none of a probe
    verdict         TEXT,                -- of a probe
    status          INTEGER,             -- of the last attempt, none of a probe
    duration_ms     REAL NOT NULL DEFAULT 0, -- of the last attempt
    certificate_end INTEGER,             -- of the last attempt, in seconds since 1970
    record          TEXT NOT NULL        -- JSON: domain::delivery::record
) STRICT;
CREATE INDEX deliveries_id ON deliveries (id);
-- All that a glance at a destination, a count and the statistics need: the rows, which hold the records, are not read for these.
-- Each index is two more pages to write for each delivery, so there is no other for that.
CREATE INDEX deliveries_glance ON deliveries (destination_id, seq, started_at, outcome, duration_ms);
CREATE INDEX deliveries_probe ON deliveries (destination_id, seq) WHERE verdict IS NOT NULL;
CREATE INDEX deliveries_certificate ON deliveries (destination_id, seq, certificate_end) WHERE certificate_end IS NOT NULL;

-- One row of one table: what a relay writes of both goes to one page.
CREATE TABLE size (
    deliveries    INTEGER NOT NULL,
    history_bytes INTEGER NOT NULL,
    queue_bytes   INTEGER NOT NULL
) STRICT;
INSERT INTO size VALUES (0, 0, 0);

-- AUTOINCREMENT: the number of an event that is in flight while it is dropped must not become another's.
CREATE TABLE queue (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    event       TEXT NOT NULL,
    enqueued_at INTEGER NOT NULL,
    since       INTEGER NOT NULL, -- of its age: when it was queued, or made ready again
    due_at      INTEGER NOT NULL, -- not before that time, as far as the event itself goes
    in_flight   INTEGER NOT NULL DEFAULT 0,
    dead        TEXT,             -- why
    tries       INTEGER NOT NULL DEFAULT 0,
    refusals    INTEGER NOT NULL DEFAULT 0,
    record      TEXT,             -- JSON like that of a delivery, without the body
    body        BLOB NOT NULL
) STRICT;
CREATE INDEX queue_due ON queue (due_at, seq, since) WHERE dead IS NULL;
CREATE INDEX queue_dead ON queue (seq) WHERE dead IS NOT NULL;
CREATE INDEX queue_in_flight ON queue (seq) WHERE in_flight = 1;

-- The revision also counts what an operator did to the events of the queue.
CREATE TABLE gate (
    value       TEXT NOT NULL,    -- JSON: domain::delivery::gate
    destination TEXT NOT NULL,    -- to which it belongs
    revision    INTEGER NOT NULL
) STRICT;
INSERT INTO gate VALUES ('', '', 0);
";
