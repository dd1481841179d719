//! Where things lie on this computer, by the rules of its system. The command
//! and the programs that embed this crate find each other's folders by it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder of all stores: `FARTHING_HOME` if that is set, otherwise
/// `farthing` among the user's data (`XDG_DATA_HOME`, `~/.local/share`; on
/// Windows `LOCALAPPDATA`; on macOS `~/Library/Application Support`). Nothing
/// if there is no home.
#[must_use]
pub fn home() -> Option<PathBuf> {
    home_by(|name| std::env::var_os(name))
}

fn home_by(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(home) = folder("FARTHING_HOME") {
        return Some(home);
    }
    let data = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("farthing"))
}

/// A store's folder within that of all.
#[must_use]
pub fn store(home: &Path, store: &str) -> PathBuf {
    // A store's name is a host; nothing of it may lead elsewhere.
    let plain =
        |sign: char| if sign.is_ascii_alphanumeric() || sign == '-' || sign == '.' { sign } else { '_' };
    let name: String = store.chars().map(plain).collect();
    home.join("stores").join(name.trim_start_matches('.'))
}

/// The folder in which a program's key, code and journals lie.
#[must_use]
pub fn state(home: &Path, of_store: &str, product: &str) -> PathBuf {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || sign == '-' { sign } else { '_' };
    store(home, of_store).join("licences").join(product.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_follows_the_rules_of_the_system() {
        let by = |set: &'static [(&str, &str)]| {
            home_by(move |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
        };
        assert_eq!(by(&[("FARTHING_HOME", "/x"), ("HOME", "/h")]), Some("/x".into()));
        assert_eq!(by(&[]), None);
        if cfg!(target_os = "linux") {
            assert_eq!(by(&[("HOME", "/h")]), Some("/h/.local/share/farthing".into()));
            assert_eq!(by(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Some("/d/farthing".into()));
            let relative = by(&[("HOME", "/h"), ("XDG_DATA_HOME", "d")]);
            assert_eq!(relative, Some("/h/.local/share/farthing".into()), "relative ones do not count");
        }
    }

    #[test]
    fn names_from_outside_lead_nowhere_else() {
        let home = Path::new("/x");
        assert_eq!(
            state(home, "shop.example", "inkwell"),
            Path::new("/x/stores/shop.example/licences/inkwell")
        );
        assert_eq!(store(home, "../../etc"), Path::new("/x/stores/_.._etc"));
        assert_eq!(state(home, "a", "../b"), Path::new("/x/stores/a/licences/___b"));
    }
}
