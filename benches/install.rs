//! What a buyer waits for: checking a code without a network, and installing
//! a large program, in time and memory, beside the least that could be done
//! in the same run (one signature; reading, hashing and copying the bytes).
//!
//! `cargo bench -p farthing-client --features http --bench install [-- MEGABYTES]`

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use client::code::PublicKey;
use client::http::{Address, Fetch, Http};
use client::install::Home;
use client::install::download::{Wanted, bring};
use client::package::{Artifact, FileClaim, Packing};
use client::release::Release;
use client::time::Moment;
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How large the program is, unless something else is said.
const MEGABYTES: u64 = 200;

/// How much is read and written at once.
const CHUNK_BYTES: usize = 64 * 1024;

fn main() -> Outcome<()> {
    let megabytes = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(MEGABYTES);
    codes()?;
    // The smaller one first: memory that does not grow stays where it was.
    for megabytes in [megabytes / 10, megabytes] {
        install(megabytes.max(1))?;
    }
    Ok(())
}

/// Runs something and tells how long it took.
fn timed<T>(run: impl FnOnce() -> Outcome<T>) -> Outcome<(T, Duration)> {
    #[expect(clippy::disallowed_methods, reason = "this program measures")]
    let began = Instant::now();
    let done = run()?;
    Ok((done, began.elapsed()))
}

/// Checking a code: its key's certificate and itself.
fn codes() -> Outcome<()> {
    const TIMES: u32 = 2_000;
    let made = made::Code::new()?;
    let ((), bare) = timed(|| (0..TIMES).try_for_each(|_| made.check_signature()))?;
    let ((), whole) = timed(|| (0..TIMES).try_for_each(|_| made.check()))?;
    println!(
        "code checked off-line: {:.0} us with its key's certificate; one signature alone {:.0} us; ratio {:.2}",
        micros(whole / TIMES),
        micros(bare / TIMES),
        whole.as_secs_f64() / bare.as_secs_f64()
    );
    Ok(())
}

fn micros(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1e6
}

/// Installing: downloaded over HTTP on this computer, hashed, unpacked, put in
/// place.
fn install(megabytes: u64) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("program");
    let artifact = write_program(&program, megabytes)?;
    let before = peak_kilobytes()?;
    let copied = folder.path().join("copied");
    let ((), bare) = timed(|| copy_hashed(&program, &copied))?;
    fs::remove_file(copied)?;
    let http = Http::new(Address::parse(&serve(program.clone())?)?);
    let home = Home::new(folder.path().join("home"));
    let wanted = Wanted { sha256: &artifact.sha256, size: artifact.size };
    let (archive, fetched) = timed(|| {
        let source = &mut Fetch::new(&http, Box::new(|| Ok("/program".to_owned())));
        Ok(bring(&home.downloads(), wanted, source, |_| {})?)
    })?;
    let ((), placed) = timed(|| {
        let release = release(artifact.clone());
        home.hold("inkwell")?.install(
            &release,
            &artifact,
            &mut File::open(&archive)?,
            Moment::default(),
            |_| Ok(()),
        )?;
        Ok(())
    })?;
    println!(
        "{megabytes} MB installed: {:.2} s (fetched and hashed {:.2} s, put in place {:.2} s); \
         hashed and copied once {:.2} s; ratio {:.2}; peak of memory {} KB, before {before} KB",
        (fetched + placed).as_secs_f64(),
        fetched.as_secs_f64(),
        placed.as_secs_f64(),
        bare.as_secs_f64(),
        (fetched + placed).as_secs_f64() / bare.as_secs_f64(),
        peak_kilobytes()?
    );
    Ok(())
}

/// A program of one file, of bytes that do not compress.
fn write_program(path: &Path, megabytes: u64) -> Outcome<Artifact> {
    let (mut file, mut hash, mut state) = (File::create(path)?, Sha256::new(), 88_172_645_463_325_252_u64);
    let mut chunk = vec![0_u8; 1_000_000];
    for _ in 0..megabytes {
        for word in chunk.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        hash.update(&chunk);
        file.write_all(&chunk)?;
    }
    file.sync_all()?;
    let (size, sha256, main) = (megabytes * 1_000_000, hex(&hash.finalize()), "inkwell".to_owned());
    let files = vec![FileClaim { path: main.clone(), size, sha256: sha256.clone(), exec: true }];
    let (os, arch) = ("linux".to_owned(), "x86_64".to_owned());
    Ok(Artifact { os, arch, kind: Packing::Binary, size, sha256, main, files })
}

