//! The whole house, tested from outside: one binary, a module a subject.

#[cfg(test)]
mod access;
#[cfg(test)]
mod arrows;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod software;
#[cfg(test)]
mod store;
#[cfg(test)]
mod stripe;
#[cfg(test)]
mod tidy;
