-- Each leg carries what was on its account after its entry: the balance as of any entry is then one
-- look into the index. Legs that are there already get it from the steps of the log.

ALTER TABLE legs ADD COLUMN balance bigint, ADD COLUMN held bigint;

WITH steps AS (
  SELECT e.number, s.step ->> 'kind' AS kind, s.step ->> 'account' AS account,
    s.step ->> 'debit' AS debit, s.step ->> 'credit' AS credit, s.step ->> 'hold' AS hold,
    (s.step ->> 'amount')::bigint AS amount
  FROM entries AS e, json_array_elements(e.steps::json) AS s (step)
  WHERE e.refusal IS NULL
), moves AS (
  SELECT s.number, a.key, -s.amount AS balance, 0 AS held
    FROM steps AS s JOIN accounts AS a ON a.id = s.debit WHERE s.kind = 'transfer'
  UNION ALL
  SELECT s.number, a.key, s.amount, 0
    FROM steps AS s JOIN accounts AS a ON a.id = s.credit WHERE s.kind IN ('transfer', 'draw')
  UNION ALL
  SELECT s.number, a.key, 0, s.amount
    FROM steps AS s JOIN accounts AS a ON a.id = s.account WHERE s.kind = 'hold'
  UNION ALL
  SELECT s.number, h.account, CASE WHEN s.kind = 'draw' THEN -s.amount ELSE 0 END, -s.amount
    FROM steps AS s JOIN holds AS h ON h.id = s.hold WHERE s.kind IN ('draw', 'release')
), changes AS (
  SELECT key, number, sum(balance) AS balance, sum(held) AS held FROM moves GROUP BY key, number
), running AS (
  SELECT l.account, l.entry,
    coalesce(sum(c.balance) OVER (PARTITION BY l.account ORDER BY l.entry), 0) AS balance,
    coalesce(sum(c.held) OVER (PARTITION BY l.account ORDER BY l.entry), 0) AS held
  FROM legs AS l LEFT JOIN changes AS c ON c.key = l.account AND c.number = l.entry
)
UPDATE legs AS l SET balance = r.balance, held = r.held
  FROM running AS r WHERE r.account = l.account AND r.entry = l.entry;

ALTER TABLE legs ALTER COLUMN balance SET NOT NULL, ALTER COLUMN held SET NOT NULL;
