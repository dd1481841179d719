//! What comes first, as a table.

use search::{Matching, Sort};

use crate::market::{Market, ask, listing, numbers};

fn corpus() -> Market {
    let mut documents = vec![
        listing(1, "Red desk lamp", "A small lamp for the desk.", &["lighting"]),
        listing(2, "Desk made of oak", "Holds a lamp, a screen and your elbows.", &["furniture"]),
        listing(3, "Wool blanket", "Warm and red. Goes with any lamp.", &["bedroom"]),
        listing(4, "Lampshade", "Linen, white.", &["lighting"]),
        listing(5, "Set of lamps", "Three of them.", &["lighting", "set"]),
        listing(6, "C++ course", "Learn C++ in ten evenings.", &["programming"]),
        listing(7, "C course", "Learn C from scratch.", &["programming"]),
        listing(8, "Node.js handbook", "Servers in JavaScript.", &["programming", "javascript"]),
        listing(9, "Wi-Fi router", "With four antennas.", &["network"]),
        listing(10, "Wireless keyboard", "Runs for a year on one battery.", &["office"]),
        listing(11, "Garden bench", "For two people, oak wood.", &["garden"]),
        listing(12, "Bench for the garden", "Steel.", &["garden"]),
        listing(13, "Crème brûlée torch", "For the kitchen.", &["kitchen"]),
        listing(14, "日本語の本", "For beginners.", &["books"]),
        listing(15, "Photo editing", "I retouch your photos.", &["photography"]),
        listing(16, "Camera lens", "For photographers.", &["photography"]),
        listing(17, "Running shoes", "Size 42.", &["sport"]),
        listing(18, "Item 0001 spare part", "Fits.", &["spare"]),
        listing(19, "Item 0002 spare part", "Fits.", &["spare"]),
        listing(20, "Women's rain jacket", "Dry.", &["clothes"]),
        listing(21, "Damp proof paint", "For cellars.", &["paint"]),
    ];
    for document in &mut documents {
        document.seller_handle = format!("seller-{}", document.title.len());
    }
    Market::of(&documents)
}

#[test]
fn the_first_hits_are_these() {
    let market = corpus();
    let table: [(&str, &[u64]); 29] = [
        // The title counts more than the description, both words more than one.
        ("red lamp", &[1, 3]),
        ("red desk lamp", &[1]),
        ("desk", &[1, 2]),
        // All forms are found, the one typed first.
        ("set of lamps", &[5]),
        ("running shoe", &[17]),
        ("retouching photo", &[15]),
        ("womens jacket", &[20]),
        ("women jackets", &[20]),
        // The last word may be unfinished, unless a space ends it.
        ("wirel", &[10]),
        ("garden ben", &[11, 12]),
        // Typos.
        ("wireles keyboard", &[10]),
        ("kayboerd", &[10]),
        ("lmapshade", &[4]),
        ("gardne bench", &[11, 12]),
        // Codes are taken at their word.
        ("item 0002", &[19]),
        // Punctuation.
        ("c++", &[6]),
        ("c++ course", &[6]),
        ("node.js", &[8]),
        ("nodejs", &[8]),
        ("node js", &[8]),
        ("wifi router", &[9]),
        ("wi-fi", &[9]),
        // Accents and other scripts.
        ("creme brulee", &[13]),
        ("日本", &[14]),
        // Phrases keep their order, and minus takes out.
        ("\"garden bench\"", &[11]),
        ("bench -oak", &[12]),
        ("lamp -\"any lamp\" -lighting -desk", &[]),
        // The seller's whole handle.
        ("seller-9", &[4]),
        // Words in common that nobody needs to match.
        ("a bench for my garden", &[11, 12]),
    ];
    for (text, expected) in table {
        let found = market.found(text);
        let first = &found[..expected.len().min(found.len())];
        assert_eq!(first, expected, "{text:?} finds {found:?}");
    }
}

#[test]
fn exact_forms_stand_above_other_forms_above_beginnings_above_typos() {
    let market = Market::of(&[
        listing(1, "Lamps", "", &[]),
        listing(2, "Lamp", "", &[]),
        listing(3, "Lampion", "", &[]),
        listing(4, "Damp", "", &[]),
        listing(5, "Unlike", "", &[]),
    ]);
    assert_eq!(market.found("lamp"), [2, 1, 3, 4]);
    assert_eq!(market.found("lamps"), [1, 2, 3]);
}

