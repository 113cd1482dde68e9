//! The tables and statements, as SQL. Names of tables are checked and quoted; everything else is a parameter.

use crate::auth::StoreError;

/// The longest prefix: names of tables are cut off at 63 bytes.
const LONGEST: usize = 40;

/// The statements over one set of tables.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) create: String,
    pub(super) load_token: String,
    pub(super) keep_token: String,
    pub(super) forget_token: String,
    pub(super) token_names: String,
    pub(super) load_state: String,
    pub(super) lock_state: String,
    pub(super) keep_state: String,
    pub(super) claim: String,
    pub(super) release: String,
    pub(super) extend: String,
    pub(super) settle: String,
    pub(super) is_settled: String,
    pub(super) read_limit: String,
    pub(super) swap_limit: String,
}

impl Tables {
    /// Below a prefix, `linchpin_` or `schema.linchpin_`.
    pub(super) fn new(prefix: &str) -> Result<Tables, StoreError> {
        let (schema, start) = prefix.split_once('.').map_or((None, prefix), |(schema, start)| (Some(schema), start));
        if !schema.is_none_or(is_name) || !is_name(start) {
            return Err(format!(
                "`{}` cannot begin the names of tables: letters, digits and `_`, {LONGEST} at most",
                prefix.escape_debug()
            )
            .into());
        }
        let schema = schema.map(|schema| format!("\"{schema}\".")).unwrap_or_default();
        let name = |table: &str| format!("{schema}\"{start}{table}\"");
        let index = |table: &str| format!("\"{start}{table}_until\"");
        let (tokens, states, deliveries, limits) = (name("tokens"), name("states"), name("deliveries"), name("limits"));
        let (deliveries_until, limits_until) = (index("deliveries"), index("limits"));
        Ok(Tables {
            // Two programs that make them at the same time would get in each other's way.
            create: format!(
                "SELECT pg_advisory_xact_lock(hashtext('linchpin tables'));
CREATE TABLE IF NOT EXISTS {tokens} (
  name text PRIMARY KEY,                           -- SHA-256 of the key, in hex
  generation bigint NOT NULL,                      -- counts the replacements
  sealed bytea NOT NULL,                           -- the token, AES-256-GCM, bound to name and generation
  changed timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS {states} (
  key text PRIMARY KEY,                            -- one trigger with one input of one person
  state jsonb NOT NULL,                            -- up to when items were seen, and which of that time
  changed timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS {deliveries} (
  key bytea PRIMARY KEY,                           -- what a delivery is known by, 32 bytes
  claim bigint NOT NULL,                           -- who took it; 0 when it is dealt with, 1 when nobody remembers
  until timestamptz NOT NULL                       -- until then it does not come again
);
CREATE INDEX IF NOT EXISTS {deliveries_until} ON {deliveries} (until);
CREATE TABLE IF NOT EXISTS {limits} (
  key text PRIMARY KEY,                            -- one account, or one operation of it; leases of tokens, too
  version bigint NOT NULL,
  record bytea NOT NULL,                           -- JSON
  until timestamptz NOT NULL                       -- then it is of no use any more
);
CREATE INDEX IF NOT EXISTS {limits_until} ON {limits} (until);
"
            ),
            load_token: format!("SELECT generation, sealed FROM {tokens} WHERE name = $1"),
            keep_token: format!(
                "INSERT INTO {tokens} AS t (name, generation, sealed) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET generation = EXCLUDED.generation, sealed = EXCLUDED.sealed, changed = now()
                 WHERE t.generation = $4 OR t.sealed = EXCLUDED.sealed
                 RETURNING true"
            ),
            forget_token: format!("DELETE FROM {tokens} WHERE name = $1"),
            token_names: format!("SELECT name FROM {tokens} ORDER BY name"),
            load_state: format!("SELECT state FROM {states} WHERE key = $1"),
            lock_state: format!("SELECT state FROM {states} WHERE key = $1 FOR UPDATE"),
            keep_state: format!(
                "INSERT INTO {states} (key, state) VALUES ($1, $2)
                 ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state, changed = now()"
            ),
            claim: format!(
                "WITH gone AS (DELETE FROM {deliveries} WHERE key IN
                   (SELECT key FROM {deliveries} WHERE until <= $3 AND key <> $1 ORDER BY until LIMIT 16 FOR UPDATE SKIP LOCKED))
                 INSERT INTO {deliveries} AS d (key, claim, until) VALUES ($1, $2, $4)
                 ON CONFLICT (key) DO UPDATE SET claim = EXCLUDED.claim, until = EXCLUDED.until
                 WHERE d.until <= $3 OR d.claim = EXCLUDED.claim
                 RETURNING true"
            ),
            release: format!("DELETE FROM {deliveries} WHERE key = $1"),
            extend: format!(
                "INSERT INTO {deliveries} (key, claim, until) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET until = EXCLUDED.until"
            ),
            settle: format!(
                "INSERT INTO {deliveries} (key, claim, until) VALUES ($1, 0, $2)
                 ON CONFLICT (key) DO UPDATE SET claim = 0, until = EXCLUDED.until"
            ),
            is_settled: format!("SELECT true FROM {deliveries} WHERE key = $1 AND until > $2 AND (claim = 0 OR until > $3)"),
            read_limit: format!("SELECT clock_timestamp(), l.version, l.record FROM (SELECT) one LEFT JOIN {limits} l ON l.key = $1"),
            swap_limit: format!(
                "WITH gone AS (DELETE FROM {limits} WHERE key IN
                   (SELECT key FROM {limits} WHERE until <= now() AND key <> $1 ORDER BY until LIMIT 4 FOR UPDATE SKIP LOCKED))
                 INSERT INTO {limits} AS l (key, version, record, until)
                 VALUES ($1, $2, $3, clock_timestamp() + $5 * interval '1 millisecond')
                 ON CONFLICT (key) DO UPDATE SET version = EXCLUDED.version, record = EXCLUDED.record, until = EXCLUDED.until
                 WHERE l.version = $4 OR l.version = EXCLUDED.version
                 RETURNING clock_timestamp()"
            ),
        })
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= LONGEST
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables_are_names() {
        for good in ["linchpin_", "app.linchpin_", "_x", "App.T1_"] {
            Tables::new(good).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        for wrong in ["", ".", "a.", ".a", "a.b.c", "1a", "a b", "a\"; DROP TABLE users; --", "ä", &"a".repeat(41)] {
            assert!(Tables::new(wrong).is_err(), "{wrong}");
        }
    }
}
