use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const GOOD: &str = r#"{"id":7,"title":"A wren","description":"Small","category":"Birds/Small & loud","tags":["wren"],"price_tokens":253,"seller":"seller1439","created":1690536901,"sales":3,"rating":2.9}"#;

fn file(bytes: &[u8]) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("listings");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn entries(bytes: &[u8]) -> Vec<Entry> {
    let (_folder, path) = file(bytes);
    let mut reader = ListingReader::open(&path).unwrap();
    let mut found = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        found.push(entry);
    }
    assert_eq!(reader.bytes_read(), reader.bytes_total());
    found
}

/// The good line with one field put in another's place.
fn with(field: &str, value: &str) -> String {
    let mut fields: serde_json::Value = serde_json::from_str(GOOD).unwrap();
    fields[field] = serde_json::from_str(value).unwrap();
    fields.to_string()
}

fn only(line: &str) -> Result<ImportLine, String> {
    let mut found = entries(line.as_bytes());
    assert_eq!(found.len(), 1);
    found.remove(0).listing
}

#[test]
fn a_good_line_is_read_exactly() {
    let expected = ImportLine {
        external_id: "7".to_owned(),
        title: Title::parse("A wren").unwrap(),
        description: Description::parse("Small").unwrap(),
        category: vec!["Birds".to_owned(), "Small & loud".to_owned()],
        tags: vec!["wren".to_owned()],
        price: Tokens::whole(253),
        seller: Handle::parse("seller1439").unwrap(),
        created_at: Some(Timestamp::from_millis(1_690_536_901_000)),
        sales: 3,
        rating_tenths: Some(29),
    };
    assert_eq!(only(GOOD), Ok(expected.clone()));
    let few = r#"{"id":"7","title":" A wren ","category":"Birds","price_tokens":"0.0001","seller":"@Wren","more":{}}"#;
    let sparse = ImportLine {
        description: Description::parse("").unwrap(),
        category: vec!["Birds".to_owned()],
        tags: Vec::new(),
        price: Tokens::from_units(1).unwrap(),
        seller: Handle::parse("wren").unwrap(),
        created_at: None,
        sales: 0,
        rating_tenths: None,
        ..expected
    };
    assert_eq!(only(few), Ok(sparse));
}

#[test]
fn bad_lines_say_why() {
    let long = format!("\"{}\"", "x".repeat(10_001));
    let table = [
        ("not json".to_owned(), "is not a JSON object"),
        ("{not json}".to_owned(), "is not JSON: key must be a string"),
        ("{\"id\":1,".to_owned(), "is not JSON: EOF while parsing a value"),
        ("[1,2]".to_owned(), "is not a JSON object"),
        (format!("{GOOD}{GOOD}"), "is not JSON: trailing characters"),
        ("[".repeat(100_000), "is not a JSON object"),
        (GOOD.replace("\"id\":7", &format!("\"id\":{}", "[".repeat(500))), "is not JSON: recursion limit"),
        ("{}".to_owned(), "title is missing"),
        (with("title", "null"), "title is missing"),
        (with("title", "\"  \""), "title: this may not stay empty"),
        (with("title", "5"), "has an unfit field: invalid type: integer `5`, expected a string"),
        (with("title", "\"a\\u0000b\""), "title: control characters are not allowed"),
        (with("title", &format!("\"{}\"", "x".repeat(141))), "title: at most 140 characters"),
        (with("description", &long), "description: at most 10000 characters"),
        (with("category", "\"\""), "category has to be"),
        (with("category", "\"a//b\""), "category has to be"),
        (with("category", "\"1/2/3/4/5/6/7/8/9\""), "category has to be"),
        (with("tags", "[\"<b>\"]"), "tags: a tag has up to 30"),
        (with("tags", "\"wren\""), "has an unfit field"),
        (with("price_tokens", "0"), "price_tokens has to be above 0"),
        (with("price_tokens", "-1"), "price_tokens has to be a whole number, or a decimal in quotes"),
        (with("price_tokens", "1e9"), "price_tokens has to be a whole number"),
        (with("price_tokens", "\"1e3\""), "price_tokens: an amount is written in digits"),
        (with("price_tokens", "9.5"), "price_tokens has to be a whole number"),
        (with("price_tokens", "\"1.00001\""), "price_tokens: an amount has at most four decimal places"),
        (with("price_tokens", "1000000001"), "price_tokens is more than 1000000000"),
        (with("price_tokens", "99999999999999999999999"), "price_tokens has to be a whole number"),
        (with("price_tokens", "true"), "price_tokens has to be a whole number"),
        (with("seller", "\"x\""), "seller: a handle has 3 to 30"),
        (with("seller", "\"admin\""), "seller: this handle is reserved"),
        (with("id", "1.5"), "id is neither a text nor a whole number"),
        (with("id", "\"\""), "id has to have 1 to 200 bytes"),
        (with("created", "-1"), "created has to be in seconds since 1970"),
        (with("created", "1690536901000"), "created has to be in seconds since 1970"),
        (with("sales", "-3"), "has an unfit field"),
        (with("rating", "5.1"), "rating has to be from 0 to 5"),
        (with("rating", "-0.1"), "rating has to be from 0 to 5"),
    ];
    for (line, expected) in table {
        let reason = only(&line).unwrap_err();
        assert!(reason.starts_with(expected), "{reason:?} does not begin with {expected:?}");
        assert!(reason.chars().count() <= 160 && !reason.contains(char::is_control));
    }
    let bytes = [&b"{\"id\":1,\"title\":\"\xFF\xFE\"}\n"[..], GOOD.as_bytes()].concat();
    let found = entries(&bytes);
    assert_eq!(found[0].listing, Err("is not UTF-8".to_owned()));
    assert!(found[1].listing.is_ok());
}

