//! What must hold for every page, whatever is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs, path::Path};

use super::{Rendered, all};
use crate::{art, assets};

#[test]
fn every_template_has_samples() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
    let files: BTreeSet<String> = fs::read_dir(pages)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let sampled: BTreeSet<String> = all().iter().map(|page| page.template.to_owned()).collect();
    assert_eq!(files, sampled);
}

#[test]
fn every_page_keeps_the_rules_of_the_house() {
    for page in all() {
        let name = format!("{}/{}", page.template, page.sample);
        let html = &page.html;
        assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>"), "{name}: not a whole page");
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
        assert_eq!(html.matches("<script").count(), 1, "{name}: somebody's text became a script");
        assert!(!html.contains("<img src=x"), "{name}: somebody's text became an element");
        for attribute in tags(html).flat_map(attributes) {
            assert_ne!(attribute.0, "style", "{name}: inline style is forbidden by the policy");
            assert!(!attribute.0.starts_with("on"), "{name}: inline script ({})", attribute.0);
            if attribute.0 == "href" || attribute.0 == "src" || attribute.0 == "action" {
                assert!(
                    !attribute.1.to_ascii_lowercase().starts_with("javascript"),
                    "{name}: {}",
                    attribute.1
                );
            }
        }
        check_ids(&name, html);
        check_forms(&name, html);
    }
    write_out();
}

/// Ids are unique and whatever points to one finds it.
fn check_ids(name: &str, html: &str) {
    let mut ids = BTreeMap::new();
    for (attribute, value) in tags(html).flat_map(attributes) {
        if attribute == "id" {
            *ids.entry(value).or_insert(0) += 1;
        }
    }
    for (id, count) in &ids {
        assert_eq!(*count, 1, "{name}: the id {id} is there {count} times");
    }
    for (attribute, value) in tags(html).flat_map(attributes) {
        let points = matches!(
            attribute,
            "for" | "aria-describedby" | "aria-labelledby" | "popovertarget" | "aria-controls"
        );
        if points {
            for target in value.split(' ') {
                assert!(
                    ids.contains_key(target),
                    "{name}: {attribute} points to {target}, which is not there"
                );
            }
        }
        if attribute == "href" && value.len() > 1 && value.starts_with('#') {
            assert!(ids.contains_key(&value[1..]), "{name}: a link points to {value}, which is not there");
        }
    }
}

/// Each form that changes something carries the token against forgery, and
/// each button says what it is.
fn check_forms(name: &str, html: &str) {
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        if form.contains(r#"method="post""#) {
            assert!(
                form.contains(r#"name="csrf""#),
                "{name}: a form without csrf: {}",
                &form[..form.len().min(120)]
            );
        }
    }
    for tag in tags(html).filter(|tag| tag.starts_with("button")) {
        assert!(tag.contains("type="), "{name}: a button without type: {tag}");
    }
}

/// The insides of all opening tags.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag)
}

/// Names and values of a tag's attributes.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, behind)) = after.split_once('"') else { break };
        found.push((name.rsplit(char::is_whitespace).next().unwrap(), value));
        rest = behind;
    }
    found
}

/// Writes pages, assets and drawings where the environment asks for them.
fn write_out() {
    let Ok(folder) = env::var("FARTHING_SAMPLES_OUT") else { return };
    let folder = Path::new(&folder);
    for sub in ["assets", "art", "portrait"] {
        fs::create_dir_all(folder.join(sub)).unwrap();
    }
    for asset in [assets::style(), assets::script(), assets::mark()] {
        fs::write(folder.join("assets").join(&asset.name), &asset.content).unwrap();
    }
    for n in 0..64 {
        let id = uuid::Uuid::from_u128(n);
        fs::write(folder.join(format!("art/{id}")), art::listing(domain::id::ListingId::new(id))).unwrap();
        fs::write(folder.join(format!("portrait/{id}")), art::portrait(domain::id::UserId::new(id))).unwrap();
    }
    for Rendered { template, sample, html } in all() {
        fs::write(folder.join(format!("{template}-{sample}.html")), html).unwrap();
    }
}
