use super::*;

/// A paper with what people have called themselves.
fn evil(name: &str) -> Sheet {
    Sheet {
        title: "Invoice I-000001".to_owned(),
        from: vec!["The market".to_owned(), "1 Mill Lane".to_owned()],
        to: name.lines().map(str::to_owned).collect(),
        facts: vec![
            ("Number".to_owned(), "I-000001".to_owned()),
            ("Your number".to_owned(), name.to_owned()),
        ],
        items: vec![Item {
            what: name.to_owned(),
            each: "0.01 USD".to_owned(),
            amount: "5.00 USD".to_owned(),
        }],
        total: ("To pay".to_owned(), "5.00 USD".to_owned()),
        notes: vec![name.to_owned()],
        bank: vec!["IBAN XX".to_owned()],
        footer: vec!["Thank you".to_owned()],
        file_name: "invoice-I-000001".to_owned(),
    }
}

#[test]
fn evil_names_neither_break_it_nor_get_lost() {
    let long = "x".repeat(400);
    let table = [
        "Łukasz Ďurišić-Ñandú, Straße Ωμέγα Жук",
        "right\u{200F}to\u{200E}left \u{5D0}\u{5D1}",
        "a \u{1F426} wren \u{1F469}\u{200D}\u{1F527}",
        "control \u{7}\u{1b}[2J \0 end",
        "e\u{301}\u{302} stacked",
        "(brackets) \\ back % percent >> << endobj stream",
        long.as_str(),
        "",
    ];
    for name in table {
        let file = write_pdf(&evil(name)).expect("a file");
        assert!(file.starts_with(b"%PDF-1.") && file.ends_with(b"%%EOF"), "{name:?}");
        assert!(file.len() < 120_000, "{name:?} takes {} bytes", file.len());
    }
    // Nothing that comes from outside stands in the file as it is.
    let file = write_pdf(&evil("(marker) endobj")).unwrap();
    assert!(!file.windows(8).any(|part| part == b"(marker)"));
}

#[test]
fn the_same_paper_is_the_same_file() {
    assert_eq!(write_pdf(&evil("wren")), write_pdf(&evil("wren")));
    assert_ne!(write_pdf(&evil("wren")), write_pdf(&evil("finch")));
}

#[test]
fn what_the_font_lacks_is_spelled_and_named() {
    let mut font = font::Font::open().unwrap();
    let runs = font.runs("a\u{1F426}e\u{301}");
    assert_eq!(runs.len(), 3, "a letter with its accent is one");
    assert_eq!(runs.iter().map(|run| run.glyphs.len()).collect::<Vec<_>>(), [1, "[U+1F426]".len(), 1]);
    assert_eq!(runs[1].stands_for, Some('\u{1F426}'));
    for sign in (' '..='~').chain('\u{A0}'..='\u{24F}').filter(|sign| *sign != '\u{AD}') {
        assert_eq!(font.runs(&sign.to_string())[0].stands_for, None, "{sign:?}");
    }
}

#[test]
fn a_long_paper_takes_several_pages() {
    let mut long = evil("wren");
    long.notes = (0..200).map(|number| format!("line {number}")).collect();
    let file = write_pdf(&long).unwrap();
    let text = String::from_utf8_lossy(&file);
    assert_eq!(text.matches("/Type /Page\n").count(), 5, "{}", text.matches("/Type /Page").count());
}
