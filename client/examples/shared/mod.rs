//! What both sample programs share: finding what this computer knows about
//! them, and a line to their store.

use std::path::Path;
use std::process::ExitCode;

use client::app::App;
use client::code::PublicKey;
use client::http::{Address, Http};
use client::places;
use client::session::Program;
use client::stop::Stop;
use client::transport::Transport;
use client::world::World;
use serde::Deserialize;

/// What a publisher packs beside its program: which store it is sold in. A
/// program of one store alone has this built in. The publisher's signature
/// covers it, as every file of the package.
#[derive(Deserialize)]
struct Sold {
    store: String,
    address: String,
    root: String,
}

/// This program on this device.
pub(crate) fn open(product: &str, version: &str) -> Result<App, Stop> {
    let exe = std::env::current_exe()?;
    let sold = std::fs::read(exe.parent().unwrap_or(Path::new(".")).join("sold.json"))?;
    let sold: Sold = serde_json::from_slice(&sold).map_err(std::io::Error::from)?;
    let home = places::home().ok_or_else(|| Stop::refused("there is no home folder"))?;
    // Where it is does not matter to trust: what it says is signed.
    let address = std::env::var("FARTHING_STORE").unwrap_or(sold.address);
    let address = Address::parse(&address).map_err(Stop::refused)?;
    let line: Box<dyn Transport> = Box::new(Http::new(address));
    let folder = places::state(&home, &sold.store, product);
    let version = version.parse().map_err(|_| Stop::refused("the version is none"))?;
    let program = Program {
        store: sold.store,
        root: PublicKey::parse(&sold.root)?,
        product: product.to_owned(),
        version,
    };
    App::open(&folder, program, World::system(), Some(line))
}

/// Ends with the number of what came of it.
pub(crate) fn end(told: Result<(), Stop>) -> ExitCode {
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{stop}");
            ExitCode::from(stop.exit_code())
        }
    }
}
