//! How far long work has come, for the one who waits at the terminal, and the
//! wish to stop it between two steps.
//!
//! On a terminal a bar; elsewhere a line now and then, by count and not by
//! time, so that logs of the same work look the same.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Lines that are written for work of a known length.
const LINES: u64 = 10;
/// Items between two lines for work of unknown length.
const ITEMS_BETWEEN_LINES: u64 = 10_000;

/// How far some work has come.
pub struct Progress {
    title: &'static str,
    total: Option<u64>,
    done: u64,
    face: Face,
}

enum Face {
    Bar(ProgressBar),
    Lines { out: Box<dyn Write + Send>, next: u64 },
}

impl fmt::Debug for Progress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Progress({}: {} of {:?})", self.title, self.done, self.total)
    }
}

impl Progress {
    /// Begins work of `total` steps, if that is known; tells about it on
    /// standard error.
    #[must_use]
    pub fn start(title: &'static str, total: Option<u64>) -> Self {
        if !io::stderr().is_terminal() {
            return Self::lines(title, total, Box::new(io::stderr()));
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match total {
            Some(_) => "{prefix} {bar:32} {percent:>3} % {msg} ({eta} left)",
            None => "{prefix} {spinner} {human_pos} {msg}",
        };
        // A template that does not parse leaves the plain bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { title, total, done: 0, face: Face::Bar(bar.with_prefix(title)) }
    }

    /// The same, always in lines, to `out`.
    #[must_use]
    pub fn lines(title: &'static str, total: Option<u64>, out: Box<dyn Write + Send>) -> Self {
        let mut progress = Self { title, total, done: 0, face: Face::Lines { out, next: 0 } };
        let next = progress.step();
        if let Face::Lines { next: first, .. } = &mut progress.face {
            *first = next;
        }
        progress
    }

    /// `done` steps of the whole are done; never goes back.
    pub fn reach(&mut self, done: u64) {
        self.done = self.done.max(done);
        let step = self.step();
        match &mut self.face {
            Face::Bar(bar) => bar.set_position(self.done),
            Face::Lines { out, next } => {
                if self.done < *next {
                    return;
                }
                *next = (self.done / step + 1).saturating_mul(step);
                match self.total {
                    Some(total) => {
                        let percent = u128::from(self.done.min(total)) * 100 / u128::from(total.max(1));
                        tell(out, &format!("{}: {percent} %", self.title));
                    }
                    None => tell(out, &format!("{}: {}", self.title, self.done)),
                }
            }
        }
    }

    /// A word about where it stands, beside the bar; lines leave it out.
    pub fn describe(&self, text: impl Into<Cow<'static, str>>) {
        if let Face::Bar(bar) = &self.face {
            bar.set_message(text);
        }
    }

    /// A remark that stays, such as about a bad line.
    pub fn remark(&mut self, text: &str) {
        match &mut self.face {
            Face::Bar(bar) => bar.println(text),
            Face::Lines { out, .. } => tell(out, text),
        }
    }

    /// Ends, with a last word that says what came of it.
    pub fn finish(mut self, summary: &str) {
        if let Face::Bar(bar) = &self.face {
            bar.finish_and_clear();
        }
        let text = format!("{}: {summary}", self.title);
        match &mut self.face {
            Face::Bar(_) => tell(&mut io::stderr(), &text),
            Face::Lines { out, .. } => tell(out, &text),
        }
    }

    /// Steps between two lines.
    fn step(&self) -> u64 {
        self.total.map_or(ITEMS_BETWEEN_LINES, |total| total.div_ceil(LINES).max(1))
    }
}

/// Writes a line. That nobody reads any more is no reason to stop working.
fn tell(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{text}");
}

/// The wish to stop, looked at between two steps of long work.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops at the first Ctrl-C (or the terminal's closing). At the second,
    /// the process ends at once: what is written is safe at any time.
    ///
    /// Needs a running tokio runtime.
    #[must_use]
    pub fn at_ctrl_c() -> Self {
        let stop = Self::default();
        let asked = stop.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            asked.ask();
            tell(&mut io::stderr(), "Stopping after this step; Ctrl-C again ends at once.");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
        stop
    }

    /// Asks to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(total: Option<u64>, work: impl FnOnce(Progress)) -> Vec<String> {
        let paper = Paper::default();
        work(Progress::lines("Importing", total, Box::new(paper.clone())));
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_come_now_and_then() {
        let lines = written(Some(25), |mut progress| {
            (0..=25).for_each(|done| progress.reach(done));
            progress.finish("25 kept");
        });
        let percents = [12, 24, 36, 48, 60, 72, 84, 96].map(|it| format!("Importing: {it} %"));
        assert_eq!(lines, [&percents[..], &["Importing: 25 kept".to_owned()]].concat());
    }

    #[test]
    fn jumps_remarks_and_unknown_lengths() {
        let lines = written(None, |mut progress| {
            progress.reach(9_999);
            progress.remark("line 7: is empty");
            progress.reach(35_000);
            progress.reach(3);
            progress.reach(39_999);
            progress.reach(40_000);
        });
        assert_eq!(lines, ["line 7: is empty", "Importing: 35000", "Importing: 40000"]);
        assert_eq!(written(Some(0), |mut it| it.reach(0)), Vec::<String>::new());
        assert_eq!(written(Some(u64::MAX), |mut it| it.reach(u64::MAX)), ["Importing: 100 %"]);
    }

    #[test]
    fn a_stop_is_seen_by_all_who_hold_it() {
        let stop = Stop::default();
        let worker = stop.clone();
        assert!(!worker.is_asked());
        stop.ask();
        assert!(worker.is_asked());
    }
}
