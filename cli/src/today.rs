//! Which day it is, by the clock or as given.

use linchpin_compiler::syntax::ast::Date;
use std::time::{SystemTime, UNIX_EPOCH};

/// Today in UTC; none where the clock is before 1970.
pub(crate) fn today() -> Option<Date> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    civil((seconds / 86_400) as i64)
}

/// The date of a day counted from 1970-01-01, by the proleptic Gregorian calendar.
fn civil(days: i64) -> Option<Date> {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(Date { year: u16::try_from(year).ok()?, month: month as u8, day: Some(day as u8) })
}

/// `2026-05-08`
pub(crate) fn parse(text: &str) -> Result<Date, String> {
    let wrong = || format!("`{text}` is no date; write it as 2026-05-08");
    let numbers: Vec<u16> = text.split('-').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
    match numbers[..] {
        [year @ 1970..=9999, month @ 1..=12, day @ 1..=31] => Ok(Date { year, month: month as u8, day: Some(day as u8) }),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, civil};

    #[test]
    fn days_are_dates() {
        let date = |year, month, day| Some(Date { year, month, day: Some(day) });
        assert_eq!(civil(0), date(1970, 1, 1));
        assert_eq!(civil(11_016), date(2000, 2, 29));
        assert_eq!(civil(20_581), date(2026, 5, 8));
    }
}
