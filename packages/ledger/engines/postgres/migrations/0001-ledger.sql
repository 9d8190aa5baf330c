-- The ledger: spec/20-ledger.md. One schema is one ledger.
--
-- Ids compare by their bytes (COLLATE "C"): they are ASCII, and every engine lists them in the same
-- order. The CHECK constraints repeat what `decide` has made sure of: a bug above them becomes a
-- failed commit, never a wrong balance. There are no foreign keys: each would cost a look-up a row,
-- and every row follows from the log, which is checked.

-- One row. Whoever holds its lock is the only writer: it carries the end of the log, and how many
-- accounts there are, which is the last key given out.
CREATE TABLE head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  entry bigint NOT NULL CHECK (entry >= 0),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  accounts bigint NOT NULL CHECK (accounts >= 0)
) WITH (fillfactor = 20);
INSERT INTO head (entry, hash, accounts) VALUES (0, decode(repeat('00', 32), 'hex'), 0);

CREATE TABLE accounts (
  key bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  asset text COLLATE "C" NOT NULL,
  may_overdraw boolean NOT NULL,
  frozen boolean NOT NULL,
  balance bigint NOT NULL CHECK (balance >= 0 OR may_overdraw),
  held bigint NOT NULL CHECK (held >= 0 AND (held <= balance OR may_overdraw))
) WITH (fillfactor = 70);

CREATE TABLE holds (
  id text COLLATE "C" PRIMARY KEY,
  account bigint NOT NULL,
  remaining bigint NOT NULL CHECK (remaining >= 0)
) WITH (fillfactor = 70);

CREATE TABLE entries (
  number bigint PRIMARY KEY CHECK (number >= 1),
  id text COLLATE "C" NOT NULL UNIQUE,
  code text COLLATE "C" NOT NULL,
  refusal text COLLATE "C",
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  steps text NOT NULL,
  claims text NOT NULL,
  series text COLLATE "C",
  sequence bigint CHECK ((sequence IS NULL) = (series IS NULL)),
  memo bytea NOT NULL,
  at bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  commit_end bigint NOT NULL CHECK (commit_end >= number)
);
CREATE INDEX entries_by_code ON entries (code, number);

CREATE TABLE legs (
  account bigint NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (account, entry)
);

CREATE TABLE claims (
  key text COLLATE "C" PRIMARY KEY,
  entry bigint NOT NULL
);

CREATE TABLE series (
  name text COLLATE "C" PRIMARY KEY,
  last bigint NOT NULL CHECK (last >= 1)
) WITH (fillfactor = 70);

-- The log is written once. This stops a slip of the hand, not a database owner who means it: against
-- that stands the chain of hashes.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log of a ledger is not changed: % on %', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
