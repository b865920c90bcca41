-- What was asked and answered. These tables only add to the schema: they are made in any data folder that lacks them,
-- and an older Clipdesk that opens the folder passes them by.

CREATE TABLE IF NOT EXISTS conversations (
    id      TEXT PRIMARY KEY,          -- random, so that an old link never opens another conversation
    title   TEXT NOT NULL,
    started TEXT NOT NULL              -- UTC, ISO text
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS exchanges (
    seq          INTEGER PRIMARY KEY,  -- order of asking
    id           TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    asked        TEXT NOT NULL,        -- UTC, ISO text
    words        TEXT NOT NULL,        -- question, answer and quotes in lower case, to be searched
    answer       TEXT NOT NULL         -- JSON of the whole Answer, its articles without their texts
);
CREATE INDEX IF NOT EXISTS exchanges_by_conversation ON exchanges (conversation, seq);
