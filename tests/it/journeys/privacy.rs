//! Nothing personal is kept unless somebody typed it in: what a browser tells
//! of itself stands in no file afterwards, and in no line of the log.

use std::fs;
use std::path::{Path, PathBuf};

use tests::api::Api;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

/// What the browser tells, each unlike anything else.
const TOLD: [(&str, &str); 6] = [
    ("user-agent", "Sparrowhawk/77.31 (QuillOS; rv:9)"),
    ("referer", "https://hedgerow-diary.example/entry-5521"),
    ("accept-language", "gsw-CH-x-bramble"),
    ("x-forwarded-for", "203.0.113.187"),
    ("forwarded", "for=198.51.100.233"),
    ("from", "dunnock@hedgerow-diary.example"),
];

/// The parts to look for: also a part of it would be too much.
const TRACES: [&str; 9] = [
    "Sparrowhawk",
    "QuillOS",
    "hedgerow-diary",
    "entry-5521",
    "bramble",
    "203.0.113",
    "198.51.100",
    "dunnock@",
    "127.0.0.1:",
];

pub(super) fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of ours can be read") {
        let path = entry.expect("a folder of ours can be read").path();
        if path.is_dir() {
            files(&path, all);
        } else {
            all.push(path);
        }
    }
}

pub(super) fn find(bytes: &[u8], trace: &str) -> bool {
    bytes.windows(trace.len()).any(|window| window.eq_ignore_ascii_case(trace.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_tells_is_kept_nowhere() {
    let mut program = Program::with(&[("FARTHING_LIMITS", "off"), ("FARTHING_LOG__FILTER", "debug")]);
    let (seller, buyer) = (Visitor::sending(&program, &TOLD), Visitor::sending(&program, &TOLD));
    seller.opens_account().await;
    buyer.opens_account().await;
    let listing = seller.lists(&Item::goods("Willow basket", "9", "2")).await;
    let _ = buyer.finds("willow", &listing).await;
    let receipt = buyer.buys(&listing).await.expect(200);
    let order = super::site::order_path(&receipt);
    let form = buyer.get(&order).await.expect(200).form(&format!("{order}/confirm")).press("Yes");
    let _ = buyer.submit(form).await.expect(200);
    let _ = buyer.get("/nothing-here").await.expect(404);
    let _ = buyer.get("/listing/00000000-0000-7000-8000-000000000000").await.expect(404);
    let api = Api::opens_account(&program).await;
    let _ = api.tell("{ nonsense }", serde_json::json!({})).await;

    // Twice: what stands in the log beside the tables, and what is left.
    look(&program);
    program.stop();
    look(&program);
    program.audit();
}

fn look(program: &Program) {
    let mut all = Vec::new();
    files(program.data(), &mut all);
    assert!(
        all.iter().any(|path| path.extension().is_some_and(|ending| ending == "sqlite")),
        "the tables are there"
    );
    for path in all {
        let bytes = fs::read(&path).unwrap_or_default();
        for trace in TRACES {
            assert!(!find(&bytes, trace), "{} holds {trace}", path.display());
        }
    }
    // Where the program itself listens, it tells its operator.
    let words = [" is open at http://", "/vendor/start/", "listening"];
    let is_own = |line: &&str| words.iter().any(|word| line.contains(word));
    for line in program.log().lines().filter(|line| !is_own(line)) {
        for trace in TRACES {
            assert!(!find(line.as_bytes(), trace), "the log holds {trace}: {line}");
        }
    }
}
