use std::net::SocketAddr;

use tempfile::TempDir;

use super::*;

fn folder(settings: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE_NAME), settings).unwrap();
    folder
}

fn sources(folder: &TempDir, environment: &[(&str, &str)]) -> Sources {
    Sources {
        data: Some(folder.path().to_owned()),
        environment: environment.iter().map(|(name, text)| (name.into(), text.into())).collect(),
        ..Sources::default()
    }
}

/// The problems of a settings file, with the folder's name taken out.
fn problems(settings: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(settings);
    let place = format!("{}/", folder.path().display());
    let bad = Config::load(&sources(&folder, environment)).unwrap_err();
    bad.to_string().lines().skip(1).map(|it| it.trim().replace(&place, "")).collect()
}

#[test]
fn the_defaults_are_whole_and_documented() {
    let config = Config::load(&Sources::default()).unwrap();
    assert_eq!(config.vendor.token_name, "tokens");
    assert_eq!(config.money.token_price.micros(), 10_000);
    assert_eq!(config.money.welcome_tokens.to_string(), "50");
    assert_eq!(config.money.fee.get(), 500);
    assert_eq!(config.money.hold.get(), 14 * 86_400);
    assert_eq!(config.server.listen, "127.0.0.1:8000".parse::<SocketAddr>().unwrap());
    assert_eq!(config.server.public_url.as_str(), "http://127.0.0.1:8000");
    assert!(!config.server.public_url.is_https());
    assert_eq!(config.database.url, DatabaseUrl::Sqlite("data/farthing.sqlite".into()));
    assert_eq!(config.images.press, crate::images::PressLimits::default());
    assert!(config.limits.on && config.metrics.token.is_none());
    // Every key has a comment above it.
    let lines: Vec<_> = DEFAULTS.lines().collect();
    for pair in lines.windows(2) {
        let is_key = pair[1].contains(" = ") && !pair[1].starts_with('#');
        assert!(!is_key || pair[0].starts_with("# "), "{} is not explained", pair[1]);
    }
}

#[test]
fn later_sources_win_and_are_named() {
    let folder =
        folder("[vendor]\nname = \"From file\"\ntoken_name = \"acorns\"\n\n[money]\nhold_days = 3\n");
    let environment = [
        ("FARTHING_VENDOR__NAME", "From environment"),
        ("FARTHING_SERVER__LISTEN", "127.0.0.1:1"),
        ("FARTHING_SERVER__TRUSTED_PROXIES", "10.0.0.1, 10.1.0.0/16"),
        ("FARTHING_LIMITS", "off"),
        ("FARTHING_METRICS__TOKEN", "a-secret-of-some-length"),
        ("FARTHING_DATABASE__URL", "postgres://me:hush@db/market"),
        ("FARTHING_TRACE", "none of our business"),
        ("PATH", "/bin"),
    ];
    let mut sources = sources(&folder, &environment);
    sources.listen = Some("127.0.0.1:2".to_owned());
    let config = Config::load(&sources).unwrap();
    assert_eq!(
        (config.vendor.name.as_str(), config.vendor.token_name.as_str()),
        ("From environment", "acorns")
    );
    assert_eq!(config.server.listen.port(), 2);
    assert!(!config.limits.on);
    assert_eq!(config.metrics.token.as_ref().map(Secret::reveal), Some("a-secret-of-some-length"));
    let explained = config.explain();
    for (start, end) in [
        ("name = \"From environment\"", "# environment FARTHING_VENDOR__NAME"),
        ("token_name = \"acorns\"", "farthing.toml line 3"),
        ("hold_days = 3", "farthing.toml line 6"),
        ("currency = \"USD\"", "# default"),
        ("listen = \"127.0.0.1:2\"", "# command line --listen"),
        ("on = false", "# environment FARTHING_LIMITS"),
        ("token = \"********\"", "# environment FARTHING_METRICS__TOKEN"),
        ("public_url = \"\"", "# default: http://127.0.0.1:2"),
        ("url = \"postgres://me:********@db/market\"", "# environment FARTHING_DATABASE__URL"),
    ] {
        assert!(
            explained.lines().any(|it| it.starts_with(start) && it.ends_with(end)),
            "{start} {end}\n{explained}"
        );
    }
    for secret in ["hush", "a-secret"] {
        assert!(
            !explained.contains(secret) && !format!("{config:?}").contains(&format!("Secret(\"{secret}"))
        );
    }
}

