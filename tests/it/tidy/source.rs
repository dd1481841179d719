//! Rust source as far as the checks need it: lines without comments and texts,
//! which lines belong to tests, and how long functions are.

/// One line of code.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// The code, with comments left out and the insides of texts blanked.
    pub(super) code: String,
    /// Whether it is compiled for tests only.
    pub(super) is_test: bool,
}

/// What the reader is inside of at the end of a line.
enum Inside {
    Code,
    Text,
    RawText(usize),
    Comment(usize),
}

/// Blanks comments and the insides of texts, and marks tests.
pub(super) fn lines(source: &str) -> Vec<Line> {
    let mut inside = Inside::Code;
    let mut lines: Vec<Line> = Vec::new();
    for line in source.lines() {
        let (code, after) = blank(line, inside);
        inside = after;
        lines.push(Line { code, is_test: false });
    }
    mark_tests(&mut lines);
    lines
}

fn blank(line: &str, mut inside: Inside) -> (String, Inside) {
    let signs: Vec<char> = line.chars().collect();
    let (mut code, mut at) = (String::new(), 0);
    let next = |at: usize, ahead: usize| signs.get(at + ahead).copied().unwrap_or(' ');
    while at < signs.len() {
        let sign = signs[at];
        match inside {
            Inside::Code => match (sign, next(at, 1)) {
                ('/', '/') => break,
                ('/', '*') => (inside, at) = (Inside::Comment(1), at + 1),
                ('r', '"' | '#') if is_raw(&signs, at) => {
                    let hashes = signs[at + 1..].iter().take_while(|sign| **sign == '#').count();
                    code.push('"');
                    (inside, at) = (Inside::RawText(hashes), at + hashes + 1);
                }
                ('"', _) => {
                    code.push('"');
                    inside = Inside::Text;
                }
                // A sign such as '"' or '{', but no lifetime.
                ('\'', '\\') => at += 3,
                ('\'', _) if next(at, 2) == '\'' => at += 2,
                _ => code.push(sign),
            },
            Inside::Text => match sign {
                '\\' => at += 1,
                '"' => {
                    code.push('"');
                    inside = Inside::Code;
                }
                _ => {}
            },
            Inside::RawText(hashes) => {
                let closes = sign == '"'
                    && signs[at + 1..].iter().take(hashes).filter(|sign| **sign == '#').count() == hashes;
                if closes {
                    code.push('"');
                    (inside, at) = (Inside::Code, at + hashes);
                }
            }
            Inside::Comment(depth) => match (sign, next(at, 1)) {
                ('*', '/') if depth == 1 => (inside, at) = (Inside::Code, at + 1),
                ('*', '/') => (inside, at) = (Inside::Comment(depth - 1), at + 1),
                ('/', '*') => (inside, at) = (Inside::Comment(depth + 1), at + 1),
                _ => {}
            },
        }
        at += 1;
    }
    (code, inside)
}

/// Whether an `r` begins a raw text, and is not the end of a name.
fn is_raw(signs: &[char], at: usize) -> bool {
    let is_name = at > 0 && (signs[at - 1].is_alphanumeric() || signs[at - 1] == '_') && signs[at - 1] != 'b';
    let after = signs[at + 1..].iter().find(|sign| **sign != '#');
    !is_name && after == Some(&'"')
}

fn depth(code: &str) -> i32 {
    code.chars().fold(0, |depth, sign| depth + i32::from(sign == '{') - i32::from(sign == '}'))
}

/// Marks what stands under `#[cfg(test)]` or `#[test]`: to the end of its
/// braces, or of its statement.
fn mark_tests(lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        let code = lines[at].code.trim();
        let begins = code.starts_with("#[cfg(test)]")
            || code.starts_with("#[test]")
            || code.starts_with("#[tokio::test");
        if begins {
            let end = end_of_item(lines, at);
            lines[at..=end].iter_mut().for_each(|line| line.is_test = true);
            at = end;
        }
        at += 1;
    }
}

/// The last line of the item that begins at or after `from`.
fn end_of_item(lines: &[Line], from: usize) -> usize {
    let mut open = 0;
    for (place, line) in lines.iter().enumerate().skip(from) {
        let code = line.code.trim();
        let had = open;
        open += depth(code);
        let is_closed = open <= 0 && (had > 0 || code.contains('{'));
        if is_closed || (open == 0 && code.ends_with(';')) {
            return place;
        }
    }
    lines.len().saturating_sub(1)
}

/// The modules with files of their own that are compiled for tests only.
pub(super) fn test_modules(source: &str) -> Vec<String> {
    let lines = lines(source);
    let marked = lines.windows(2).filter(|two| two[0].code.trim() == "#[cfg(test)]");
    let name = |two: &[Line]| {
        let (_, after) = two[1].code.split_once("mod ")?;
        after.trim().strip_suffix(';').map(str::to_owned)
    };
    marked.filter_map(name).collect()
}

/// A function by its name, the line it begins on, and how many lines it has.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) length: usize,
}

/// All functions that have a body.
pub(super) fn functions(lines: &[Line]) -> Vec<Function> {
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let Some(name) = function_name(&line.code) else { continue };
        let end = end_of_item(lines, place);
        // One without a body ends with its own statement.
        if lines[place..=end].iter().any(|line| line.code.contains('{')) {
            found.push(Function { name, line: place + 1, length: end - place + 1 });
        }
    }
    found
}

fn function_name(code: &str) -> Option<String> {
    let (before, after) = code.split_once("fn ")?;
    let is_head = before.split_whitespace().all(|word| {
        word.starts_with("pub")
            || word.ends_with(')')
            || ["async", "const", "unsafe", "extern", "\"\"", "in"].contains(&word)
    });
    let name: String = after.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
    (is_head && !name.is_empty()).then_some(name)
}
