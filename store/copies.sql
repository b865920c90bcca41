-- By what the copies of a new article are looked up: the sketch of each article in 128 bands of two values, 64 bits each.
-- An article without bands is yet to be grouped. Like the conversations these only add to the schema: the first ingest
-- fills them from the sketches that a data folder has.

CREATE TABLE IF NOT EXISTS bands (
    band    INTEGER NOT NULL,
    value   INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    PRIMARY KEY (band, value, article)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bands_by_article ON bands (article);

-- A group that loses a member may fall apart: what is left of it is grouped again.
CREATE TRIGGER IF NOT EXISTS copies_regrouped BEFORE DELETE ON articles WHEN old.copy_group IS NOT NULL BEGIN
    DELETE FROM bands WHERE article IN (SELECT seq FROM articles WHERE copy_group = old.copy_group);
END;
