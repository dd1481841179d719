//! The rules themselves. Each fault is named by its file, its line and what is
//! wrong with it.

use super::source::{Line, functions, lines};

/// The most lines of a file.
pub(super) const FILE_LINES_MAX: usize = 500;

/// The most lines of a function.
pub(super) const FUNCTION_LINES_MAX: usize = 70;

/// The places that ask for the time: one of the server, one of the client,
/// which import nothing of each other.
const CLOCKS: [&str; 2] = ["store/src/world.rs", "client/src/world.rs"];

/// Rooms that have to do with money: no float comes near it.
const MONEY: [&str; 4] = ["domain/src/", "store/src/", "graphql/src/", "migrations/src/"];

/// Code of the site that shows or reads amounts.
const MONEY_OF_SITE: [&str; 5] = ["wallet", "cart", "order", "gift", "worth"];

/// All faults of a file; `is_test` says that it is compiled for tests only.
pub(super) fn check(path: &str, text: &str, is_test: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut fault = |line: usize, what: String| wrong.push(format!("{path}:{line}: {what}"));
    let length = text.lines().count();
    if length > FILE_LINES_MAX {
        fault(length, format!("{length} lines, {FILE_LINES_MAX} at most"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        for what in words(path, line) {
            fault(number, what);
        }
    }
    if path.ends_with(".rs") {
        check_rust(path, &lines(text), is_test, &mut fault);
    }
    wrong
}

/// What no line may hold, of whatever kind of file, comments included.
fn words(path: &str, line: &str) -> Vec<String> {
    // This very folder has to spell what it looks for.
    if path.starts_with("tests/it/tidy/") {
        return Vec::new();
    }
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    let marks = ["TODO", "FIXME", "XXX"]
        .into_iter()
        .filter(|mark| line.split(|sign| !is_word(sign)).any(|word| word == *mark));
    let mut wrong: Vec<String> = marks.map(|mark| format!("{mark}: finish it, or open an issue")).collect();
    for place in ["/work/", "/root/", "/root\"", "/home/"] {
        if line.contains(place) {
            wrong.push(format!("{place} is a path of one machine"));
        }
    }
    wrong
}

fn check_rust(path: &str, lines: &[Line], is_test: bool, fault: &mut impl FnMut(usize, String)) {
    for function in functions(lines) {
        let (name, length) = (&function.name, &function.length);
        if *length > FUNCTION_LINES_MAX {
            fault(function.line, format!("{name} has {length} lines, {FUNCTION_LINES_MAX} at most"));
        }
    }
    let is_tests = is_test || path.starts_with("tests/it/") || path.contains("/tests/");
    for (number, line) in (1..).zip(lines) {
        let code = line.code.as_str();
        if !is_tests && !line.is_test && code.contains(".unwrap()") {
            fault(number, "unwrap outside of tests: expect with a proof, or answer with a fault".to_owned());
        }
        if code.contains("#[allow(") || code.contains("#![allow(") {
            fault(number, "allow: use expect, with a reason".to_owned());
        }
        if !CLOCKS.contains(&path) && !path.starts_with("tests/it/tidy/") {
            for clock in ["SystemTime", "Utc::now", "OffsetDateTime::now"] {
                if code.contains(clock) {
                    fault(
                        number,
                        format!("{clock}: the time is passed in; {} asks for it", CLOCKS.join(" or ")),
                    );
                }
            }
        }
        if is_near_money(path) {
            for float in ["f32", "f64"] {
                if has_word(code, float) {
                    fault(number, format!("{float} near money"));
                }
            }
        }
    }
}

fn is_near_money(path: &str) -> bool {
    let of_site = path.starts_with("frontend/src/") && MONEY_OF_SITE.iter().any(|word| path.contains(word));
    of_site || MONEY.iter().any(|room| path.starts_with(room))
}

fn has_word(code: &str, wanted: &str) -> bool {
    code.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| {
        // A literal such as 1.0f64 ends with its type.
        let is_number = word.starts_with(|sign: char| sign.is_ascii_digit()) && !word.starts_with("0x");
        word == wanted || (is_number && word.ends_with(wanted))
    })
}
