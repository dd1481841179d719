//! A real browser: Debian's chromium, driven by its chromedriver, as a person
//! in front of it would. What the browser complains about is a failure.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::Program;

/// How long an element may take to appear; nothing takes that long unless it
/// is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether pages may run script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// They may.
    On,
    /// The browser runs none.
    Off,
}

/// A browser with a profile of its own.
pub struct Browser {
    client: Client,
    base: String,
    /// Dropped before the profile, which is removed last.
    _driver: Driver,
    profile: TempDir,
}

/// The program that drives the browser; ended with this value.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Driver {
    /// Starts it on a free port. It takes the same port for both kinds of
    /// addresses and ends if one of them is taken: then it takes another.
    fn start() -> (Self, u16) {
        const TRIES: usize = 8;
        (0..TRIES).find_map(|_| Self::try_start()).expect("chromedriver tells its port")
    }

    fn try_start() -> Option<(Self, u16)> {
        const MISSING: &str = "the browser's journeys need chromium and chromedriver; on Debian: \
            apt-get install chromium chromium-driver";
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("{MISSING} ({error})"));
        let mut driver = Self(child);
        let output = driver.0.stdout.take()?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
        })?;
        // It must never wait for somebody to read what it says.
        std::thread::spawn(move || lines.for_each(drop));
        Some((driver, port))
    }
}

/// What the browser has to say about pages.
#[derive(Debug)]
struct ReadLog;

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

fn capabilities(profile: &TempDir, script: Script, width: Option<u32>) -> Capabilities {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A page that still moves cannot be clicked.
        "--force-prefers-reduced-motion",
        "--window-size=1280,1600",
        &profile,
    ];
    let mut options = json!({ "args": arguments });
    if script == Script::Off {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    if let Some(width) = width {
        let metrics = json!({ "width": width, "height": 640, "pixelRatio": 1, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    let all = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
    let Value::Object(all) = all else { unreachable!("the line above makes an object") };
    all
}

impl Browser {
    /// Opens a browser at the market's front page.
    ///
    /// # Panics
    /// If chromium or chromedriver are missing or do not start.
    pub async fn open(program: &Program, script: Script) -> Self {
        Self::open_on(program, script, None).await
    }

    /// Opens one on a phone whose screen is so many pixels wide.
    ///
    /// # Panics
    /// If chromium or chromedriver are missing or do not start.
    pub async fn on_a_phone(program: &Program, width: u32) -> Self {
        Self::open_on(program, Script::On, Some(width)).await
    }

    async fn open_on(program: &Program, script: Script, width: Option<u32>) -> Self {
        let profile = TempDir::with_prefix("farthing-browser-").expect("a temporary folder can be made");
        let (driver, port) = Driver::start();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let address = format!("http://127.0.0.1:{port}");
        let client = builder.capabilities(capabilities(&profile, script, width)).connect(&address).await;
        let client = client.unwrap_or_else(|error| panic!("chromium does not start: {error}"));
        let browser = Self { client, base: program.url(""), _driver: driver, profile };
        browser.goes_to("/").await;
        browser
    }

    /// Goes to a page by its address.
    ///
    /// # Panics
    /// If it does not load.
    pub async fn goes_to(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.base))
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The path and query of the page.
    ///
    /// # Panics
    /// If the browser does not tell.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("the browser is somewhere");
        url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// The element that a selector names, as soon as it is there.
    ///
    /// # Panics
    /// If it does not appear.
    pub async fn sees(&self, css: &str) -> Element {
        self.waits_for(Locator::Css(css)).await
    }

    /// Waits until a reader can see these words.
    ///
    /// # Panics
    /// If they do not appear.
    pub async fn reads(&self, words: &str) {
        let path = format!("//main//*[contains(normalize-space(.), \"{words}\")]");
        self.waits_for(Locator::XPath(&path)).await;
    }

    async fn waits_for(&self, what: Locator<'_>) -> Element {
        let found =
            self.client.wait().at_most(PATIENCE).every(Duration::from_millis(20)).for_element(what).await;
        match found {
            Ok(element) => element,
            Err(error) => {
                let page = self.client.source().await.unwrap_or_default();
                panic!("{what:?} is not at {}: {error}\n{}", self.path().await, crate::page::text_of(&page));
            }
        }
    }

    /// Clicks the link or button in the page whose words begin so.
    ///
    /// # Panics
    /// If there is none, or it cannot be clicked.
    pub async fn clicks(&self, label: &str) {
        let begins = format!("starts-with(normalize-space(.), \"{label}\")");
        let path = format!("//main//a[{begins}] | //main//button[{begins} and not(@tabindex = \"-1\")]");
        let element = self.waits_for(Locator::XPath(&path)).await;
        element.click().await.unwrap_or_else(|error| panic!("“{label}” cannot be clicked: {error}"));
    }

    /// Types into the field with this id in place of what stands there.
    ///
    /// # Panics
    /// If it cannot be typed into.
    pub async fn types(&self, id: &str, text: &str) {
        let field = self.sees(&format!("#{id}")).await;
        field.clear().await.expect("a field can be emptied");
        field.send_keys(text).await.unwrap_or_else(|error| panic!("#{id} takes no text: {error}"));
    }

    /// Presses keys wherever the focus is.
    ///
    /// # Panics
    /// If nothing takes them.
    pub async fn presses(&self, keys: &[Key]) {
        let text: String = keys.iter().map(|key| char::from(*key)).collect();
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(&text).await.expect("keys can be pressed");
    }

    /// The element that has the focus.
    ///
    /// # Panics
    /// If none has.
    pub async fn focused(&self) -> Element {
        self.client.active_element().await.expect("something has the focus")
    }

    /// Runs script in the page and gives its answer.
    ///
    /// # Panics
    /// If it fails.
    pub async fn asks(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The exact balance in the header.
    ///
    /// # Panics
    /// If nobody has signed in.
    pub async fn balance(&self) -> String {
        let figure = self.sees("[data-balance] data").await;
        figure.attr("value").await.expect("an attribute can be read").expect("the figure has its exact value")
    }

    /// Ends the browser. Whatever it had to complain about is a failure:
    /// errors of scripts, missing files, breaches of the content policy.
    ///
    /// # Panics
    /// If it complained.
    pub async fn close(self) {
        let log = self.client.issue_cmd(ReadLog).await.expect("the browser keeps a log");
        // A refused form is an answer that people see, not a complaint.
        let is_answer =
            |entry: &Value| entry["message"].as_str().is_some_and(|text| text.contains("status of 422"));
        let is_bad = |entry: &&Value| {
            matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")) && !is_answer(entry)
        };
        let complaints: Vec<&Value> =
            log.as_array().map_or(Vec::new(), |all| all.iter().filter(is_bad).collect());
        assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
        self.client.close().await.expect("the browser can be closed");
        // Its profile can be removed once it has let go of it.
        let lock = self.profile.path().join("SingletonLock");
        let ended = async {
            while lock.symlink_metadata().is_ok() {
                tokio::task::yield_now().await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, ended).await;
        assert!(ended.is_ok(), "the browser does not end");
    }
}
