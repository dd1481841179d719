//! A store of one program over HTTP, which signs for real and counts what it
//! serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use pasetors::keys::{AsymmetricKeyPair, Generate};
use pasetors::paserk::{FormatAsPaserk, Id};
use pasetors::version4::{PublicToken, V4};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const STORE: &str = "127.0.0.1";

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// A release and what is wrong with it.
#[derive(Clone)]
pub(crate) struct Release {
    pub(crate) version: &'static str,
    pub(crate) seq: u64,
    pub(crate) is_stale: bool,
    pub(crate) by_stranger: bool,
    /// Served instead of what was signed.
    pub(crate) other_bytes: bool,
    pub(crate) detect: Value,
}

impl Release {
    pub(crate) fn of(version: &'static str, seq: u64) -> Self {
        Self { version, seq, is_stale: false, by_stranger: false, other_bytes: false, detect: json!([]) }
    }

    /// A program that says its version. Drawing counts as a use.
    fn program(&self) -> Vec<u8> {
        let padding = "#".repeat(200_000);
        let counts = "[ \"$1\" != draw ] || \"$FARTHING_GET\" consume inkwell >/dev/null || exit";
        let says = format!("echo inkwell {} $1\nexit ${{2:-0}}", self.version);
        format!("#!/bin/sh\n{counts}\n{says}\n{padding}\n").into_bytes()
    }
}

/// What the store is like now.
pub(crate) struct State {
    pub(crate) release: Release,
    /// What it tells who asks for the newest in a range of versions.
    pub(crate) older: Option<Release>,
    pub(crate) price: &'static str,
    /// Which versions the licence covers; nothing is had without.
    pub(crate) covers: Option<&'static str>,
    /// How many uses are left, if it is rented by use and not bought.
    pub(crate) uses: Option<u32>,
    /// How many more bytes are served before a download is cut, each time.
    pub(crate) cut_after: Option<usize>,
    pub(crate) loses_answers: bool,
    pub(crate) is_signed_out: bool,
    /// Whether the store has many things, and tells of them in parts.
    pub(crate) is_large: bool,
    /// Bytes of programs that were served.
    pub(crate) served: usize,
    /// All that was asked, by the mutation's name, with its input.
    pub(crate) asked: Vec<(String, Value)>,
    /// Every request, head and body.
    pub(crate) heard: Vec<String>,
}

pub(crate) struct Shop {
    address: String,
    state: Arc<Mutex<State>>,
    keys: Arc<Keys>,
}

struct Keys {
    root: AsymmetricKeyPair<V4>,
    codes: AsymmetricKeyPair<V4>,
    time: AsymmetricKeyPair<V4>,
    revocations: AsymmetricKeyPair<V4>,
    publisher: AsymmetricKeyPair<V4>,
    stranger: AsymmetricKeyPair<V4>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a small store works");
        let address = format!("http://{}", listener.local_addr().expect("a small store works"));
        let state = State {
            release: Release::of("1.0.0", 1),
            older: None,
            price: "12",
            covers: Some("*"),
            uses: None,
            cut_after: None,
            loses_answers: false,
            is_signed_out: false,
            is_large: false,
            served: 0,
            asked: Vec::new(),
            heard: Vec::new(),
        };
        let pair = || AsymmetricKeyPair::<V4>::generate().expect("a small store works");
        let keys = Keys {
            root: pair(),
            codes: pair(),
            time: pair(),
            revocations: pair(),
            publisher: pair(),
            stranger: pair(),
        };
        let (state, keys) = (Arc::new(Mutex::new(state)), Arc::new(keys));
        let shop = Self { address, state: Arc::clone(&state), keys: Arc::clone(&keys) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, keys) = (Arc::clone(&state), Arc::clone(&keys));
                thread::spawn(move || answer(&stream, &state, &keys));
            }
        });
        shop
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn root(&self) -> String {
        text(&self.keys.root.public)
    }

    pub(crate) fn stranger(&self) -> String {
        text(&self.keys.stranger.public)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a small store works")
    }

    /// How often a mutation was asked for.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.state().asked.iter().filter(|(asked, _)| asked == name).count()
    }
}

fn text(it: &impl FormatAsPaserk) -> String {
    let mut text = String::new();
    it.fmt(&mut text).expect("a small store works");
    text
}

fn now() -> i64 {
    // The command under test asks the same clock.
    client::world::World::system().wall().millis()
}

