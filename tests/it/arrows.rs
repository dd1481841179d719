//! Which room may import which: DESIGN's table, against what cargo says.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The rooms, and what each may import. `tests` and `benches` stand outside:
/// nothing may import them.
const ROOMS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("migrations", &[]),
    ("package", &[]),
    ("store", &["domain", "migrations", "package"]),
    ("search", &["domain"]),
    ("graphql", &["domain", "store", "search"]),
    ("frontend", &["domain", "store", "search"]),
    ("server", &["domain", "migrations", "package", "store", "search", "graphql", "frontend"]),
    ("client", &["package"]),
    ("get", &["client"]),
];

/// Crates that are leaves: they look at the whole.
const LEAVES: [&str; 2] = ["tests", "benches"];

/// Outside crates that only some rooms may use, for these would bring in what
/// the room is built without.
const KEPT_OUT: [(&str, &[&str]); 6] = [
    ("sea-orm", &["store"]),
    ("sea-orm-migration", &["store", "migrations"]),
    ("tokio", &["store", "graphql", "frontend", "server"]),
    ("tantivy", &["search"]),
    ("async-graphql", &["graphql", "server"]),
    ("askama", &["frontend"]),
];

/// A room's folder and the names of the crates that it depends on.
type Arrows = BTreeMap<String, Vec<String>>;

/// The crate of a room: `farthing` for the server, else `farthing-ROOM`.
fn crate_of(room: &str) -> String {
    if room == "server" { "farthing".to_owned() } else { format!("farthing-{room}") }
}

fn read(metadata: &Value) -> Arrows {
    let mut arrows = Arrows::new();
    for package in metadata["packages"].as_array().unwrap() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let folder = manifest.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let named = |dependency: &Value| dependency["name"].as_str().unwrap().to_owned();
        // What only tests of a room need is no arrow of the house.
        let used = package["dependencies"].as_array().unwrap().iter().filter(|it| it["kind"] != "dev");
        arrows.insert(folder, used.map(named).collect());
    }
    arrows
}

/// What is wrong with the arrows.
fn wrong(arrows: &Arrows) -> Vec<String> {
    let mut wrong = Vec::new();
    let rooms: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    for (folder, used) in arrows {
        if LEAVES.contains(&folder.as_str()) {
            continue;
        }
        let Some((_, may)) = ROOMS.iter().find(|(room, _)| room == folder) else {
            wrong.push(format!("{folder} is no room of the house"));
            continue;
        };
        for other in rooms.iter().chain(&LEAVES).filter(|other| used.contains(&crate_of(other))) {
            if !may.contains(other) {
                wrong.push(format!("{folder} may not import {other}"));
            }
        }
        for (name, allowed) in KEPT_OUT {
            if used.iter().any(|known| known == name) && !allowed.contains(&folder.as_str()) {
                wrong.push(format!("{folder} may not use {name}"));
            }
        }
    }
    wrong
}

fn metadata() -> Value {
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, since it runs this");
    serde_json::from_slice(&told.stdout).expect("cargo writes JSON")
}

#[test]
fn every_arrow_between_rooms_is_allowed() {
    let arrows = read(&metadata());
    assert!(ROOMS.iter().all(|(room, _)| arrows.contains_key(*room)), "{:?}", arrows.keys());
    assert_eq!(wrong(&arrows), Vec::<String>::new());
}

#[test]
fn the_check_finds_what_it_looks_for() {
    let arrows = |folder: &str, used: &[&str]| -> Vec<String> {
        wrong(&Arrows::from([(folder.to_owned(), used.iter().map(|name| (*name).to_owned()).collect())]))
    };
    let nothing: [String; 0] = [];
    assert_eq!(arrows("store", &["farthing-domain", "sea-orm", "tokio"]), nothing);
    assert_eq!(arrows("domain", &["farthing-store"]), ["domain may not import store"]);
    assert_eq!(arrows("graphql", &["farthing-frontend"]), ["graphql may not import frontend"]);
    assert_eq!(arrows("frontend", &["farthing"]), ["frontend may not import server"]);
    assert_eq!(arrows("server", &["farthing-tests"]), ["server may not import tests"]);
    assert_eq!(
        arrows("client", &["farthing-domain", "tokio"]),
        ["client may not import domain", "client may not use tokio"]
    );
    assert_eq!(arrows("server", &["farthing-client"]), ["server may not import client"]);
    assert_eq!(arrows("domain", &["tokio"]), ["domain may not use tokio"]);
    assert_eq!(arrows("helpers", &[]), ["helpers is no room of the house"]);
    assert_eq!(arrows("benches", &["farthing-store", "farthing"]), nothing);
}
