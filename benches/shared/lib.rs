//! What the benchmarks share: CPU time, a bare client, and the program under
//! test.

pub mod client;
pub mod measure;
pub mod program;
