//! A PostgreSQL server for one run of the tests: made in a temporary folder
//! when the first test asks for it, reached through a socket in that folder,
//! and gone when the test program is gone, however that ended.
//!
//! A shell script owns the server. It waits on a pipe that only the test
//! program holds open; when the pipe closes, it stops the server that it
//! started, by the process number in the data folder, and removes the folder.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

/// Makes the server, says "ready", and waits for the pipe to close.
const SCRIPT: &str = r#"
set -eu
bin=$1
folder=$2
"$bin/initdb" --pgdata="$folder/data" --username=farthing --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$folder/made.log" 2>&1 || { tail -n 20 "$folder/made.log"; exit 1; }
end() {
    "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --silent stop || true
    rm -rf "$folder"
}
trap end EXIT
"$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/server.log" --wait --timeout=120 --silent \
    --options="-k $folder -c listen_addresses= -c max_connections=300 -c fsync=off \
    -c full_page_writes=off -c shared_buffers=64MB -c deadlock_timeout=200ms" start \
    || { tail -n 20 "$folder/server.log"; exit 1; }
echo ready
cat >/dev/null
"#;

/// The running server.
struct Server {
    folder: PathBuf,
    made: AtomicU32,
    /// Holds the pipe; never asked for anything, and never waited for.
    _script: Child,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start().unwrap_or_else(|why| panic!("{why}")));

/// The URL of a fresh and empty database.
///
/// # Panics
/// With a sentence that says what is missing, if there is no PostgreSQL.
pub async fn fresh() -> String {
    let server = &*SERVER;
    let name = format!("market_{}", server.made.fetch_add(1, Ordering::Relaxed));
    let made = server.connect("postgres").await.execute_unprepared(&format!("CREATE DATABASE {name}")).await;
    made.expect("a server of our own makes databases");
    server.url(&name)
}

/// Removes a database that [`fresh`] made, so that a long run needs little
/// room.
///
/// # Panics
/// If the server is gone.
pub async fn remove(url: &str) {
    let name = url.rsplit('/').next().and_then(|end| end.split('?').next()).unwrap_or_default();
    // The drivers of a test may still be hanging up.
    let sql = format!("DROP DATABASE {name} WITH (FORCE)");
    SERVER.connect("postgres").await.execute_unprepared(&sql).await.expect("a database of our own goes");
}

impl Server {
    fn start() -> Result<Self, String> {
        let bin = programs()?;
        let said = |what: &str, error: std::io::Error| format!("PostgreSQL for the tests: {what}: {error}");
        let owner = ordinary_user()?;
        // A socket's path may have 107 bytes, and an ordinary user must get
        // there: the system's folder rather than one of ours.
        let place = if owner.is_some() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("farthing-pg-").tempdir_in(place);
        let folder = folder.map_err(|error| said("no temporary folder", error))?.keep();
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT, "sh"]).arg(&bin).arg(&folder).current_dir(&folder);
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own, so that Ctrl-C in a terminal leaves it to clean up.
        script.process_group(0);
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group)).map_err(|error| said("chown", error))?;
            script.gid(group).uid(user);
        }
        let mut script = script.spawn().map_err(|error| said("sh does not start", error))?;
        let output = script.stdout.take().ok_or("PostgreSQL for the tests: no output")?;
        let mut heard = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| said("its output", error))?;
            if line == "ready" {
                return Ok(Self { folder, made: AtomicU32::new(0), _script: script });
            }
            heard.push(line);
        }
        Err(format!("PostgreSQL for the tests did not start:\n{}", heard.join("\n")))
    }

    fn url(&self, name: &str) -> String {
        let socket = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://farthing@localhost/{name}?host={socket}")
    }

    async fn connect(&self, name: &str) -> DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new(self.url(name));
        options.max_connections(1).sqlx_logging(false);
        Database::connect(options).await.expect("a server of our own answers")
    }
}

/// The folder with initdb and pg_ctl.
fn programs() -> Result<PathBuf, String> {
    let mut places: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    if let Ok(told) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(String::from_utf8_lossy(&told.stdout).trim()));
    }
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|found| found.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    places.extend(versions.into_iter().rev());
    places.push(PathBuf::from("/usr/local/pgsql/bin"));
    let complete =
        |place: &Path| ["initdb", "pg_ctl", "postgres"].iter().all(|name| place.join(name).is_file());
    places.into_iter().find(|place| complete(place)).ok_or_else(|| {
        "The store is tested on PostgreSQL too, and its programs (initdb, pg_ctl, postgres) were not found: \
         install the package \"postgresql\" or put their folder on the PATH."
            .to_owned()
    })
}

/// PostgreSQL refuses to run as root: then the user and group it runs as.
fn ordinary_user() -> Result<Option<(u32, u32)>, String> {
    let told = Command::new("id").arg("-u").output().map_err(|error| format!("id -u: {error}"))?;
    if String::from_utf8_lossy(&told.stdout).trim() != "0" {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    };
    let found = find("postgres").or_else(|| find("nobody"));
    found.map(Some).ok_or_else(|| "no ordinary user to run PostgreSQL as".to_owned())
}
