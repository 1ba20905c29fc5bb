-- The store's index. Everything in it can be found again in the files: it may be deleted at any time.
-- A row is written only after the files that it names are durable.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;

-- "This recipe gave these outputs." The record itself (an in-toto statement in a DSSE envelope) is the blob.
CREATE TABLE IF NOT EXISTS records (
    recipe_key TEXT PRIMARY KEY,
    build_key  TEXT NOT NULL,
    blob       TEXT NOT NULL,
    package    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_build_key ON records (build_key);

-- What was composed from a container, by the digest of all that went into it: nothing is composed twice.
CREATE TABLE IF NOT EXISTS images (
    key    TEXT PRIMARY KEY,
    result TEXT NOT NULL
) WITHOUT ROWID;

-- What is known about content by its digest, so that it is looked at only once (newest time in a source archive, a check that passed).
CREATE TABLE IF NOT EXISTS facts (
    subject TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (subject, kind)
) WITHOUT ROWID;

-- Earlier records of a package, to say what changed since.
CREATE INDEX IF NOT EXISTS records_by_package ON records (package);
