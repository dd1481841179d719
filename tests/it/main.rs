//! The whole house, tested from outside: one binary, a module a subject.

#[cfg(test)]
mod simulator;
#[cfg(test)]
mod store;
