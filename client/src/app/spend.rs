//! Spending units: from what was taken along, otherwise at the store.

use serde::{Deserialize, Serialize};

use super::App;
use super::pending::{self, Pending};
use crate::code::Code;
use crate::code::claims::LeaseClaim;
use crate::journal::ID_BYTES_MAX;
use crate::stop::Stop;
use crate::verdict::{Denied, Verdict};

/// What came of spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// Nothing is counted: the program is owned, or rented by time.
    Free,
    /// Units taken along were spent; so many of them are left here.
    Here(u32),
    /// Units were spent at the store; so many are left there.
    There(u32),
}

/// Units that were taken along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// How many can be spent here now.
    pub left: u32,
    /// The code with them.
    pub lease: LeaseClaim,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Consume<'a> {
    licence_id: &'a str,
    meter: &'a str,
    units: u32,
    consume_id: &'a str,
}

#[derive(Deserialize)]
struct Told {
    meter: Meter,
}

/// What is left on a meter at the store.
#[derive(Deserialize)]
pub(super) struct Meter {
    /// Nothing if they are not counted.
    pub(super) left: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeaseUnits<'a> {
    licence_id: &'a str,
    meter: &'a str,
    units: u32,
    lease_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SettleLease<'a> {
    licence_id: &'a str,
    lease_id: &'a str,
    report: &'a str,
}

#[derive(Deserialize)]
struct WithCode {
    code: Option<String>,
}

/// Where units come from.
enum From {
    Free,
    Here,
    There,
}

impl App {
    /// Spends units of a meter, such as `use`. An answer that was lost is
    /// asked for again by the next call, also of another run: what was charged
    /// is had.
    ///
    /// # Errors
    /// As [`App::check`]; `USES_EXHAUSTED`; [`Stop::Lost`] if no units were
    /// taken along and the store does not answer.
    pub fn consume(&mut self, meter: &str, units: u32) -> Result<Consumed, Stop> {
        let code = self.check()?;
        match self.source(&code, meter, units)? {
            From::Free => Ok(Consumed::Free),
            From::Here => self.spend_here(meter, &pending::name(&self.world)?, units),
            From::There => {
                let asked = Pending::begin(&self.folder.join("asked"), meter, units, &self.world)?;
                let told = self.spend_there(meter, &asked.asked.id.clone(), units);
                if !matches!(told, Err(Stop::Lost(_))) {
                    asked.answered()?;
                }
                self.or_here(&code, meter, told)
            }
        }
    }

    /// Off-line, what stops is that nothing is left here.
    pub(super) fn or_here<T>(&self, code: &Code, meter: &str, told: Result<T, Stop>) -> Result<T, Stop> {
        match told {
            Err(Stop::Lost(_)) if code.lease(meter).is_some() => Err(self.none_here(code, meter)),
            told => told,
        }
    }

    /// Why nothing can be spent without a network.
    pub(super) fn none_here(&self, code: &Code, meter: &str) -> Stop {
        let verdict = match code.lease(meter) {
            None => Verdict::UsesExhausted,
            Some(lease) if lease.settle_by <= self.session.now() => Verdict::LeaseExpired,
            Some(_) => Verdict::LeaseExhausted,
        };
        Denied::new(verdict, "too few of the units taken along are left, and the store does not answer")
            .into()
    }