fn sign(pair: &AsymmetricKeyPair<V4>, kind: &str, says: &Value) -> String {
    let footer = json!({"kid": text(&Id::from(&pair.public))}).to_string();
    let (says, assertion) = (says.to_string(), format!("{STORE}/{kind}/v1"));
    let (footer, assertion) = (Some(footer.as_bytes()), Some(assertion.as_bytes()));
    PublicToken::sign(&pair.secret, says.as_bytes(), footer, assertion).expect("a small store works")
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Keys {
    fn claim(&self, role: &str) -> Value {
        let pair = match role {
            "authz" => &self.codes,
            "time" => &self.time,
            _ => &self.revocations,
        };
        // The same for as long as a test runs.
        let from = now() / DAY * DAY - DAY;
        json!({"key": text(&pair.public), "role": role, "nbf": from, "exp": from + 60 * DAY})
    }

    /// A message with the certificate of its key.
    fn bundle(&self, pair: &AsymmetricKeyPair<V4>, kind: &str, role: &str, says: &Value) -> String {
        let claim = json!({"v": 1, "typ": "cert", "iss": STORE, "set": 1, "key": self.claim(role)});
        json!({"code": sign(pair, kind, says), "keys": [sign(&self.root, "cert", &claim)]}).to_string()
    }

    fn about_itself(&self) -> Value {
        let iat = now() / DAY * DAY;
        let keys: Vec<Value> =
            ["authz", "time", "revocation"].into_iter().map(|role| self.claim(role)).collect();
        let set = json!({"v": 1, "typ": "keys", "iss": STORE, "ver": 1, "iat": iat, "keys": keys});
        let list = json!({"v": 1, "typ": "revoked", "iss": STORE, "ver": 1, "iat": iat, "next": iat + DAY, "revoked": []});
        json!({"store": STORE, "root": text(&self.root.public), "roots": [], "keys": sign(&self.root, "keys", &set),
            "revoked": self.bundle(&self.revocations, "revoked", "revocation", &list)})
    }

    fn time(&self, nonce: &Value) -> String {
        let says = json!({"v": 1, "typ": "time", "iss": STORE, "nonce": nonce, "now": now()});
        self.bundle(&self.time, "time", "time", &says)
    }

    fn code(&self, device: &str, covers: &str, is_counted: bool) -> String {
        let iat = now();
        let mut says = json!({"v": 1, "typ": "authz", "iss": STORE, "jti": "code-1", "ent": "licence-1", "gen": 1,
            "prod": "inkwell", "pub": "ada", "basis": "purchase", "dev": device, "iat": iat, "nbf": iat - DAY,
            "ver": covers});
        if is_counted {
            (says["basis"], says["exp"], says["counted"]) =
                (json!("rental"), json!(iat + DAY), json!(["use"]));
        }
        self.bundle(&self.codes, "authz", "authz", &says)
    }

    fn manifest(&self, release: &Release) -> String {
        let program = release.program();
        let (size, hash) = (program.len(), sha256(&program));
        let exp = if release.is_stale { now() - 1 } else { now() + DAY };
        let says = json!({"v": 1, "typ": "release", "iss": STORE, "prod": "inkwell", "pub": "ada",
            "seq": release.seq, "version": release.version, "channel": "stable", "iat": 0, "exp": exp,
            "artifacts": [{"os": std::env::consts::OS, "arch": std::env::consts::ARCH, "kind": "binary",
                "size": size, "sha256": hash, "main": "bin/inkwell",
                "files": [{"path": "bin/inkwell", "size": size, "sha256": hash, "exec": true}]}],
            "detect": release.detect});
        sign(if release.by_stranger { &self.stranger } else { &self.publisher }, "release", &says)
    }
}

fn offer(price: &str) -> Value {
    json!({"id": "offer-1", "kind": "PURCHASE", "price": price, "sentence": "To keep"})
}

fn licence(state: &State) -> Value {
    json!({"id": "licence-1", "product": "inkwell", "verdict": "VALID", "covers": state.covers, "endsAt": null,
        "meters": [], "devices": [], "devicesMax": 2, "extensions": [], "conversions": []})
}

fn queried(query: &str, variables: &Value, state: &State, keys: &Keys) -> Value {
    if query.contains("signedTime") {
        let time = keys.time(&variables["nonce"]);
        return json!({"signedTime": time, "deviceNonce": "n", "storeKeys": keys.about_itself()});
    }
    if query.contains("storeKeys") {
        return json!({"storeKeys": keys.about_itself()});
    }
    if query.contains("software(slug") {
        let asked = if variables["covers"].is_null() { Some(&state.release) } else { state.older.as_ref() };
        let release =
            asked.map(|release| json!({"version": release.version, "manifest": keys.manifest(release)}));
        let software = json!({"publisherKey": text(&keys.publisher.public), "offers": [offer(state.price)],
            "listing": {"title": "Inkwell", "seller": {"handle": "ada"}}, "release": release});
        return json!({"software": if variables["slug"] == "inkwell" { software } else { Value::Null }});
    }
    if query.contains("search(") {
        return json!({"search": {"totalCount": if state.is_large { 431 } else { 1 }, "edges": [
            {"node": {"title": "Inkwell", "price": state.price, "software": {"slug": "inkwell"}}}]}});
    }
    if query.contains("licences") {
        let mut nodes: Vec<Value> = state.covers.iter().map(|_| json!({"node": licence(state)})).collect();
        let has_more = state.is_large && variables["after"].is_null();
        if has_more {
            let mut other = licence(state);
            other["product"] = json!("another");
            nodes = vec![json!({"node": other})];
        }
        let licences = json!({"edges": nodes, "pageInfo": {"hasNextPage": has_more, "endCursor": "c"}});
        return json!({"me": if state.is_signed_out { Value::Null } else { json!({"licences": licences}) }});
    }
    json!({"deviceNonce": "n"})
}

fn changed(name: &str, input: &Value, state: &mut State, keys: &Keys) -> Value {
    let no = |code: &str, extra: Value| {
        let mut error = json!({"code": code, "message": "no"});
        error
            .as_object_mut()
            .expect("a small store works")
            .extend(extra.as_object().expect("a small store works").clone());
        json!({"userErrors": [error]})
    };
    match name {
        "signInByCode" => {
            json!({"sessionToken": "secret-token", "user": {"handle": "bob"}, "userErrors": []})
        }
        "buy" if input["expectedPrice"] != state.price => no("PRICE_CHANGED", json!({"now": state.price})),
        "buy" | "activateDevice" | "deactivateDevice" => json!({"licence": licence(state), "userErrors": []}),
        "authorize" => match state.covers {
            Some(covers) => {
                let download = (input["want"] == "CODE_AND_DOWNLOAD").then(|| json!({"url": format!("/download/{}", input["artifact"].as_str().unwrap_or_default())}));
                let code = keys.code(
                    input["device"].as_str().expect("a small store works"),
                    covers,
                    state.uses.is_some(),
                );
                json!({"code": code, "download": download, "userErrors": []})
            }
            None => no("DENIED", json!({"verdict": "REVOKED"})),
        },
        "consume" => match state.uses.and_then(|uses| uses.checked_sub(1)) {
            Some(left) => {
                state.uses = Some(left);
                json!({"meter": {"left": left}, "userErrors": []})
            }
            None => no("DENIED", json!({"verdict": "USES_EXHAUSTED"})),
        },
        other => panic!("{other}?"),
    }
}

fn answer(stream: &TcpStream, state: &Mutex<State>, keys: &Keys) {
    // A connection that breaks is the command's to mend.
    let _broken = answer_or_break(stream, state, keys);
}

fn answer_or_break(mut stream: &TcpStream, state: &Mutex<State>, keys: &Keys) -> std::io::Result<()> {
    let (head, body) = request(stream)?;
    state.lock().expect("a small store works").heard.push(format!("{head}{body}"));
    if head.starts_with("GET") {
        return download(stream, &head, state);
    }
    let asked: Value = serde_json::from_str(&body)?;
    let (query, variables) = (asked["query"].as_str().expect("a small store works"), &asked["variables"]);
    let mut state = state.lock().expect("a small store works");
    let data = match query.split_once("done: ") {
        None => queried(query, variables, &state, keys),
        Some((_, rest)) => {
            let name = rest.split('(').next().expect("a small store works");
            state.asked.push((name.to_owned(), variables["input"].clone()));
            if state.loses_answers {
                return Ok(());
            }
            json!({"done": changed(name, &variables["input"], &mut state, keys)})
        }
    };
    drop(state);
    let body = json!({"data": data}).to_string();
    write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn download(mut stream: &TcpStream, head: &str, state: &Mutex<State>) -> std::io::Result<()> {
    let mut state = state.lock().expect("a small store works");
    // Which artifact is meant stands at the end of the address.
    let is_older =
        |older: &Release| head.starts_with(&format!("GET /download/{} ", sha256(&older.program())));
    let mut program = state.older.clone().filter(is_older).unwrap_or_else(|| state.release.clone()).program();
    if state.release.other_bytes {
        program[20] ^= 1;
    }
    let (size, start) = (program.len(), head.split("range: bytes=").nth(1));
    let start: usize = start
        .and_then(|rest| rest.split('-').next())
        .map_or(0, |start| start.parse().expect("a small store works"));
    let part = &program[start..];
    let sent = &part[..state.cut_after.unwrap_or(part.len()).min(part.len())];
    state.served += sent.len();
    drop(state);
    let status = match start {
        0 => "200 OK".to_owned(),
        _ => format!("206 Partial Content\r\ncontent-range: bytes {start}-{}/{size}", size - 1),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nconnection: close\r\netag: \"a\"\r\ncontent-length: {}\r\n\r\n",
        part.len()
    )?;
    stream.write_all(sent)
}

fn request(stream: &TcpStream) -> std::io::Result<(String, String)> {
    let (mut reader, mut head, mut length) = (BufReader::new(stream), String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some(told) = line.to_lowercase().strip_prefix("content-length: ") {
            length = told.trim().parse().expect("a small store works");
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((head, String::from_utf8(body).expect("a small store works")))
}
