//! What SQL adds to the rules: both databases, their constraints, the writer,
//! paging, and races.

mod main_job;
