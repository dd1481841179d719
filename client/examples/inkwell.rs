//! Inkwell, a drawing program that is rented by uses: each start is one.

use std::process::ExitCode;

use client::app::Consumed;
use client::stop::Stop;

mod shared;

fn main() -> ExitCode {
    shared::end(draw())
}

fn draw() -> Result<(), Stop> {
    let version = std::env::var("INKWELL_VERSION").unwrap_or_else(|_| "1.0.0".to_owned());
    let mut app = shared::open("inkwell", &version)?;
    match app.consume("use", 1)? {
        Consumed::Free => println!("inkwell draws; nothing is counted"),
        Consumed::Here(left) => println!("inkwell draws; {left} uses taken along are left"),
        Consumed::There(left) => println!("inkwell draws; {left} uses are left"),
    }
    Ok(())
}