fn release(artifact: Artifact) -> Release {
    Release {
        v: 1,
        typ: "release".to_owned(),
        iss: "shop.example".to_owned(),
        prod: "inkwell".to_owned(),
        publisher: "ada".to_owned(),
        seq: 1,
        version: semver::Version::new(1, 0, 0),
        channel: "stable".to_owned(),
        iat: Moment::default(),
        exp: Moment::from_millis(i64::MAX),
        artifacts: vec![artifact],
        detect: Vec::new(),
    }
}

/// The least that an install could do.
fn copy_hashed(from: &Path, to: &Path) -> Outcome<()> {
    let (mut from, mut to, mut hash) = (File::open(from)?, File::create(to)?, Sha256::new());
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = from.read(&mut chunk)?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        to.write_all(read)?;
    }
    std::hint::black_box(hash.finalize());
    Ok(to.sync_all()?)
}

/// A server of one file, a connection at a time; its memory is ours too.
fn serve(path: PathBuf) -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A connection that breaks is the client's to mend.
            let _broken = answer(&stream, &path);
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream, path: &Path) -> std::io::Result<()> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut file = File::open(path)?;
    let size = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n")?;
    std::io::copy(&mut file, &mut stream).map(|_bytes| ())
}

/// The most memory that this program has had resident.
fn peak_kilobytes() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak is told")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A code as a store makes it.
mod made {
    use client::code::claims::Claims;
    use client::code::sealed::open;
    use client::code::{Bundle, Kind, Trust};
    use pasetors::keys::{AsymmetricKeyPair, Generate};
    use pasetors::paserk::{FormatAsPaserk, Id};
    use pasetors::version4::{PublicToken, V4};
    use serde_json::{Value, json};

    use super::{Moment, Outcome, PublicKey};

    const STORE: &str = "shop.example";

    pub(super) struct Code {
        trust: Trust,
        bundle: Bundle,
        key: PublicKey,
    }

    impl Code {
        pub(super) fn new() -> Outcome<Self> {
            let (root, key) = (pair()?, pair()?);
            let key_text = text(&key.public);
            let keys = json!({"v": 1, "typ": "cert", "iss": STORE, "set": 1,
                "key": {"key": key_text, "role": "authz", "nbf": 0, "exp": 86_400_000}});
            let says = json!({"v": 1, "typ": "authz", "iss": STORE, "jti": "code-1", "ent": "licence-1",
                "gen": 1, "prod": "inkwell", "pub": "ada", "basis": "rental", "dev": "k4.pid.device",
                "iat": 0, "nbf": 0, "exp": 3_600_000, "rent_end": 3_600_000, "ver": "^1"});
            let bundle =
                Bundle { code: sign(&key, "authz", &says)?, keys: vec![sign(&root, "cert", &keys)?] };
            let trust = Trust::new(STORE, PublicKey::parse(&text(&root.public))?);
            Ok(Self { trust, bundle, key: PublicKey::parse(&key_text)? })
        }

        pub(super) fn check(&self) -> Outcome<()> {
            std::hint::black_box(self.trust.read(&self.bundle, Moment::default())?);
            Ok(())
        }

        pub(super) fn check_signature(&self) -> Outcome<()> {
            let claims: Claims = open(&self.bundle.code, &self.key, STORE, Kind::Code)?;
            std::hint::black_box(claims);
            Ok(())
        }
    }

    fn pair() -> Outcome<AsymmetricKeyPair<V4>> {
        AsymmetricKeyPair::<V4>::generate().map_err(|_| "no key can be made".into())
    }

    fn text(it: &impl FormatAsPaserk) -> String {
        let mut text = String::new();
        // Writing into a text does not fail.
        let _written = it.fmt(&mut text);
        text
    }

    fn sign(pair: &AsymmetricKeyPair<V4>, kind: &str, says: &Value) -> Outcome<String> {
        let footer = json!({"kid": text(&Id::from(&pair.public))}).to_string();
        let (says, assertion) = (says.to_string(), format!("{STORE}/{kind}/v1"));
        PublicToken::sign(&pair.secret, says.as_bytes(), Some(footer.as_bytes()), Some(assertion.as_bytes()))
            .map_err(|_| "the key does not sign".into())
    }
}
