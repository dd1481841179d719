//! A buyer's own computer: `farthing-get` and the sample programs, built as
//! buyers and publishers have them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::Program;

/// The folder in which the command and, under `examples`, the sample programs
/// lie; built once for all tests of a run.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let test = std::env::current_exe().expect("a running test knows where it lies");
        let profile = test.ancestors().nth(2).expect("cargo puts tests into PROFILE/deps");
        let target = profile.parent().expect("a profile has a folder of its own");
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["build", "--quiet", "-p", "farthing-get", "-p", "farthing-client"]);
        command.args(["--features", "farthing-client/http", "--bin", "farthing-get"]);
        command.args(["--example", "inkwell", "--example", "pressroom"]);
        command.arg("--target-dir").arg(target).arg("--manifest-path").arg(manifest);
        if profile.ends_with("release") {
            command.arg("--release");
        }
        let done = command.output().expect("cargo runs, since it runs this");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "the buyer's programs could not be built:\n{said}");
        profile.to_owned()
    })
}

/// A sample program as its publisher packs it: the program, and which store
/// it is sold in.
///
/// # Panics
/// If it cannot be built or packed.
#[must_use]
pub fn packed(sample: &str, sold: &Value) -> Vec<u8> {
    let program = std::fs::read(built().join("examples").join(sample)).expect("the sample is built");
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let sold = sold.to_string().into_bytes();
    let files = [(format!("bin/{sample}"), program, 0o755), ("bin/sold.json".to_owned(), sold, 0o644)];
    for (path, bytes, mode) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len()).expect("a sample is small"));
        header.set_mode(mode);
        header.set_cksum();
        archive.append_data(&mut header, path, bytes.as_slice()).expect("memory takes it");
    }
    let packed = archive.into_inner().and_then(GzEncoder::finish);
    packed.expect("memory takes it")
}

/// A computer on which nothing of the market is known yet.
pub struct Buyer {
    home: TempDir,
}

impl Default for Buyer {
    fn default() -> Self {
        Self::new()
    }
}

impl Buyer {
    /// A fresh computer.
    ///
    /// # Panics
    /// If there is no disk for it.
    #[must_use]
    pub fn new() -> Self {
        Self { home: TempDir::with_prefix("buyer-").expect("a temporary folder can be made") }
    }

    /// The user's own folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// `farthing-get` with these words, at a store.
    #[must_use]
    pub fn command(&self, store: &str, line: &str) -> Command {
        let mut command = Command::new(built().join("farthing-get"));
        command.args(line.split(' ')).stdin(Stdio::null()).env_clear();
        command.env("HOME", self.home()).env("FARTHING_HOME", self.home().join("farthing"));
        command.env("FARTHING_STORE", store);
        command
    }

    /// Runs it; all that came of it.
    ///
    /// # Panics
    /// If it cannot be run.
    #[must_use]
    pub fn runs(&self, store: &str, line: &str) -> Output {
        self.command(store, line).output().expect("the command can be run")
    }

    /// Runs it for a program that agrees to everything; the number that it
    /// ends with, and its answer.
    ///
    /// # Panics
    /// If it answers with no JSON.
    #[must_use]
    pub fn asks(&self, market: &Program, line: &str) -> (i32, Value) {
        let output = self.runs(&market.url(""), &format!("--json --yes {line}"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let json = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{line}: {output:?}"));
        (output.status.code().unwrap_or(-1), json)
    }

    /// Runs what has to be done.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    pub fn does(&self, market: &Program, line: &str) -> Value {
        let (exit, json) = self.asks(market, line);
        assert_eq!((exit, &json["ok"]), (0, &Value::Bool(true)), "{line}: {json}");
        json
    }
}
