//! People doing things, over HTTP and in a real browser, with the program as
//! an operator runs it. Each journey ends with a graceful stop and an audit.

mod api;
mod browser;
mod desk;
mod disputes;
mod files;
mod forms;
mod gifts;
mod guards;
mod hostile;
mod hostile_api;
mod limits;
mod live;
mod narrow;
mod papers;
mod paying;
mod privacy;
mod publisher;
mod rented;
mod shortcuts;
mod site;
mod software;
mod stripe;
mod topups;
mod vendor;
mod vouchers;
