//! The program itself, as an operator runs it: built once, started on a
//! folder of its own, ended by its process number, and audited at the end.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// How long the program may take to start or to end before a test fails;
/// nothing waits that long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// What starts the line that tells the address.
const OPEN_AT: &str = " is open at http://";

/// What stands before the address in the log, for a program that tells people
/// another one.
const LISTENS_AT: &str = r#""listening","address":""#;

/// Where the built program lies. `FARTHING_PROGRAM` names another one;
/// otherwise cargo brings it up to date, once for all tests of a run.
///
/// # Panics
/// If it cannot be built.
pub fn farthing() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| match std::env::var_os("FARTHING_PROGRAM") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

/// Builds with the same profile and into the same folder as these tests. All
/// members are named, so that dependencies are built with the features that
/// the tests have built them with already.
fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a running test knows where it lies");
    let profile = test.ancestors().nth(2).expect("cargo puts tests into PROFILE/deps");
    let target = profile.parent().expect("a profile has a folder of its own");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--workspace", "--bin", "farthing", "--target-dir"]).arg(target);
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
    let done = command.arg("--manifest-path").arg(manifest).output();
    let done =
        done.unwrap_or_else(|error| panic!("cargo is needed to build the program under test: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "the program under test could not be built:\n{said}");
    profile.join("farthing")
}

/// A market: its folder, and the program that serves it while it runs.
pub struct Program {
    folder: TempDir,
    settings: Vec<(String, String)>,
    running: Option<Running>,
    log: Arc<Mutex<String>>,
}

/// The program while it runs; ended with this value.
struct Running {
    child: Child,
    address: SocketAddr,
    lines: Receiver<String>,
}

impl Program {
    /// A new market without rate limits, served.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn fresh() -> Self {
        Self::with(&[("FARTHING_LIMITS", "off")])
    }

    /// A new market without rate limits, served from this PostgreSQL.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn on(postgres: &str) -> Self {
        Self::with(&[("FARTHING_LIMITS", "off"), ("FARTHING_DATABASE__URL", postgres)])
    }

    /// A new market under these environment variables, served.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut program = Self {
            folder: TempDir::with_prefix("farthing-").expect("a temporary folder can be made"),
            settings: settings.collect(),
            running: None,
            log: Arc::default(),
        };
        program.start();
        program
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(farthing());
        command.args(arguments).arg("--data").arg(self.data()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            // What the caller's own market is set to is not ours.
            if name.to_string_lossy().starts_with("FARTHING_") {
                command.env_remove(name);
            }
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Serves the folder, and returns once connections are taken.
    ///
    /// # Panics
    /// If it runs already or does not start.
    pub fn start(&mut self) {
        assert!(self.running.is_none(), "the program runs already");
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child =
            child.unwrap_or_else(|error| panic!("{} cannot be started: {error}", farthing().display()));
        let (sender, lines) = channel();
        let errors = child.stderr.take().expect("it was piped");
        let output = child.stdout.take().expect("it was piped");
        let mut running = Running { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), lines };
        self.listen(output, sender.clone());
        self.listen(errors, sender);
        let has_public_url = self.settings.iter().any(|(name, _)| name == "FARTHING_SERVER__PUBLIC_URL");
        while running.address.port() == 0 {
            let Ok(line) = running.lines.recv_timeout(PATIENCE) else {
                panic!("the program ended before it listened; it said:\n{}", self.log());
            };
            let found = match has_public_url {
                true => line.split_once(LISTENS_AT).and_then(|(_, rest)| rest.split('"').next()),
                false => line.split_once(OPEN_AT).map(|(_, address)| address.trim()),
            };
            if let Some(address) = found {
                running.address = address.parse().expect("the program tells where it listens");
            }
        }
        self.running = Some(running);
    }

    /// Keeps all that is said, and passes it on line by line.
    fn listen(&self, source: impl Read + Send + 'static, lines: Sender<String>) {
        let log = Arc::clone(&self.log);
        thread::spawn(move || {
            for line in BufReader::new(source).lines().map_while(Result::ok) {
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
                // Nobody reads on once the program has started.
                let _ = lines.send(line);
            }
        });
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the program was started")
    }

    /// Where it listens.
    ///
    /// # Panics
    /// If it does not run.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running().address
    }

    /// The whole address of a path.
    ///
    /// # Panics
    /// If it does not run.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The path of the link that makes the first vendor account, as it was
    /// printed at the first start.
    ///
    /// # Panics
    /// If none is printed.
    #[must_use]
    pub fn vendor_link(&self) -> String {
        const PATH: &str = "/vendor/start/";
        loop {
            let line = self.running().lines.recv_timeout(PATIENCE).expect("a first start prints a link");
            if let Some((before, code)) = line.split_once(PATH) {
                let host = before.trim().trim_start_matches("http://");
                assert_eq!(host, self.address().to_string(), "the printed link leads to the market");
                return format!("{PATH}{}", code.trim());
            }
        }
    }

    /// All that it has said since the first start.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The most memory that the program has had resident so far, in kilobytes.
    ///
    /// # Panics
    /// If the system does not tell.
    #[must_use]
    pub fn memory_peak_kb(&self) -> u64 {
        let path = format!("/proc/{}/status", self.running().child.id());
        let text = std::fs::read_to_string(path).expect("a running program has a status");
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak is told");
        line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("the peak is a number")
    }

    /// Ends it at once, in the midst of whatever it does.
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("the program was started");
        running.child.kill().expect("a child can be killed");
        running.child.wait().expect("a killed child ends");
    }

    /// Asks it to end, as an operator does, without waiting for that.
    ///
    /// # Panics
    /// If it does not run.
    pub fn ask_to_stop(&self) {
        let id = self.running().child.id();
        let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {id}")).status();
        assert!(asked.is_ok_and(|status| status.success()), "the program {id} can be asked to stop");
    }

    /// Asks it to end, and waits until it has ended well.
    ///
    /// # Panics
    /// If it does not, or ends badly.
    pub fn stop(&mut self) {
        self.ask_to_stop();
        self.wait();
    }

    /// Waits until it has ended well after [`Self::ask_to_stop`].
    ///
    /// # Panics
    /// If it does not, or ends badly.
    pub fn wait(&mut self) {
        let mut running = self.running.take().expect("the program was started");
        // Both outputs are closed when it has ended.
        loop {
            match running.lines.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    // The failure below matters, not this.
                    let _ = running.child.kill();
                    panic!("the program did not stop when asked; it said:\n{}", self.log());
                }
            }
        }
        let status = running.child.wait().expect("an ended child can be waited for");
        assert!(status.success(), "the program ended with {status}; it said:\n{}", self.log());
    }

    /// Runs another command on the folder.
    ///
    /// # Panics
    /// If it cannot be run.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the built program can be run")
    }

    /// Proves the books and the index of a stopped market.
    ///
    /// # Panics
    /// If anything is amiss.
    pub fn audit(&self) {
        let audit = self.run(&["audit", "--search"]);
        let (said, errors) = (String::from_utf8_lossy(&audit.stdout), String::from_utf8_lossy(&audit.stderr));
        assert!(audit.status.success(), "the audit found something:\n{said}\n{errors}\nlog:\n{}", self.log());
    }

    /// The end of a journey: stops it, and proves books and index. Nothing in
    /// the log may be an error.
    ///
    /// # Panics
    /// If anything is amiss.
    pub fn close(mut self) {
        self.stop();
        self.audit();
        let log = self.log();
        let bad = log.lines().find(|line| line.contains("ERROR") || line.contains("panicked"));
        assert_eq!(bad, None, "the log holds an error");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
