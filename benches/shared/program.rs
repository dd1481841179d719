//! The program itself, started on a folder of its own, and ended by its
//! process number.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A server under way; it ends with this value.
pub struct Program {
    child: Child,
    /// Held open: a program may say more than its address.
    _output: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The program that was built beside this benchmark.
pub fn farthing() -> Result<PathBuf, Box<dyn std::error::Error + Send + Sync>> {
    let path = std::env::current_exe()?.with_file_name("farthing");
    if path.is_file() { Ok(path) } else { Err("build it first: cargo build --release".into()) }
}

/// Makes a market in `data` with an account of its staff; that account's key.
pub fn add_staff(data: &Path) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let made = Command::new(farthing()?)
        .args(["user", "add-vendor", "--handle", "bench-vendor", "--data"])
        .arg(data)
        .output()?;
    let words = String::from_utf8_lossy(&made.stdout).into_owned();
    Ok(words.split_whitespace().last().ok_or("no account key")?.to_owned())
}

impl Program {
    /// Serves the market in `data`.
    pub fn serve(data: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::serve_with(data, &[])
    }

    /// Serves the market in `data` with these settings.
    pub fn serve_with(
        data: &Path,
        settings: &[(&str, &str)],
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut command = Command::new(farthing()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.env("FARTHING_LIMITS", "off").env("FARTHING_LOG__FILTER", "error");
        command.envs(settings.iter().copied());
        Self::start(command)
    }

    /// Starts a command that prints a line with `http://ADDRESS` in it.
    pub fn start(mut command: Command) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            if let Some((_, address)) = line.split_once("http://") {
                let address = address.trim().parse()?;
                return Ok(Self { child, _output: output, address });
            }
            line.clear();
        }
        Err("it ended before it listened".into())
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its resident memory in kilobytes, of which files mapped and shared.
    pub fn memory(&self) -> (u64, u64) {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        (field("VmRSS:").unwrap_or(0), field("RssFile:").unwrap_or(0))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
