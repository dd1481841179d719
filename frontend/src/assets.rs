//! Style, script and mark: inside the program, under names that change with
//! their content, so that browsers may keep them for good.

use std::sync::OnceLock;

use crate::routes;

/// How long an asset may be kept: its name changes with its content.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Characters of the content hash in a name: 64 bits, no accident.
const HASH_CHARS: usize = 16;

/// A file that pages link to.
#[derive(Debug)]
pub struct Asset {
    /// The name, with a hash of the content.
    pub name: String,
    /// The media type.
    pub media_type: &'static str,
    /// The content.
    pub content: String,
}

impl Asset {
    fn new(ending: &str, media_type: &'static str, content: String) -> Self {
        let hash = blake3::hash(content.as_bytes()).to_hex();
        let name = format!("farthing-{}.{ending}", hash.get(..HASH_CHARS).unwrap_or_default());
        Self { name, media_type, content }
    }

    /// Where it is served.
    #[must_use]
    pub fn route(&self) -> routes::Asset {
        routes::Asset::to(self.name.clone())
    }
}

/// The style sheet: one file for the browser, several for people.
pub fn style() -> &'static Asset {
    static STYLE: OnceLock<Asset> = OnceLock::new();
    STYLE.get_or_init(|| {
        let source = concat!(
            include_str!("../style/tokens.css"),
            include_str!("../style/base.css"),
            include_str!("../style/frame.css"),
            include_str!("../style/parts.css"),
            include_str!("../style/forms.css"),
            include_str!("../style/browse.css"),
            include_str!("../style/money.css"),
            include_str!("../style/vouchers.css"),
            include_str!("../style/wares.css"),
            include_str!("../style/charts.css"),
            include_str!("../style/papers.css"),
            include_str!("../style/print.css"),
        );
        Asset::new("css", "text/css; charset=utf-8", condensed(source))
    })
}

/// The script.
pub fn script() -> &'static Asset {
    static SCRIPT: OnceLock<Asset> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let source = concat!(include_str!("../script/farthing.js"), include_str!("../script/suggest.js"));
        Asset::new("js", "text/javascript; charset=utf-8", condensed_script(source))
    })
}

/// The mark for the browser's tab.
pub fn mark() -> &'static Asset {
    static MARK: OnceLock<Asset> = OnceLock::new();
    MARK.get_or_init(|| Asset::new("svg", "image/svg+xml", include_str!("../mark/wren.svg").to_owned()))
}

/// The asset of that name, if there is one.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    [style(), script(), mark()].into_iter().find(|asset| asset.name == name)
}

/// A style sheet without its comments, indentation and empty lines.
fn condensed(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A script without its indentation, empty lines and lines of comment. The
/// sources keep to comments on lines of their own.
fn condensed_script(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_found_by_their_own_names_only() {
        for asset in [style(), script(), mark()] {
            assert_eq!(find(&asset.name).map(|found| found.media_type), Some(asset.media_type));
        }
        assert!(find("farthing.css").is_none());
        assert!(find("../Cargo.toml").is_none());
    }

    #[test]
    fn comments_and_indentation_go_and_rules_stay() {
        assert_eq!(condensed("/* a */\n.b {\n  color: red; /* c */\n}\n\n"), ".b {\ncolor: red;\n}");
    }

    #[test]
    fn the_script_stays_small() {
        assert!(script().content.len() <= 10 * 1024, "{} bytes", script().content.len());
    }

    #[test]
    fn nothing_asks_another_host() {
        for asset in [style(), script()] {
            assert!(
                !asset.content.contains("http://") && !asset.content.contains("https://"),
                "{}",
                asset.name
            );
        }
    }
}
