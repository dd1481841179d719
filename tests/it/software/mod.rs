//! Software: what the server signs and the client reads, licences, meters.

mod signed;
