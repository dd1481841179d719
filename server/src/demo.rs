//! `farthing demo`: a lively market to look around in.

use std::process::ExitCode;

use crate::config::Config;

/// Serves the demo.
///
/// # Errors
/// When it cannot be served.
pub async fn run(config: Config) -> Result<ExitCode, String> {
    crate::run::run_server(config).await
}
