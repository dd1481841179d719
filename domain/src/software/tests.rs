use super::*;

#[test]
fn versions_are_semantic() {
    for text in ["0.1.0", "1.4.0", " 2.0.0-beta.1 ", "10.20.30-rc.1.x"] {
        assert_eq!(Version::parse(text).unwrap().to_string(), text.trim());
    }
    let long = format!("1.0.0-{}", "a".repeat(60));
    for text in ["", "1", "1.2", "v1.2.3", "01.2.3", "1.2.3+build", "1.2.3-", "1.2.3-01", "-1.0.0", &long] {
        assert_eq!(Version::parse(text).unwrap_err().field(), Some("version"), "{text:?}");
    }
    let version = |text| Version::parse(text).unwrap();
    assert!(version("1.10.0") > version("1.9.9") && version("2.0.0") > version("2.0.0-rc.1"));
    assert!(version("2.0.0-rc.1").is_early() && !version("2.0.0").is_early());
}

#[test]
fn names_are_plain() {
    for text in ["stable", "beta", "nightly-2", "lts2"] {
        assert_eq!(Channel::parse(text).unwrap().as_str(), text);
        assert_eq!(Slug::parse(text).unwrap().as_str(), text);
    }
    for text in ["", "a", "Beta", "a--b", "-a", "a-", "a.b", "a/b", "..", "a b", "ä-b"] {
        assert_eq!(Channel::parse(text).unwrap_err().field(), Some("channel"), "{text:?}");
        assert_eq!(Slug::parse(text).unwrap_err().field(), Some("product"), "{text:?}");
    }
    for text in ["con", "nul", "com1", "lpt9"] {
        assert!(Slug::parse(text).is_err(), "{text} is a device");
    }
    assert!(Slug::parse("com10").is_ok() && Slug::parse("comet").is_ok());
}

#[test]
fn a_name_is_proposed_from_a_title() {
    for (title, slug) in [
        ("Inkwell", "inkwell"),
        ("  Wren & Sons: PDF export! ", "wren-sons-pdf-export"),
        ("Größe 2", "gr-e-2"),
        ("…", ""),
    ] {
        assert_eq!(Slug::propose(title), slug);
    }
    assert!(Slug::propose(&"word ".repeat(40)).len() <= 40);
}

#[test]
fn unfinished_versions_stay_off_the_stable_channel() {
    let (stable, beta) = (Channel::stable(), Channel::parse("beta").unwrap());
    let (done, early) = (Version::parse("1.0.0").unwrap(), Version::parse("1.0.0-rc.1").unwrap());
    assert!(stable.check(&done).is_ok() && beta.check(&done).is_ok() && beta.check(&early).is_ok());
    assert_eq!(stable.check(&early).unwrap_err().field(), Some("channel"));
}

#[test]
fn computers_and_packings_are_of_a_list() {
    let computer = Computer::parse("linux", "aarch64").unwrap();
    assert_eq!(computer.to_string(), "Linux, 64-bit ARM");
    assert_eq!(Computer::parse("Linux", "aarch64").unwrap_err().field(), Some("os"));
    assert_eq!(Computer::parse("linux", "6502").unwrap_err().field(), Some("arch"));
    for packing in Packing::ALL {
        assert_eq!(Packing::parse(packing.name()), Ok(packing));
        assert_eq!(Packing::from_number(packing.number()), Some(packing));
    }
    assert!(Packing::parse("rar").is_err());
}

#[test]
fn a_channel_only_goes_on() {
    let version = |text| Version::parse(text).unwrap();
    let out = [version("1.4.0"), version("1.10.0")];
    for (text, is_next) in
        [("1.10.1", true), ("2.0.0-rc.1", true), ("1.10.0", false), ("1.9.9", false), ("1.10.0-rc.1", false)]
    {
        assert_eq!(check_next_version(&version(text), &out).is_ok(), is_next, "{text}");
    }
    assert!(check_next_version(&version("0.1.0"), &[]).is_ok());
}
