//! Times of the clock: calendar events (systemd.time(7)) as the first fields of a crontab (crontab(5)).

use bstr::ByteSlice as _;

/// Words for whole schedules.
const WORDS: &[(&str, &str)] = &[
    ("minutely", "* * * * *"),
    ("hourly", "0 * * * *"),
    ("daily", "0 0 * * *"),
    ("weekly", "0 0 * * 1"),
    ("monthly", "0 0 1 * *"),
    ("quarterly", "0 0 1 1,4,7,10 *"),
    ("semiannually", "0 0 1 1,7 *"),
    ("yearly", "0 0 1 1 *"),
    ("annually", "0 0 1 1 *"),
];

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The fields of a crontab that say the same as a timer's setting, where any do.
pub(super) fn crontab(name: &[u8], value: &[u8]) -> Option<String> {
    match name {
        b"OnCalendar" => calendar(value.to_str().ok()?),
        b"OnBootSec" | b"OnStartupSec" => Some("@reboot".to_owned()),
        _ => None,
    }
}

fn calendar(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some((_, fields)) = WORDS.iter().find(|(word, _)| *word == lower) {
        return Some((*fields).to_owned());
    }
    let mut parts: Vec<&str> = lower.split_whitespace().collect();
    let weekdays = match parts.first() {
        Some(first) if first.starts_with(|c: char| c.is_ascii_alphabetic()) => days(parts.remove(0))?,
        _ => "*".to_owned(),
    };
    let (date, time) = match parts.as_slice() {
        [] => ("*-*-*", "00:00"),
        [one] if one.contains(':') => ("*-*-*", *one),
        [one] => (*one, "00:00"),
        [date, time] => (*date, *time),
        _ => return None,
    };
    let mut time = time.split(':');
    let (hour, minute, second) = (time.next()?, time.next()?, time.next().unwrap_or("00"));
    if time.next().is_some() || !second.chars().all(|c| c == '0') {
        return None;
    }
    let mut date: Vec<&str> = date.split('-').collect();
    if date.len() == 3 && date.remove(0) != "*" {
        return None;
    }
    let [month, day] = date.as_slice() else { return None };
    // A crontab takes either of the two, systemd wants both.
    if *day != "*" && weekdays != "*" {
        return None;
    }
    let [minute, hour] = [field(minute)?, field(hour)?];
    Some(format!("{minute} {hour} {} {} {weekdays}", field(day)?, field(month)?))
}

/// A number, `*`, a list, a range or a step.
fn field(text: &str) -> Option<String> {
    if let Some((start, step)) = text.split_once('/') {
        let every = matches!(start, "*" | "0" | "00");
        return (every && step.parse::<u8>().is_ok()).then(|| format!("*/{step}"));
    }
    if text == "*" {
        return Some(text.to_owned());
    }
    list(text, |bound| bound.parse::<u8>().ok().map(|bound| bound.to_string()))
}

fn days(text: &str) -> Option<String> {
    list(text, |day| DAYS.iter().position(|known| day.starts_with(known)).map(|day| day.to_string()))
}

/// A list of single ones and of ranges.
fn list(text: &str, number: impl Fn(&str) -> Option<String>) -> Option<String> {
    let item = |item: &str| {
        let bounds: Option<Vec<String>> = item.split("..").map(&number).collect();
        bounds.filter(|bounds| bounds.len() <= 2).map(|bounds| bounds.join("-"))
    };
    text.split(',').map(item).collect::<Option<Vec<String>>>().map(|items| items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_schedules_are_those_of_a_crontab() {
        for (calendar, fields) in [
            ("daily", "0 0 * * *"),
            ("*-*-* 06:30:00", "30 6 * * *"),
            ("Mon..Fri 22:00", "0 22 * * 1-5"),
            ("*:0/15", "*/15 * * * *"),
            ("*-*-01 04:05", "5 4 1 * *"),
            ("Sat,Sun *-*-* 1:02", "2 1 * * 6,0"),
            ("06,18:00", "0 6,18 * * *"),
        ] {
            assert_eq!(crontab(b"OnCalendar", calendar.as_bytes()).as_deref(), Some(fields), "{calendar}");
        }
    }

    #[test]
    fn what_no_crontab_says_is_none() {
        for calendar in ["*:*:30", "2026-01-01", "Mon *-*-01", "*-*~1", "Mon..Fri..Sun", "5/7:10"] {
            assert_eq!(crontab(b"OnCalendar", calendar.as_bytes()), None, "{calendar}");
        }
        assert_eq!(crontab(b"OnUnitActiveSec", b"1h"), None);
    }
}
