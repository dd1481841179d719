//! Looking for what is amiss on this computer.

use client::install::Integrity;
use client::stop::Stop;
use semver::Version;

use crate::launch;
use crate::say::Report;
use crate::shop::Shop;

/// What was looked at, and what is wrong with it.
struct Findings(Vec<(String, Option<String>)>);

impl Findings {
    fn note(&mut self, what: impl Into<String>, told: Result<(), Stop>) {
        self.0.push((what.into(), told.err().map(|stop| stop.to_string())));
    }
}

/// Looks at the store, the session, and every program that is known here.
pub(crate) fn look(shop: &Shop) -> Result<Report, Stop> {
    let mut findings = Findings(Vec::new());
    findings.note(format!("the folder {}", shop.folder().display()), private(shop));
    findings
        .note(format!("the store {}", shop.name()), client::app::StoreKeys::of(&shop.link).map(|_keys| ()));
    findings.note(format!("the session of {}", shop.handle()), shop.licences().map(|_licences| ()));
    for product in products(shop)? {
        look_at(shop, &product, &mut findings)?;
    }
    let mut report = Report::default();
    let mut facts = Vec::new();
    for (what, wrong) in findings.0 {
        report = report.line(match &wrong {
            None => format!("ok     {what}"),
            Some(why) => format!("AMISS  {what}: {why}"),
        });
        report.exit = report.exit.max(u8::from(wrong.is_some()));
        facts.push(serde_json::json!({"what": what, "wrong": wrong}));
    }
    let (folder, is_found) = (launch::folder(shop).display().to_string(), launch::is_in_path(shop));
    report = report.line(match is_found {
        true => format!("ok     programs are run by their names from {folder}"),
        false => format!(
            "note   {folder} is not in PATH: with PATH=\"$PATH:{folder}\" programs are run by their names"
        ),
    });
    let launchers = serde_json::json!({"folder": folder, "inPath": is_found});
    Ok(report.fact("findings", facts).fact("launchers", launchers))
}

/// Whether others may read what is kept here.
fn private(shop: &Shop) -> Result<(), Stop> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for name in ["session.json", "store.json"] {
            let Ok(facts) = std::fs::metadata(shop.folder().join(name)) else { continue };
            if facts.permissions().mode() & 0o077 != 0 {
                return Err(Stop::refused(format!("others may read {name}")));
            }
        }
    }
    Ok(std::fs::metadata(shop.folder()).map(|_facts| ())?)
}

/// The programs that are known here.
fn products(shop: &Shop) -> Result<Vec<String>, Stop> {
    let mut products = Vec::new();
    for folder in ["apps", "licences"] {
        let Ok(entries) = std::fs::read_dir(shop.folder().join(folder)) else { continue };
        for entry in entries {
            products.extend(entry?.file_name().into_string().ok());
        }
    }
    products.sort();
    products.dedup();
    Ok(products)
}

fn look_at(shop: &Shop, product: &str, findings: &mut Findings) -> Result<(), Stop> {
    let held = match shop.installs().hold(product) {
        Ok(held) => held,
        Err(stop) => {
            findings.note(product, Err(stop));
            return Ok(());
        }
    };
    let receipt = held.current()?.map_or(Ok(None), |folder| held.receipt(&folder))?;
    let version = receipt.as_ref().map(|receipt| receipt.version.clone());
    if let Some(receipt) = receipt {
        let told = match receipt.check(held.apps())? {
            Integrity::Whole => Ok(()),
            Integrity::Modified(files) => Err(Stop::refused(format!("changed: {}", files.join(", ")))),
            Integrity::Broken(files) => Err(Stop::refused(format!("gone: {}", files.join(", ")))),
        };
        findings.note(format!("the files of {product} {}", receipt.version), told);
        findings.note(format!("the launcher of {product}"), launch::check(shop, product));
    }
    drop(held);
    let app = shop.app(product, version.unwrap_or(Version::new(0, 0, 0)));
    let told = app.and_then(|mut app| match app.licence()? {
        Some(_) => app.check().map(|_code| ()),
        None => Ok(()),
    });
    findings.note(format!("the code of {product}"), told);
    Ok(())
}
