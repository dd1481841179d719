//! Launchers: one small file a program, in one folder that can be put into
//! `PATH`, so that programs are run by their names. A launcher runs
//! `farthing-get run`, which looks at the licence first. A file that is not
//! ours is never written over and never removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use client::stop::Stop;

use crate::shop::Shop;

/// The most bytes of a launcher.
const BYTES_MAX: u64 = 64 * 1024;

/// The folder of the launchers of all stores.
pub(crate) fn folder(shop: &Shop) -> PathBuf {
    shop.home().join("bin")
}

/// The launcher of a program.
fn path(shop: &Shop, product: &str) -> PathBuf {
    folder(shop).join(if cfg!(windows) { format!("{product}.cmd") } else { product.to_owned() })
}

/// The line by which a launcher is known as ours.
fn mark(shop: &Shop, product: &str) -> String {
    let sign = if cfg!(windows) { "rem" } else { "#" };
    format!("{sign} The launcher of {product} from {}, by farthing-get; removed with it.", shop.name())
}

/// What lies where a launcher would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Nothing,
    Ours,
    Foreign,
}

fn look(path: &Path, mark: &str) -> io::Result<Lies> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lies::Nothing),
        Err(error) => return Err(error),
        Ok(facts) if !facts.is_file() => return Ok(Lies::Foreign),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let is_ours = text.lines().nth(1).is_some_and(|line| line.trim_end() == mark);
    Ok(if is_ours { Lies::Ours } else { Lies::Foreign })
}

/// Puts a program's launcher into its place, whole or not at all; where it
/// lies.
///
/// # Errors
/// A refusal if something else has that name; a fault of the disk.
pub(crate) fn put(shop: &Shop, product: &str) -> Result<PathBuf, Stop> {
    let (path, mark) = (path(shop, product), mark(shop, product));
    let lies = look(&path, &mark)?;
    if lies == Lies::Foreign {
        return Err(Stop::refused(format!("{} is something else, and was left alone", path.display())));
    }
    let text = text(shop, product, &mark)?;
    fs::create_dir_all(folder(shop))?;
    let aside = folder(shop).join(format!(".{product}.{}", std::process::id()));
    client::keep::remove(&aside)?;
    let written = write(&aside, &text).and_then(|()| match lies {
        Lies::Ours => fs::rename(&aside, &path),
        // Fails if something came there meanwhile.
        Lies::Nothing | Lies::Foreign => fs::hard_link(&aside, &path),
    });
    client::keep::remove(&aside)?;
    written?;
    Ok(path)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o755);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// What a launcher does.
fn text(shop: &Shop, product: &str, mark: &str) -> Result<String, Stop> {
    let command = std::env::current_exe()?;
    let odd = || Stop::refused("a folder's name is no text");
    let command = command.to_str().ok_or_else(odd)?;
    let home = shop.home().to_str().ok_or_else(odd)?;
    let store = shop.http.address().to_string();
    Ok(if cfg!(windows) {
        format!(
            "@echo off\r\n{mark}\r\n\"{command}\" --home \"{home}\" --store \"{store}\" run {product} %*\r\n"
        )
    } else {
        let (command, home, store) = (quoted(command), quoted(home), quoted(&store));
        format!("#!/bin/sh\n{mark}\nexec {command} --home {home} --store {store} run {product} \"$@\"\n")
    })
}

/// A text as one word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Removes a program's launcher, if it is ours; whether it was there.
///
/// # Errors
/// A fault of the disk.
pub(crate) fn take_away(shop: &Shop, product: &str) -> Result<bool, Stop> {
    let path = path(shop, product);
    match look(&path, &mark(shop, product))? {
        Lies::Ours => Ok(client::keep::remove(&path).map(|()| true)?),
        Lies::Nothing | Lies::Foreign => Ok(false),
    }
}

/// Whether an installed program has its launcher.
///
/// # Errors
/// A refusal if it is missing or something else lies there.
pub(crate) fn check(shop: &Shop, product: &str) -> Result<(), Stop> {
    let path = path(shop, product);
    match look(&path, &mark(shop, product))? {
        Lies::Ours => Ok(()),
        Lies::Nothing => Err(Stop::refused(format!("it is gone; farthing-get install {product} makes it"))),
        Lies::Foreign => Err(Stop::refused(format!("{} is something else", path.display()))),
    }
}

/// Whether the shell finds what lies in the folder of launchers.
pub(crate) fn is_in_path(shop: &Shop) -> bool {
    let folder = folder(shop);
    std::env::var_os("PATH").is_some_and(|all| std::env::split_paths(&all).any(|one| one == folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_one_word() {
        for (text, word) in [("a b", "'a b'"), ("it's", r"'it'\''s'"), ("$(x)`y`", "'$(x)`y`'")] {
            assert_eq!(quoted(text), word);
        }
    }
}
