//! The checks, checked: bad samples they must find, good ones they must not.

use super::check::{FILE_LINES_MAX, FUNCTION_LINES_MAX, check};

/// A sample at a path, and parts of what is said of it, in order.
fn expect(path: &str, text: &str, said: &[&str]) {
    let found = check(path, text, false);
    assert_eq!(found.len(), said.len(), "{path}: {found:?}\n{text}");
    for (fault, part) in found.iter().zip(said) {
        assert!(fault.contains(part), "{fault} should say {part}");
    }
}

fn function_of(lines: usize) -> String {
    format!("/// Said {{ well.\npub(crate) async fn long(\n) {{\n{}}}\n", "    step();\n".repeat(lines - 3))
}

#[test]
fn sizes() {
    expect("server/src/a.rs", &"// line\n".repeat(FILE_LINES_MAX), &[]);
    expect("server/src/a.rs", &"// line\n".repeat(FILE_LINES_MAX + 1), &["501: 501 lines"]);
    expect("frontend/style/a.css", &"a {}\n".repeat(FILE_LINES_MAX + 1), &["501 lines"]);
    expect("server/src/a.rs", &function_of(FUNCTION_LINES_MAX), &[]);
    expect("server/src/a.rs", &function_of(FUNCTION_LINES_MAX + 1), &["a.rs:2: long has 71 lines"]);
    let text = format!(
        "fn short() {{\n    let brace = '{{';\n    let text = \"{{\";\n}}\n{}",
        "// more\n".repeat(90)
    );
    expect("server/src/a.rs", &text, &[]);
    let within = format!("impl A {{\n    fn declared(&self);\n{}}}\n", "    const A: u8 = 1;\n".repeat(90));
    expect("server/src/a.rs", &within, &[]);
}

#[test]
fn unwrapping() {
    let bad = "fn a() {\n    b().unwrap();\n}\n";
    expect("server/src/a.rs", bad, &["a.rs:2: unwrap outside"]);
    expect("tests/src/a.rs", bad, &["unwrap outside"]);
    expect("tests/it/a.rs", bad, &[]);
    assert!(check("domain/src/gift/tests.rs", bad, true).is_empty());
    expect(
        "server/src/a.rs",
        "#[cfg(test)]\nmod tests {\n    fn a() {\n        b().unwrap();\n    }\n}\n",
        &[],
    );
    let after = "#[cfg(test)]\nmod tests {\n    fn a() {}\n}\nfn c() {\n    b().unwrap();\n}\n";
    expect("server/src/a.rs", after, &["a.rs:6: unwrap"]);
    expect(
        "server/src/a.rs",
        "#[cfg(test)]\nmod tests;\nfn c() {\n    b().unwrap();\n}\n",
        &["a.rs:4: unwrap"],
    );
    expect("server/src/a.rs", "// b().unwrap()\nconst A: &str = \"b().unwrap()\";\n", &[]);
    expect("server/src/a.rs", "const A: &str = r#\"\n\"b().unwrap()\"\n\"#;\n", &[]);
    expect("server/src/a.rs", "fn a() { b().unwrap_or(1) }\n", &[]);
}

#[test]
fn modules_for_tests() {
    let text =
        "mod a;\n#[cfg(test)]\nmod b;\npub mod c;\n#[cfg(test)]\npub(crate) mod d;\n#[cfg(test)]\nmod e {}\n";
    assert_eq!(super::source::test_modules(text), ["b", "d"]);
}

#[test]
fn allowing_and_clocks() {
    expect("server/src/a.rs", "#[allow(dead_code)]\nfn a() {}\n", &["allow: use expect"]);
    expect("server/src/a.rs", "#![allow(dead_code)]\n", &["allow: use expect"]);
    expect("server/src/a.rs", "#[expect(dead_code, reason = \"so\")]\nfn a() {}\n", &[]);
    expect("server/src/a.rs", "use std::time::SystemTime;\n", &["SystemTime"]);
    expect("store/src/world.rs", "use std::time::SystemTime;\n", &[]);
    expect("server/src/a.rs", "// SystemTime is asked elsewhere.\n", &[]);
}

#[test]
fn floats_near_money() {
    for path in ["domain/src/a.rs", "store/src/a.rs", "graphql/src/a.rs", "frontend/src/view/wallet.rs"] {
        expect(path, "fn a(amount: f64) {}\n", &["f64 near money"]);
        expect(path, "const A: i64 = 2.0f32;\n", &["f32 near money"]);
        expect(path, "const A: i64 = 0xf64; // f64\n", &[]);
    }
    expect("search/src/a.rs", "fn a(score: f32) {}\n", &[]);
    expect("frontend/src/art/motif.rs", "fn a(angle: f32) {}\n", &[]);
}

#[test]
fn words_and_places() {
    expect("server/src/a.rs", "// TODO later\n", &["TODO"]);
    expect("frontend/templates/a.html", "<!-- FIXME -->\n", &["FIXME"]);
    expect("frontend/script/a.js", "let a = 1; // XXX\n", &["XXX"]);
    expect("server/src/a.rs", "// A TODOLIST is no mark.\n", &[]);
    expect("tests/run", "cd /work/main\n", &["/work/"]);
    expect("server/src/a.rs", "const A: &str = \"/root/data\";\n", &["/root/"]);
    expect("server/src/a.rs", "const A: &str = \"network/working\";\n", &[]);
}
