//! Tasks in two phases: begun, then committed when the work is done. Dropped
//! without that, a task is aborted and costs nothing.

use serde::{Deserialize, Serialize};

use super::App;
use super::pending::{self, Pending};
use super::spend::Meter;
use crate::stop::Stop;
use crate::time::Moment;

/// Where a task's units come from.
#[derive(Debug)]
enum Course {
    /// Nothing is counted.
    Free,
    /// From those taken along, as of that moment; spent when it is committed.
    Here { id: String, begun: Moment },
    /// They are held back at the store.
    There(Pending),
    /// It is over.
    Over,
}

/// A task that was begun.
#[derive(Debug)]
#[must_use = "a task that is dropped is aborted"]
pub struct Task<'a> {
    app: &'a mut App,
    meter: String,
    units: u32,
    course: Course,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Begin<'a> {
    licence_id: &'a str,
    meter: &'a str,
    units: u32,
    task_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End<'a> {
    licence_id: &'a str,
    task_id: &'a str,
}

#[derive(Deserialize)]
struct Told {
    meter: Meter,
}

impl App {
    /// Begins a task that costs one unit of its meter, such as `export-pdf`.
    ///
    /// # Errors
    /// As [`App::consume`].
    pub fn task(&mut self, meter: &str) -> Result<Task<'_>, Stop> {
        self.task_of(meter, 1)
    }

    /// Begins a task that costs so many units.
    ///
    /// # Errors
    /// As [`App::consume`].
    pub fn task_of(&mut self, meter: &str, units: u32) -> Result<Task<'_>, Stop> {
        let code = self.check()?;
        let course = if code.lease(meter).is_none() && code.claims().counted.is_empty() {
            Course::Free
        } else if self.is_here(&code, meter, units)? {
            Course::Here { id: pending::name(&self.world)?, begun: self.session.now() }
        } else if self.link.is_none() {
            return Err(self.none_here(&code, meter));
        } else {
            let begun = self.begin_there(meter, units);
            Course::There(self.or_here(&code, meter, begun)?)
        };
        Ok(Task { app: self, meter: meter.to_owned(), units, course })
    }

    fn begin_there(&self, meter: &str, units: u32) -> Result<Pending, Stop> {
        let licence = self.licence_or_none()?;
        // A fresh name: what somebody began and left is aborted, not gone on
        // with, since the work for it was perhaps done.
        let asked = Pending::fresh(&self.folder.join("tasks"), meter, units, &self.world)?;
        let input = Begin { licence_id: &licence, meter, units, task_id: &asked.asked.id };
        match self.link()?.change::<Told>("beginTask", "meter { left }", &input, self.who()) {
            Ok(_) => Ok(asked),
            // It may have been begun: the next contact aborts it.
            Err(Stop::Lost(error)) => Err(Stop::Lost(error)),
            Err(stop) => {
                asked.answered()?;
                Err(stop)
            }
        }
    }

    /// Aborts tasks of runs that ended in the midst of them. What does not
    /// work now is left to the next time, or to the deadline.
    pub(super) fn abort_orphans(&mut self) {
        let orphans = pending::orphans(&self.folder.join("tasks")).unwrap_or_default();
        for orphan in orphans {
            if !matches!(self.end("abortTask", &orphan.asked.id), Err(Stop::Lost(_))) {
                let _next_time = orphan.answered();
            }
        }
    }

    fn end(&self, how: &str, id: &str) -> Result<Option<u32>, Stop> {
        let licence = self.licence_or_none()?;
        let input = End { licence_id: &licence, task_id: id };
        let told: Told = self.link()?.change(how, "meter { left }", &input, self.who())?;
        Ok(told.meter.left)
    }
}

impl Task<'_> {
    /// The work is done: its units are spent. How many are left, if they are
    /// counted. After [`Stop::Lost`] it may be committed again.
    ///
    /// # Errors
    /// The store's no, such as `EXPIRED` after the deadline; [`Stop::Lost`];
    /// as [`crate::journal::Journal::spend`] for units taken along.
    pub fn commit(&mut self) -> Result<Option<u32>, Stop> {
        match &self.course {
            Course::Free | Course::Over => Ok(None),
            Course::Here { id, begun } => {
                let spent = self.app.session.consume_at(&self.meter, id, self.units, *begun)?;
                self.course = Course::Over;
                Ok(spent.map(|spent| spent.left))
            }
            Course::There(asked) => {
                let told = self.app.end("commitTask", &asked.asked.id);
                if !matches!(told, Err(Stop::Lost(_))) {
                    self.close()?;
                }
                told
            }
        }
    }

    /// The work was not done: nothing is spent.
    ///
    /// # Errors
    /// As [`Task::commit`]; nothing is spent all the same.
    pub fn abort(mut self) -> Result<(), Stop> {
        self.give_up()
    }

    fn give_up(&mut self) -> Result<(), Stop> {
        match &self.course {
            Course::Free | Course::Over | Course::Here { .. } => {
                self.course = Course::Over;
                Ok(())
            }
            Course::There(asked) => {
                self.app.end("abortTask", &asked.asked.id)?;
                self.close()
            }
        }
    }

    /// The store has answered for good.
    fn close(&mut self) -> Result<(), Stop> {
        match std::mem::replace(&mut self.course, Course::Over) {
            Course::There(asked) => Ok(asked.answered()?),
            Course::Free | Course::Here { .. } | Course::Over => Ok(()),
        }
    }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        // What the store does not hear now, it hears at the next contact.
        let _next_time = self.give_up();
    }
}
