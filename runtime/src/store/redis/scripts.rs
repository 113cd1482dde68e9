//! What is asked of the server, as Lua: a script is one atomic step. Each touches one key, so that it runs in a cluster, too.

use redis::Script;

/// The scripts, in Redis's own names of them.
pub(super) struct Scripts {
    pub(super) load_token: Script,
    pub(super) keep_token: Script,
    pub(super) forget: Script,
    pub(super) names: Script,
    pub(super) load_state: Script,
    pub(super) keep_state: Script,
    pub(super) claim: Script,
    pub(super) extend: Script,
    pub(super) settle: Script,
    pub(super) is_settled: Script,
    pub(super) read_limit: Script,
    pub(super) swap_limit: Script,
}

impl Scripts {
    pub(super) fn new() -> Scripts {
        Scripts {
            load_token: Script::new("return redis.call('HMGET', KEYS[1], 'generation', 'sealed')"),
            // The generation to replace, the new one, and what is sealed.
            keep_token: Script::new(
                "local there = redis.call('HMGET', KEYS[1], 'generation', 'sealed')
                 if there[1] and there[1] ~= ARGV[1] and there[2] ~= ARGV[3] then return 0 end
                 redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'sealed', ARGV[3])
                 return 1",
            ),
            forget: Script::new("return redis.call('DEL', KEYS[1])"),
            // The cursor and the pattern.
            names: Script::new("return redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 500)"),
            load_state: Script::new("return redis.call('GET', KEYS[1])"),
            keep_state: Script::new("return redis.call('SET', KEYS[1], ARGV[1])"),
            // Who takes it, and for how many milliseconds.
            claim: Script::new(
                "local there = redis.call('GET', KEYS[1])
                 if there and there ~= ARGV[1] then return 0 end
                 redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
                 return 1",
            ),
            // For how many milliseconds more.
            extend: Script::new("return redis.call('SET', KEYS[1], '-', 'PX', ARGV[1])"),
            // The same, of what is dealt with.
            settle: Script::new("return redis.call('SET', KEYS[1], '', 'PX', ARGV[1])"),
            // For how many milliseconds at most whoever has not dealt with it yet takes one.
            is_settled: Script::new(
                "local there = redis.call('GET', KEYS[1])
                 if there and (there == '' or redis.call('PTTL', KEYS[1]) > tonumber(ARGV[1])) then return 1 end
                 return 0",
            ),
            read_limit: Script::new(
                "local time = redis.call('TIME')
                 local there = redis.call('HMGET', KEYS[1], 'version', 'record')
                 return {time[1], time[2], there[1], there[2]}",
            ),
            // The version that was seen, the new one, the record, and for how many milliseconds it is kept.
            swap_limit: Script::new(
                "local time = redis.call('TIME')
                 local there = redis.call('HMGET', KEYS[1], 'version', 'record')
                 if there[1] and there[1] ~= ARGV[1] and there[1] ~= ARGV[2] then return {time[1], time[2], there[1], there[2]} end
                 redis.call('HSET', KEYS[1], 'version', ARGV[2], 'record', ARGV[3])
                 redis.call('PEXPIRE', KEYS[1], ARGV[4])
                 return {time[1], time[2]}",
            ),
        }
    }
}