#[test]
fn lines_keep_their_numbers_in_plain_and_gzipped_files() {
    let long = "x".repeat(3 * lines::LINE_BYTES_MAX);
    let text = format!("\u{FEFF}{GOOD}\r\n\n   \nbad\n{long}\n{GOOD}\n{long}");
    let half = text.len() / 2;
    let joined = [gzipped(&text.as_bytes()[..half]), gzipped(&text.as_bytes()[half..])].concat();
    for bytes in [text.clone().into_bytes(), gzipped(text.as_bytes()), joined] {
        let found: Vec<_> = entries(&bytes).iter().map(|it| (it.number, it.listing.is_ok())).collect();
        assert_eq!(found, [(1, true), (4, false), (5, false), (6, true), (7, false)]);
    }
    let exact = format!("{}{GOOD}", " ".repeat(lines::LINE_BYTES_MAX - GOOD.len()));
    assert!(only(&exact).is_ok());
    assert_eq!(only(&format!(" {exact}")), Err("is longer than 1048576 bytes".to_owned()));
    assert!(entries(b"").is_empty() && entries(b"\n\n").is_empty());
}

#[test]
fn a_stopped_import_goes_on_after_the_last_kept_line() {
    let text: String = (1..=9).map(|id| with("id", &id.to_string()) + "\n").collect();
    let (folder, path) = file(text.as_bytes());
    let mut checkpoint = Checkpoint::find(folder.path(), &path).unwrap();
    assert_eq!(checkpoint.line(), 0);
    checkpoint.save(4).unwrap();
    checkpoint.save(6).unwrap();
    let moved = path.with_file_name("moved");
    fs::rename(&path, &moved).unwrap();
    let again = Checkpoint::find(folder.path(), &moved).unwrap();
    assert_eq!(again.line(), 6);
    let mut reader = ListingReader::open(&moved).unwrap();
    reader.skip_to(again.line()).unwrap();
    let next = reader.next_entry().unwrap().unwrap();
    assert_eq!((next.number, next.listing.unwrap().external_id), (7, "7".to_owned()));
    reader.skip_to(1_000).unwrap();
    assert_eq!(reader.next_entry().unwrap(), None);
    again.clear().unwrap();
    assert_eq!(Checkpoint::find(folder.path(), &moved).unwrap().line(), 0);
    fs::write(&moved, text + "\n").unwrap();
    Checkpoint::find(folder.path(), &moved).unwrap().clear().unwrap();
}

#[test]
fn what_cannot_be_read_is_a_fault_with_its_place() {
    let (folder, path) = file(&gzipped(format!("{GOOD}\n").repeat(50).as_bytes()));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 6]).unwrap();
    let mut reader = ListingReader::open(&path).unwrap();
    let mut read = 0;
    let fault = loop {
        match reader.next_entry() {
            Ok(Some(_)) => read += 1,
            Ok(None) => panic!("the end was not missed"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.to_string(), format!("could not read the file beyond line {read}"));
    let nowhere = ListingReader::open(&folder.path().join("nowhere")).unwrap_err();
    assert_eq!(nowhere.to_string(), "could not read the file");
}

proptest! {
    #[test]
    fn no_line_breaks_the_reader(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..8)) {
        let (_folder, path) = file(&lines.join(&b'\n'));
        let mut reader = ListingReader::open(&path);
        while let Ok(reader) = &mut reader {
            match reader.next_entry() {
                Ok(Some(entry)) => prop_assert!(entry.number <= 500),
                Ok(None) | Err(_) => break,
            }
        }
    }
}