    /// Spends units under a name made by the caller, who asks again under the
    /// same name until there is an answer.
    ///
    /// # Errors
    /// As [`App::consume`]; `InvalidInput` for a name that is empty or longer
    /// than [`ID_BYTES_MAX`].
    pub fn consume_as(&mut self, id: &str, meter: &str, units: u32) -> Result<Consumed, Stop> {
        if id.is_empty() || id.len() > ID_BYTES_MAX {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).into());
        }
        let code = self.check()?;
        match self.source(&code, meter, units)? {
            From::Free => Ok(Consumed::Free),
            From::Here => self.spend_here(meter, id, units),
            From::There => self.spend_there(meter, id, units),
        }
    }

    /// What was taken along comes first: it is paid for and needs no network.
    fn source(&self, code: &Code, meter: &str, units: u32) -> Result<From, Stop> {
        match code.lease(meter) {
            None if code.claims().counted.is_empty() => Ok(From::Free),
            Some(_) if self.is_here(code, meter, units)? => Ok(From::Here),
            _ if self.link.is_none() => Err(self.none_here(code, meter)),
            _ => Ok(From::There),
        }
    }

    /// Whether so many units were taken along and can still be spent.
    pub(super) fn is_here(&self, code: &Code, meter: &str, units: u32) -> Result<bool, Stop> {
        match code.lease(meter) {
            Some(lease) if lease.settle_by > self.session.now() => Ok(self.session.left(meter)? >= units),
            Some(_) | None => Ok(false),
        }
    }

    fn spend_here(&mut self, meter: &str, id: &str, units: u32) -> Result<Consumed, Stop> {
        match self.session.consume(meter, id, units)? {
            Some(spent) => Ok(Consumed::Here(spent.left)),
            None => Ok(Consumed::Free),
        }
    }

    fn spend_there(&self, meter: &str, id: &str, units: u32) -> Result<Consumed, Stop> {
        let licence = self.licence_or_none()?;
        let input = Consume { licence_id: &licence, meter, units, consume_id: id };
        let told: Told = self.link()?.change("consume", "meter { left }", &input, self.who())?;
        Ok(told.meter.left.map_or(Consumed::Free, Consumed::There))
    }

    /// Takes units along, to be spent without a network.
    ///
    /// # Errors
    /// The store's no, such as `USES_EXHAUSTED`; [`Stop::Lost`].
    pub fn lease(&mut self, meter: &str, units: u32) -> Result<Taken, Stop> {
        let licence = self.licence_or_none()?;
        // Asked again under the same name, the same units are taken.
        let asked = Pending::begin(&self.folder.join("leasing"), meter, units, &self.world)?;
        let input = LeaseUnits { licence_id: &licence, meter, units, lease_id: &asked.asked.id };
        let told = self.link()?.change::<WithCode>("leaseUnits", "code", &input, self.who());
        if !matches!(told, Err(Stop::Lost(_))) {
            asked.answered()?;
        }
        let bundle = told?.code.unwrap_or_default();
        let code = self.take_code(&bundle)?;
        let none = || Stop::refused("the store's code does not bring the units along");
        let lease = code.lease(meter).ok_or_else(none)?.clone();
        Ok(Taken { left: self.session.left(meter)?, lease })
    }

    /// Tells the store what was spent of all leases.
    ///
    /// # Errors
    /// `STATE_FORKED` if the store knows another course of things.
    pub fn settle(&mut self) -> Result<(), Stop> {
        for lease in self.session.known()?.claims().meters.clone() {
            self.tell(&lease, false)?;
        }
        Ok(())
    }

    /// Gives back what is left of a lease: from now on nothing is spent here.
    ///
    /// # Errors
    /// As [`App::settle`]; `USES_EXHAUSTED` if there is no lease.
    pub fn give_back(&mut self, meter: &str) -> Result<(), Stop> {
        let known = self.session.known()?;
        let none = Denied::new(Verdict::UsesExhausted, "no units were taken along");
        let lease = known.lease(meter).ok_or(none)?.clone();
        self.tell(&lease, true)
    }

    fn tell(&mut self, lease: &LeaseClaim, is_over: bool) -> Result<(), Stop> {
        let report = match is_over {
            true => self.session.give_back(&lease.code)?,
            false => self.session.report(&lease.code)?,
        };
        let licence = self.licence_or_none()?;
        let report = serde_json::to_string(&report).map_err(std::io::Error::from)?;
        let input = SettleLease { licence_id: &licence, lease_id: &lease.lease, report: &report };
        let told: WithCode = self.link()?.change("settleLease", "code", &input, self.who())?;
        match told.code {
            Some(code) => self.take_code(&code).map(|_code| ()),
            None => Ok(()),
        }
    }

    /// Along with other news: what does not work now is told the next time,
    /// and a lease that is over closes by itself.
    pub(super) fn settle_quietly(&mut self) {
        let _next_time = self.settle();
    }
}
