-- Articles know more about themselves; which of them are copies of one story.

ALTER TABLE articles ADD COLUMN published_precision TEXT;
ALTER TABLE articles ADD COLUMN published_from TEXT;
ALTER TABLE articles ADD COLUMN language TEXT;
ALTER TABLE articles ADD COLUMN section TEXT;
ALTER TABLE articles ADD COLUMN kind TEXT;
ALTER TABLE articles ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';
ALTER TABLE articles ADD COLUMN dates TEXT NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN copy_group TEXT;
CREATE INDEX articles_by_copy_group ON articles (copy_group);

CREATE TABLE sketches (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    sketch     BLOB NOT NULL
) WITHOUT ROWID;
