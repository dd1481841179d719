//! The API over a real store, without HTTP: people doing verbs.

#[cfg(test)]
mod access;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod house;
#[cfg(test)]
mod ids;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
mod mail;
#[cfg(test)]
mod schema;
mod software;
#[cfg(test)]
mod verbs;
