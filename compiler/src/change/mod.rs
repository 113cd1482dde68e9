//! Change over time: what ends when. Pure functions over models; the day is always given.

pub mod day;
pub mod outlook;