#[test]
fn looser_matches_stay_out_of_other_orders_while_anything_matches() {
    let market = Market::of(&[
        listing(1, "Lamp", "", &[]),
        listing(2, "Lampion", "", &[]),
        listing(3, "Damp", "", &[]),
    ]);
    let newest = |text: &str| numbers(&market.page(search::Query { sort: Sort::Newest, ..ask(text) }));
    assert_eq!(newest("lamp"), [1]);
    assert_eq!(newest("lampi"), [2]);
    assert_eq!(newest("lmap"), [1]);
}

#[test]
fn what_was_taken_freely_is_said() {
    let market = corpus();
    let table = [
        ("red desk lamp", Matching::All, None),
        ("wireles keyboard", Matching::Similar, Some("wireless keyboard")),
        ("oak torch", Matching::Any, None),
        ("torch from zanzibar", Matching::Any, None),
        ("xylophone", Matching::All, None),
    ];
    for (text, matching, better) in table {
        let page = market.page(ask(text));
        assert_eq!((page.matching, page.did_you_mean.as_deref()), (matching, better), "{text:?}");
    }
    assert!(market.found("xylophone").is_empty());
    assert_eq!(
        market
            .page(ask("one two three four five six seven eight nine ten eleven twelve lamp"))
            .words_left_out,
        1
    );
}

#[test]
fn quality_decides_between_equal_words_and_without_words() {
    let mut plain = listing(1, "Oak table", "", &[]);
    plain.sales = 0;
    plain.rating = None;
    let mut loved = listing(2, "Oak table", "", &[]);
    loved.sales = 400;
    loved.rating = Some(480);
    let mut gone = loved.clone();
    gone.id = crate::market::id(3);
    gone.in_stock = false;
    let mut beside = listing(4, "Chair", "Goes with an oak table.", &[]);
    beside.sales = 9_000;
    beside.rating = Some(500);
    let market = Market::of(&[plain, loved, gone, beside]);
    assert_eq!(market.found("oak table"), [2, 1, 3, 4]);
    assert_eq!(market.found(""), [4, 2, 1, 3]);
}

#[test]
fn the_order_is_explained() {
    let market = corpus();
    let page = market.page(search::Query { explain: true, ..ask("red lamp") });
    let lines = page.hits[0].explanation.join("\n");
    for part in
        ["“red” in the title: ", "“lamp” in the title: ", "words together: ", "for quality: ", "score: "]
    {
        assert!(lines.contains(part), "{part} in {lines}");
    }
    let score = |at: usize| -> f64 {
        let line = page.hits[at].explanation.last().unwrap();
        line.strip_prefix("score: ").unwrap().parse().unwrap()
    };
    assert!((1..page.hits.len()).all(|at| score(at - 1) >= score(at)), "{page:?}");
    assert!(market.found("red lamp") == numbers(&page));
}

#[test]
fn what_matched_is_marked() {
    let market = corpus();
    let table = [
        ("red lamp", "A red lamp, two lamps & a lampion", "A [red] [lamp], two [lamps] & a [lampion]"),
        ("red lamp ", "A red lamp, two lamps & a lampion", "A [red] [lamp], two [lamps] & a lampion"),
        ("wireles keyboard", "Wireless <keyboards>", "[Wireless] <[keyboards]>"),
        ("wifi", "Wi-Fi router", "[Wi-Fi] router"),
        ("bench for the garden", "Bench for the garden", "[Bench] for the [garden]"),
        ("-red lamp", "red lamp", "red [lamp]"),
    ];
    for (text, source, expected) in table {
        let runs = market.page(ask(text)).highlighter.mark(source);
        let shown: String = runs
            .iter()
            .map(|run| if run.matched { format!("[{}]", run.text) } else { run.text.clone() })
            .collect();
        assert_eq!(shown, expected, "{text:?}");
    }
}

#[test]
fn what_is_typed_is_completed_with_what_finds_something() {
    let market = corpus();
    let table: [(&str, &[&str]); 10] = [
        ("lam", &["lamp", "lampshade"]),
        ("red la", &["red lamp"]),
        ("wirl", &["wireless"]),
        ("gard", &["garden"]),
        ("garden b", &[]),
        ("garden be", &["garden bench"]),
        ("garden bench ", &[]),
        ("oak la", &[]),
        ("", &[]),
        ("\"", &[]),
    ];
    for (typed, expected) in table {
        assert_eq!(market.search.suggest(typed, 5).unwrap(), expected, "{typed:?}");
    }
    assert_eq!(market.search.suggest("lam", 1).unwrap(), ["lamp"]);
}
