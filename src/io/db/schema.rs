//! The tables.

/// The form of the tables, as `user_version`; 0 in a file without any.
pub(super) const VERSION: u64 = 1;

/// The columns of a delivery repeat what a query needs from its record; the record is what is shown.
///
/// `history_size` has one row: counting rows and adding up their lengths at each insert would read the whole table.
pub(super) const CREATE: &str = "
CREATE TABLE deliveries (
    seq            INTEGER PRIMARY KEY, -- in the order in which they ended
    id             TEXT NOT NULL,       -- the webhook-id
    destination_id TEXT NOT NULL,
    started_at     INTEGER NOT NULL,    -- of the first attempt, in milliseconds since 1970
    event          TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    status         INTEGER,             -- of the last attempt
    record         TEXT NOT NULL        -- JSON: domain::delivery::record
) STRICT;
CREATE INDEX deliveries_id ON deliveries (id);
CREATE INDEX deliveries_started_at ON deliveries (started_at);
CREATE INDEX deliveries_outcome ON deliveries (outcome);

CREATE TABLE history_size (deliveries INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO history_size VALUES (0, 0);
";
