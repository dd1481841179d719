//! Software: what the server signs and the client reads, licences, meters.

mod devices;
mod races;
mod shop;
mod signed;
mod trade;