#[test]
fn what_is_explained_can_be_used_as_settings() {
    let first = Config::load(&Sources::default()).unwrap();
    let text: String =
        first.explain().lines().filter(|it| !it.starts_with("data =")).map(|it| format!("{it}\n")).collect();
    let folder = folder(&text);
    let second = Config::load(&sources(&folder, &[])).unwrap();
    assert_eq!(first.money, second.money);
    assert_eq!(first.limits, second.limits);
}

#[test]
fn all_problems_are_told_at_once_with_place_and_way_out() {
    let settings = "colour = \"red\"\n[vendor]\nname = \"\"\nnmae = \"x\"\ncurrency = \"usd\"\n\
        [money]\nfee_basis_points = 10001\ntoken_price = 0.01\nprice_step = \"0\"\n\
        [limits]\nread = \"often\"\n[server]\ndata = \"elsewhere\"\ntrusted_proxies = [\"me\"]\n\
        [files]\nartifact_mb = 6000\n[metrics]\ntoken = \"short\"\n";
    let environment = [
        ("FARTHING_MONEY__HOLD_DAYS", "many"),
        ("FARTHING_MONEY__HOLD_DAY", "3"),
        ("FARTHING_LOG__FORMAT", "xml"),
    ];
    let expected = [
        "environment FARTHING_MONEY__HOLD_DAYS: money.hold_days is of the wrong kind (a whole number, such as 14)",
        "environment FARTHING_MONEY__HOLD_DAY: money.hold_day is not known (did you mean money.hold_days?)",
        "farthing.toml line 1: colour is not known (farthing config check lists all keys)",
        "farthing.toml line 4: vendor.nmae is not known (did you mean vendor.name?)",
        "farthing.toml line 8: money.token_price is of the wrong kind (a text in quotes, such as \"0.01\")",
        "farthing.toml line 13: server.data is decided before this file is read (set it with --data or FARTHING_SERVER__DATA)",
        "farthing.toml line 3: vendor.name is \"\" (allowed: one line of 1 to 60 characters)",
        "farthing.toml line 5: vendor.currency is \"usd\" (allowed: three capitals, such as \"USD\")",
        "farthing.toml line 7: money.fee_basis_points is 10001 (allowed: a whole number from 0 to 10000)",
        "farthing.toml line 9: money.price_step is \"0\" (allowed: more than \"0\")",
        "farthing.toml line 14: server.trusted_proxies is [\"me\"] (allowed: an address such as \"10.0.0.1\", or a network such as \"10.0.0.0/8\")",
        "farthing.toml line 11: limits.read is \"often\" (allowed: a rate such as \"5 at once, then 10 an hour\" (a second, a minute, an hour, a day))",
        "farthing.toml line 16: files.artifact_mb is larger than files.seller_mb (one file has to fit a seller's space)",
        "farthing.toml line 18: metrics.token is set to something (allowed: empty, or 16 to 200 visible ASCII characters)",
        "environment FARTHING_LOG__FORMAT: log.format is \"xml\" (allowed: \"auto\", \"human\" or \"json\")",
    ];
    assert_eq!(problems(settings, &environment), expected);
}

#[test]
fn broken_files_are_told_by_line() {
    let found = problems("[money]\nhold_days = \n[vendor\n", &[]);
    assert!(found.len() >= 2, "{found:?}");
    assert!(found[0].starts_with("farthing.toml line 2: is not TOML"), "{found:?}");
    assert!(found[1].starts_with("farthing.toml line 3: is not TOML"), "{found:?}");
}

#[test]
fn a_file_asked_for_must_be_there_and_may_name_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.toml");
    let sources = Sources { file: Some(file.clone()), ..Sources::default() };
    let bad = Config::load(&sources).unwrap_err().to_string();
    assert!(bad.contains("other.toml: cannot be read"), "{bad}");
    fs::write(&file, "[server]\ndata = \"/srv/market\"\npublic_url = \"https://market.example/\"\n").unwrap();
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.server.data, PathBuf::from("/srv/market"));
    assert_eq!(config.server.public_url.as_str(), "https://market.example");
    assert!(config.server.public_url.is_https());
}

#[test]
fn public_urls_have_no_path() {
    for url in [
        "market.example",
        "ftp://market.example",
        "https://",
        "https://a/b",
        "https://a b",
        "https://u@h",
        "https://a?b",
    ] {
        let found = problems(&format!("[server]\npublic_url = \"{url}\"\n"), &[]);
        assert_eq!(found.len(), 1, "{url}: {found:?}");
    }
}
