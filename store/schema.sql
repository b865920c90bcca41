-- The truth store. Offsets count Unicode code points in articles.text; dates are ISO text.
-- Everything in the vector index can be made again from here.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A saved page as it was read: one file.
CREATE TABLE pages (
    path     TEXT PRIMARY KEY,
    digest   TEXT NOT NULL,          -- of the file's bytes
    captured TEXT                    -- when it was saved, if anyone said so
) WITHOUT ROWID;

CREATE TABLE articles (
    seq       INTEGER PRIMARY KEY,   -- order of arrival
    id        TEXT NOT NULL UNIQUE,  -- digest of source, title and text
    title     TEXT NOT NULL,
    source    TEXT,
    agency    TEXT,
    author    TEXT,
    published TEXT,
    captured  TEXT,
    url       TEXT,
    text      TEXT NOT NULL
);

-- Which articles a page holds, in page order; two pages may hold the same article.
CREATE TABLE page_articles (
    path       TEXT NOT NULL REFERENCES pages ON DELETE CASCADE,
    ordinal    INTEGER NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id),
    PRIMARY KEY (path, ordinal)
) WITHOUT ROWID;
CREATE INDEX page_articles_by_article ON page_articles (article_id);

CREATE TABLE sentences (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start      INTEGER NOT NULL,
    stop       INTEGER NOT NULL,
    PRIMARY KEY (article_id, start)
) WITHOUT ROWID;

CREATE TABLE chunks (
    rowid       INTEGER PRIMARY KEY, -- joins chunks_fts
    id          TEXT NOT NULL UNIQUE,
    article_id  TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    ordinal     INTEGER NOT NULL,
    start       INTEGER NOT NULL,
    stop        INTEGER NOT NULL,
    vector_hash TEXT NOT NULL REFERENCES vectors (hash)
);
CREATE INDEX chunks_by_article ON chunks (article_id, ordinal);
CREATE INDEX chunks_by_vector ON chunks (vector_hash);

-- One vector per text that was embedded, little-endian float32; equal texts share one.
CREATE TABLE vectors (
    hash   TEXT PRIMARY KEY,
    vector BLOB NOT NULL
) WITHOUT ROWID;

CREATE VIRTUAL TABLE chunks_fts USING fts5 (title, body, tokenize = 'porter unicode61 remove_diacritics 2');

-- The same words by article, read from the articles table itself and kept in step by triggers.
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, text, content = 'articles', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER articles_inserted AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts (rowid, title, text) VALUES (new.seq, new.title, new.text);
END;
CREATE TRIGGER articles_deleted AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, text) VALUES ('delete', old.seq, old.title, old.text);
END;

-- What users said of answers: kept until they are made into eval questions, or for good.
CREATE TABLE feedback (
    seq      INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    answer   TEXT NOT NULL,
    verdict  TEXT NOT NULL CHECK (verdict IN ('right', 'wrong', 'missing')),
    note     TEXT NOT NULL,
    given    TEXT NOT NULL            -- UTC, ISO text
);

-- Ids that were being written to the vector index. What stands here after a crash is put right at the next start.
CREATE TABLE journal (
    chunk_id TEXT PRIMARY KEY
) WITHOUT ROWID;
