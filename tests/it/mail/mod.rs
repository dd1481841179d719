//! Letters on their way to a real mail server, in each of its moods; and the
//! whole way through the program.

mod journey;
mod moods;
