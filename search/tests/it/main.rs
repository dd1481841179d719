//! The index from outside, on a small market and on real files.

#[cfg(test)]
mod folder;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod market;
#[cfg(test)]
mod narrowing;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod relevance;
