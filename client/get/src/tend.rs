//! What is done with a program that is here: run it, take units along, give
//! things back, go back a version, remove it.

use std::path::PathBuf;
use std::process::Command;

use client::app::{App, Consumed};
use client::install::{Held, Receipt};
use client::stop::Stop;
use semver::Version;
use serde::Serialize;

use crate::launch;
use crate::say::Report;
use crate::shop::{Shop, not_found};

/// The receipt of the version that is current.
fn current(held: &Held) -> Result<Option<Receipt>, Stop> {
    match held.current()? {
        Some(folder) => Ok(held.receipt(&folder)?),
        None => Ok(None),
    }
}

/// A program as it is on this device.
fn app_of(shop: &Shop, product: &str) -> Result<App, Stop> {
    let version = current(&shop.installs().hold(product)?)?.map(|receipt| receipt.version);
    shop.app(product, version.unwrap_or(Version::new(0, 0, 0)))
}

/// Runs a program, if it may: this process becomes it. It is told by
/// `FARTHING_GET` which command to ask for what is counted.
pub(crate) fn run(shop: &Shop, product: &str, arguments: &[String]) -> Result<Report, Stop> {
    let (receipt, apps) = {
        let held = shop.installs().hold(product)?;
        (current(&held)?, held.apps().to_owned())
    };
    let receipt = receipt.ok_or_else(|| not_found(&format!("{product} is not installed by this command")))?;
    shop.app(product, receipt.version.clone())?.check()?;
    let main = apps.join(&receipt.folder).join(&receipt.main);
    let mut command = Command::new(main);
    command
        .args(arguments)
        .env("FARTHING_GET", std::env::current_exe()?)
        .env("FARTHING_HOME", shop.home())
        .env("FARTHING_STORE", shop.http.address().to_string());
    become_it(command)
}

#[cfg(unix)]
fn become_it(mut command: Command) -> Result<Report, Stop> {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<Report, Stop> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(Report::ending(code.unwrap_or(1)))
}

/// What there is, and what is left of it: as the store knows it, or, without
/// it, as it is known here.
pub(crate) fn status(shop: &Shop, product: Option<&str>) -> Result<Report, Stop> {
    let mut report = Report::default();
    let mut facts = Vec::new();
    match shop.licences() {
        Ok(licences) => {
            for licence in licences {
                let Some(name) = licence.product.as_deref() else { continue };
                if product.is_some_and(|asked| asked != name) {
                    continue;
                }
                let here = here(shop, name)?;
                report = report.line(format!("{name}: {}; {here}", licence.sentence()));
                let meters: serde_json::Map<_, _> =
                    licence.meters.iter().map(|meter| (meter.code.clone(), meter.left.into())).collect();
                facts.push(serde_json::json!({
                    "product": name, "licence": licence.id, "verdict": licence.verdict.code(),
                    "endsAt": licence.ends_at, "left": meters, "here": here,
                }));
            }
        }
        Err(stop @ (Stop::Lost(_) | Stop::Store(_))) => {
            let product = product.ok_or(stop)?;
            let (here, code) = (here(shop, product)?, app_of(shop, product)?.known()?);
            let says = code.claims();
            report =
                report.line(format!("{product}: licence {}; {here} (the store was not asked)", says.ent));
            facts.push(serde_json::json!({"product": product, "licence": says.ent, "here": here}));
        }
        Err(stop @ (Stop::Denied(_) | Stop::Refused(_) | Stop::Fault(_))) => return Err(stop),
    }
    if facts.is_empty() {
        report = report.line("You have no licences yet.");
    }
    Ok(report.fact("licences", facts))
}

/// How a program stands on this computer.
fn here(shop: &Shop, product: &str) -> Result<String, Stop> {
    let held = shop.installs().hold(product)?;
    let Some(receipt) = current(&held)? else { return Ok("not installed here".to_owned()) };
    let whole = match receipt.check(held.apps())? {
        client::install::Integrity::Whole => "installed",
        client::install::Integrity::Modified(_) => "installed, and changed since",
        client::install::Integrity::Broken(_) => "installed, and broken since",
    };
    Ok(format!("{whole}: {}", receipt.version))
}

