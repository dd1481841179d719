//! What is said: lines for people, one JSON object for programs, questions
//! before anything costs, and bars while something comes.

use std::io::{self, BufRead, IsTerminal, Write};

use client::stop::Stop;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};

/// What a command has to say when it is done.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<String>,
    facts: Map<String, Value>,
    /// The number to end with.
    pub(crate) exit: u8,
}

impl Report {
    /// Nothing to say but a number to end with.
    pub(crate) fn ending(exit: u8) -> Self {
        Self { exit, ..Self::default() }
    }

    /// A line for people.
    pub(crate) fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// A fact for programs.
    pub(crate) fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// All that another one says, after this.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.lines.extend(other.lines);
        self.facts.extend(other.facts);
        self.exit = self.exit.max(other.exit);
        self
    }
}

/// How to speak.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    pub(crate) is_json: bool,
    pub(crate) is_yes: bool,
}

impl Voice {
    /// Says what came of a command; the number to end with.
    pub(crate) fn tell(self, told: &Result<Report, Stop>) -> u8 {
        let exit = match told {
            Ok(report) => report.exit,
            Err(stop) => stop.exit_code(),
        };
        // Nobody may be listening any more; the number is still told.
        let _unheard = match (told, self.is_json) {
            (Ok(report), true) => {
                let mut facts = report.facts.clone();
                facts.insert("ok".to_owned(), (exit == 0).into());
                writeln!(io::stdout(), "{}", Value::Object(facts))
            }
            (Ok(report), false) => report.lines.iter().try_for_each(|line| writeln!(io::stdout(), "{line}")),
            (Err(stop), true) => writeln!(io::stdout(), "{}", json_of(stop)),
            (Err(stop), false) => writeln!(io::stderr(), "farthing-get: {stop}"),
        };
        exit
    }

    /// A remark on the way, for people only.
    pub(crate) fn remark(self, text: &str) {
        if !self.is_json {
            let _unheard = writeln!(io::stderr(), "{text}");
        }
    }

    /// Asks before going on: yes by `--yes`, otherwise by who sits there.
    ///
    /// # Errors
    /// A refusal if the answer is no, or nobody sits there.
    pub(crate) fn confirm(self, question: &str) -> Result<(), Stop> {
        match self.agrees(question)? {
            true => Ok(()),
            false => Err(Stop::refused("not agreed to; nothing was done")),
        }
    }

    /// The answer to a question.
    ///
    /// # Errors
    /// A refusal if nobody sits there to answer.
    pub(crate) fn agrees(self, question: &str) -> Result<bool, Stop> {
        if self.is_yes {
            self.remark(question);
            return Ok(true);
        }
        if self.is_json || !io::stdin().is_terminal() {
            return Err(Stop::refused(format!("nobody answers: {question} (say --yes)")));
        }
        write!(io::stderr(), "{question} [y/N] ")?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// A bar for so many bytes; hidden where nobody sees it.
    pub(crate) fn bar(self, title: &str, bytes: u64) -> ProgressBar {
        let target = if self.is_json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        // A template that does not parse leaves the plain bar.
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} {bar:32} {bytes} of {total_bytes} ({eta} left)")
        {
            bar.set_style(style);
        }
        bar.with_prefix(title.to_owned())
    }
}

fn json_of(stop: &Stop) -> Value {
    let code = match stop {
        Stop::Denied(denied) => denied.verdict.code(),
        Stop::Store(no) => no.verdict.map_or(no.code.as_str(), |verdict| verdict.code()),
        Stop::Refused(_) => "REFUSED",
        Stop::Lost(_) => "STORE_NOT_REACHED",
        Stop::Fault(_) => "FAULT",
    };
    let mut error = json!({"code": code, "message": stop.to_string()});
    if let (Stop::Store(no), Some(error)) = (stop, error.as_object_mut()) {
        for (name, value) in [("now", &no.now), ("shortfall", &no.shortfall)] {
            if let Some(value) = value {
                error.insert(name.to_owned(), value.as_str().into());
            }
        }
    }
    json!({"ok": false, "exit": stop.exit_code(), "error": error})
}
