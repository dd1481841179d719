//! The house rules that a program can check: sizes, banned words, where the
//! clock may be read, where floats may be, which folders there are.

mod check;
mod samples;
mod source;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders of the house.
const FOLDERS: &[&str] = &[
    ".ci",
    "benches",
    "client",
    "docs",
    "domain",
    "frontend",
    "fuzz",
    "graphql",
    "migrations",
    "package",
    "search",
    "server",
    "store",
    "tests",
    ".git",
];

/// Endings of files that people write and read.
const READ: [&str; 5] = ["rs", "html", "css", "js", "sh"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the house").to_owned()
}

/// All files that git knows or would take, by their path from the root.
fn files() -> Vec<String> {
    let told = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is there, since the house came by it");
    assert!(told.status.success(), "git: {}", String::from_utf8_lossy(&told.stderr));
    let list = String::from_utf8(told.stdout).expect("names in UTF-8");
    list.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect()
}

fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| READ.contains(&ending))
        || ["tests/run", ".ci/run", "fuzz/run"].contains(&path)
}

/// The modules that are compiled for tests only, as the beginnings of the
/// paths of their files.
fn test_modules(files: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files.iter().filter(|path| path.ends_with(".rs")) {
        let text = std::fs::read_to_string(root().join(path)).expect("a text");
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = match name {
            "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
            _ => path.trim_end_matches(".rs").to_owned(),
        };
        found.extend(source::test_modules(&text).into_iter().map(|module| format!("{folder}/{module}")));
    }
    found
}

#[test]
fn every_file_keeps_the_house_rules() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    let files = files();
    let modules = test_modules(&files);
    for path in files.into_iter().filter(|path| is_read(path)) {
        let text = std::fs::read_to_string(root().join(&path)).expect("a text");
        let is_of =
            |module: &String| path == format!("{module}.rs") || path.starts_with(&format!("{module}/"));
        wrong.extend(check::check(&path, &text, modules.iter().any(is_of)));
        looked_at += 1;
    }
    assert!(looked_at > 100, "only {looked_at} files were looked at");
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_house_has_these_folders_and_no_others() {
    let mut wrong: Vec<String> = files()
        .into_iter()
        .filter_map(|path| path.split_once('/').map(|(folder, _)| folder.to_owned()))
        .filter(|folder| !FOLDERS.contains(&folder.as_str()))
        .collect();
    wrong.dedup();
    assert!(wrong.is_empty(), "no place in the house: {wrong:?}");
}
