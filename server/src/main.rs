//! The program `farthing`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run::run()
}
