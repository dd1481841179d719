//! The listings to search in: those of a file, or more that are mixed from
//! their words.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use domain::id::{ListingId, UserId};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use search::Document;
use serde::Deserialize;
use uuid::Uuid;

/// A line of the file.
#[derive(Deserialize)]
struct Line {
    title: String,
    description: String,
    category: String,
    tags: Vec<String>,
    price_tokens: u32,
    seller: String,
    created: i64,
    sales: u32,
    rating: Option<f64>,
}

/// The listings of the file.
pub(super) struct Corpus {
    pub documents: Vec<Document>,
}

impl Corpus {
    pub(super) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let mut documents = Vec::new();
        for line in BufReader::new(File::open(path)?).lines() {
            let line: Line = serde_json::from_str(&line?)?;
            let number = u64::try_from(documents.len())?;
            documents.push(document(number, line));
        }
        if documents.is_empty() { Err("the file is empty".into()) } else { Ok(Self { documents }) }
    }

    /// Listing number `at`: one of the file, or beyond those a mixed one.
    pub(super) fn document(&self, at: usize, dice: &mut Dice) -> Document {
        if let Some(document) = self.documents.get(at) {
            return document.clone();
        }
        let base = self.any(dice);
        let title: Vec<String> =
            (0..5 + dice.below(6)).filter_map(|_| word(&self.any(dice).title, dice)).collect();
        let description = format!("{} {}", self.any(dice).description, self.any(dice).description);
        Document {
            id: id(u64::try_from(at).unwrap_or(0)),
            title: title.join(" "),
            description,
            tags: self.any(dice).tags.clone(),
            category: self.any(dice).category.clone(),
            price: self.any(dice).price,
            created_at: self.any(dice).created_at,
            ..base.clone()
        }
    }

    /// Any listing of the file.
    pub(super) fn any(&self, dice: &mut Dice) -> &Document {
        &self.documents[dice.below(self.documents.len())]
    }

    pub(super) fn find(&self, listing: ListingId) -> Option<&Document> {
        self.documents.get(usize::try_from(listing.uuid().as_u64_pair().1).ok()?)
    }

    /// A listing for when any will do.
    pub(super) fn sample() -> Document {
        let line = r#"{"title":"Lamp","description":"A lamp","category":"Home/Light","tags":["lamp"],
            "price_tokens":10,"seller":"one","created":1700000000,"sales":1,"rating":4.0}"#;
        document(0, serde_json::from_str(line).expect("the line above is whole"))
    }
}

fn document(number: u64, line: Line) -> Document {
    let seller = line.seller.trim_start_matches("seller").parse().unwrap_or(0);
    let rating = line.rating.and_then(|rating| format!("{:.0}", rating * 100.0).parse().ok());
    Document {
        id: id(number),
        title: line.title,
        description: line.description,
        tags: line.tags,
        category: line.category.split('/').map(str::to_owned).collect(),
        kind: if line.category.starts_with("Files") { "file" } else { "software" }.to_owned(),
        price: Tokens::whole(line.price_tokens),
        seller: UserId::new(Uuid::from_u64_pair(9, seller)),
        seller_handle: line.seller,
        created_at: Timestamp::from_millis(line.created * 1_000),
        sales: line.sales,
        rating,
        in_stock: !number.is_multiple_of(17),
    }
}

fn id(number: u64) -> ListingId {
    ListingId::new(Uuid::from_u64_pair(7, number))
}

/// Any word of a text that is worth asking for.
pub(super) fn word(text: &str, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| word.len() >= 3 && !matches!(*word, "the" | "for" | "and" | "with"))
        .collect();
    words.get(dice.below(words.len().max(1))).map(|word| (*word).to_owned())
}

/// Numbers that look drawn, the same in every run (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}