/// Spends units, of those taken along first.
pub(crate) fn consume(shop: &Shop, product: &str, meter: &str, units: u32) -> Result<Report, Stop> {
    let (left, said) = match app_of(shop, product)?.consume(meter, units)? {
        Consumed::Free => (None, "Nothing is counted.".to_owned()),
        Consumed::Here(left) => (Some(left), format!("{left} units of {meter} taken along are left.")),
        Consumed::There(left) => (Some(left), format!("{left} units of {meter} are left.")),
    };
    Ok(Report::default().line(said).fact("left", left))
}

/// Takes units along.
pub(crate) fn take(shop: &Shop, product: &str, meter: &str, units: u32) -> Result<Report, Stop> {
    let taken = app_of(shop, product)?.lease(meter, units)?;
    Ok(Report::default()
        .line(format!("{} units of {meter} can be spent here without a network.", taken.left))
        .fact("left", taken.left)
        .fact("settleBy", taken.lease.settle_by.millis()))
}

/// Gives back what was taken along: of a meter, or all of it.
pub(crate) fn release(shop: &Shop, product: &str, meter: Option<&str>) -> Result<Report, Stop> {
    let mut app = app_of(shop, product)?;
    let meters: Vec<String> = match meter {
        Some(meter) => vec![meter.to_owned()],
        None => app.known()?.claims().meters.iter().map(|lease| lease.code.clone()).collect(),
    };
    for meter in &meters {
        app.give_back(meter)?;
    }
    let said = if meters.is_empty() { "nothing".to_owned() } else { meters.join(", ") };
    Ok(Report::default().line(format!("Given back: {said}.")).fact("given", meters))
}

/// Gives up this device's place.
pub(crate) fn leave(shop: &Shop, product: &str) -> Result<Report, Stop> {
    let mut app = app_of(shop, product)?;
    let Some(licence) = app.licence()? else {
        return Ok(Report::default().line("This device has no place to give up."));
    };
    // What is left over is the user's; a code that is over has none.
    if app.known().is_ok() {
        release(shop, product, None)?;
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Input<'a> {
        licence_id: &'a str,
        device: &'a str,
    }
    let input = Input { licence_id: &licence, device: app.device().id() };
    let who = client::link::Who {
        device: Some((app.device(), shop.name(), app.now())),
        ..shop.who().unwrap_or(client::link::Who::NOBODY)
    };
    let _done: serde_json::Value = shop.link.change("deactivateDevice", "licence { id }", &input, who)?;
    app.forget()?;
    Ok(Report::default().line("This device's place is free.").fact("freed", true))
}

/// Goes back to the version before.
pub(crate) fn roll_back(shop: &Shop, product: &str) -> Result<Report, Stop> {
    let receipt = shop.installs().hold(product)?.roll_back()?;
    Ok(Report::default()
        .line(format!("{product} {} runs again.", receipt.version))
        .fact("version", receipt.version.to_string()))
}

/// Removes a program, and gives up this device's place if the store answers.
pub(crate) fn uninstall(shop: &Shop, product: &str, also_changed: bool) -> Result<Report, Stop> {
    let held = shop.installs().hold(product)?;
    if current(&held)?.is_none() {
        return Err(not_found(&format!("{product} was not installed by this command; nothing was touched")));
    }
    let removed = held.uninstall(also_changed)?;
    drop(held);
    launch::take_away(shop, product)?;
    let mut report = Report::default().line(format!("{} files removed.", removed.files));
    for changed in &removed.changed {
        let path = PathBuf::from(changed);
        report = report.line(format!("kept, since it was changed: {}", path.display()));
    }
    let report = report.fact("files", removed.files).fact("changed", removed.changed);
    match leave(shop, product) {
        Ok(left) => Ok(report.and(left)),
        Err(stop) => {
            Ok(report.line(format!("This device's place is not free yet: {stop}")).fact("freed", false))
        }
    }
}
