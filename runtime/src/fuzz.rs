//! Broken input for the tests of everything that reads what came over a network: good inputs, changed at random by a fixed seed, and inputs that are
//! much too long. What must hold of a reader is its own test's; here it is fed, and must be done in time and with little memory.
//!
//! `LINCHPIN_FUZZ_ROUNDS` sets how often each is fed.

use std::time::{Duration, Instant};

/// How long one input may take, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the long ones are.
const LONG: usize = 60_000;

/// How much may be allocated at once while an input is read, with all that is made of it. The most that was seen is 13 bytes for each (elements of XML
/// without anything in them) and 6 kB beside.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    /// So many bytes for each of the input's.
    pub(crate) times: u64,
    /// And so many beside.
    pub(crate) beside: u64,
}

/// What is enough for every reader that unpacks nothing.
const ENOUGH: Room = Room { times: 20, beside: 32 * 1024 };

/// Feeds a reader with all of `good`, with what becomes of them when `pieces` and other bytes are put in, parts left out, doubled and mixed, and with
/// each piece over and over.
pub(crate) fn feed(seed: u64, good: &[&[u8]], pieces: &[&str], reader: impl FnMut(&[u8])) {
    feed_within(ENOUGH, seed, good, pieces, reader);
}

/// The same for a reader that has other bounds.
pub(crate) fn feed_within(room: Room, seed: u64, good: &[&[u8]], pieces: &[&str], mut reader: impl FnMut(&[u8])) {
    let mut timed = |input: &[u8]| {
        let (start, length) = (Instant::now(), input.len() as u64);
        let held = allocation_counter::measure(|| reader(input)).bytes_max;
        let took = start.elapsed();
        let shown = || String::from_utf8_lossy(&input[..input.len().min(200)]);
        assert!(took < PATIENCE, "{took:?} for {length} bytes: {}", shown());
        assert!(held <= room.times * length + room.beside, "{held} bytes of memory for {length} bytes: {}", shown());
    };
    good.iter().for_each(|one| timed(one));
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..rounds() {
        timed(&changed(&mut random, good, pieces));
    }
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        let long = piece.as_bytes().repeat(LONG / piece.len());
        timed(&long);
        let one = good[random.usize(..good.len())];
        let at = random.usize(..=one.len());
        timed(&[&one[..at], &long, &one[at..]].concat());
    }
}

/// The same for readers of text.
pub(crate) fn feed_text(seed: u64, good: &[&str], pieces: &[&str], mut reader: impl FnMut(&str)) {
    let good: Vec<&[u8]> = good.iter().map(|one| one.as_bytes()).collect();
    feed(seed, &good, pieces, |input| reader(&String::from_utf8_lossy(input)));
}

/// How often each is fed.
pub(crate) fn rounds() -> u32 {
    std::env::var("LINCHPIN_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2000)
}

/// Half of them are changed in one place and by a little, so that many stay readable: what is wrong deep inside is reached by those only.
fn changed(random: &mut fastrand::Rng, good: &[&[u8]], pieces: &[&str]) -> Vec<u8> {
    let mut input = good[random.usize(..good.len())].to_vec();
    if random.bool() {
        let at = random.usize(..input.len().max(1));
        if let Some(byte) = input.get_mut(at) {
            *byte = if random.bool() { random.u8(b'0'..=b'9') } else { random.u8(32..127) };
        }
        return input;
    }
    for _ in 0..random.usize(1..5) {
        let start = random.usize(..=input.len());
        let end = (start + random.usize(..8)).min(input.len());
        let put = match random.u8(..6) {
            0 => vec![random.u8(..)],
            1 => Vec::new(),
            2 => input[start..end].repeat(3),
            3 => {
                let other = good[random.usize(..good.len())];
                other[random.usize(..=other.len())..].to_vec()
            }
            _ => pieces[random.usize(..pieces.len())].as_bytes().to_vec(),
        };
        input.splice(start..end, put);
    }
    if random.u8(..8) == 0 {
        input.truncate(random.usize(..=input.len()));
    }
    input
}
