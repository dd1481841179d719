//! The fields of the index and what a listing puts into them. No text is
//! stored: a hit is an id, and its row comes from the database.

use domain::id::ListingId;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::RAW_TOKENIZER_NAME;
use tantivy::{TantivyDocument, Term};

use super::analyzer::{PARTS, STEMS, WORDS};
use super::quality;
use crate::document::Document;
use crate::text::fold;

/// Raise it whenever a field, the analysis or the standing of a listing
/// changes: an index of another version is set aside and filled anew.
pub(super) const VERSION: u32 = 1;

/// Columns, by name, since the engine wants them so.
pub(super) mod column {
    pub(in crate::local) const ID_HIGH: &str = "id_high";
    pub(in crate::local) const ID_LOW: &str = "id_low";
    pub(in crate::local) const CATEGORY: &str = "category";
    pub(in crate::local) const KIND: &str = "kind";
    pub(in crate::local) const TAG: &str = "tag";
    pub(in crate::local) const PRICE: &str = "price";
    pub(in crate::local) const CREATED: &str = "created";
    pub(in crate::local) const SALES: &str = "sales";
    pub(in crate::local) const RATING: &str = "rating";
    pub(in crate::local) const STANDING: &str = "standing";
    pub(in crate::local) const IN_STOCK: &str = "in_stock";
}

/// The fields, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// For replacing and removing.
    id: Field,
    id_high: Field,
    id_low: Field,
    /// All words of a listing: title, tags, description, seller's handle.
    pub words: Field,
    /// The stems of the same.
    pub stems: Field,
    /// The words of the title.
    pub title: Field,
    /// Their stems.
    pub title_stems: Field,
    /// The stems of the tags.
    pub tag_stems: Field,
    /// Each tag as a whole.
    tag: Field,
    /// The path of the category.
    category: Field,
    /// The same path, and each path above it.
    within: Field,
    kind: Field,
    seller: Field,
    price: Field,
    created: Field,
    sales: Field,
    rating: Field,
    standing: Field,
    in_stock: Field,
}

/// The schema and the numbers of its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let text = |tokenizer: &str, record: IndexRecordOption| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
        TextOptions::default().set_indexing_options(indexing)
    };
    let placed = IndexRecordOption::WithFreqsAndPositions;
    let counted = IndexRecordOption::WithFreqs;
    let value = TextFieldIndexing::default()
        .set_tokenizer(RAW_TOKENIZER_NAME)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let column = || TextOptions::default().set_fast(RAW_TOKENIZER_NAME);

    let mut builder = Schema::builder();
    let fields = Fields {
        id: builder.add_bytes_field("id", INDEXED),
        id_high: builder.add_u64_field(column::ID_HIGH, FAST),
        id_low: builder.add_u64_field(column::ID_LOW, FAST),
        words: builder.add_text_field("words", text(WORDS, placed)),
        stems: builder.add_text_field("stems", text(STEMS, counted)),
        title: builder.add_text_field("title", text(PARTS, placed)),
        title_stems: builder.add_text_field("title_stems", text(STEMS, counted)),
        tag_stems: builder.add_text_field("tag_stems", text(STEMS, counted)),
        tag: builder.add_text_field(column::TAG, column().set_indexing_options(value.clone())),
        category: builder.add_text_field(column::CATEGORY, column()),
        within: builder.add_text_field("within", TextOptions::default().set_indexing_options(value)),
        kind: builder.add_text_field(column::KIND, column()),
        seller: builder.add_bytes_field("seller", INDEXED),
        price: builder.add_u64_field(column::PRICE, FAST),
        created: builder.add_u64_field(column::CREATED, FAST),
        sales: builder.add_u64_field(column::SALES, FAST),
        rating: builder.add_u64_field(column::RATING, FAST),
        standing: builder.add_u64_field(column::STANDING, FAST),
        in_stock: builder.add_u64_field(column::IN_STOCK, FAST),
    };
    (builder.build(), fields)
}

impl Fields {
    /// What names the listing in the index.
    pub(super) fn id_term(&self, id: ListingId) -> Term {
        Term::from_field_bytes(self.id, id.uuid().as_bytes())
    }

    /// What the listings in the category `path` or below it share.
    pub(super) fn category_term(&self, path: &[String]) -> Term {
        Term::from_field_text(self.within, &path.join("/"))
    }

    /// What the listings of a seller share.
    pub(super) fn seller_term(&self, seller: domain::id::UserId) -> Term {
        Term::from_field_bytes(self.seller, seller.uuid().as_bytes())
    }

    /// What the listings with that tag share.
    pub(super) fn tag_term(&self, tag: &str) -> Term {
        Term::from_field_text(self.tag, &tag_value(tag))
    }

    /// What the engine keeps of a listing.
    pub(super) fn row(&self, document: &Document) -> TantivyDocument {
        let mut row = TantivyDocument::new();
        let (high, low) = document.id.uuid().as_u64_pair();
        row.add_bytes(self.id, document.id.uuid().as_bytes());
        row.add_u64(self.id_high, high);
        row.add_u64(self.id_low, low);
        self.add_texts(&mut row, document);
        let path = document.category.join("/");
        for depth in 1..=document.category.len() {
            if let Some(above) = document.category.get(..depth) {
                row.add_text(self.within, above.join("/"));
            }
        }
        row.add_text(self.category, path);
        row.add_text(self.kind, &document.kind);
        row.add_bytes(self.seller, document.seller.uuid().as_bytes());
        row.add_u64(self.price, document.price.units().unsigned_abs());
        row.add_u64(self.created, u64::try_from(document.created_at.millis()).unwrap_or(0));
        row.add_u64(self.sales, u64::from(document.sales));
        row.add_u64(self.rating, u64::from(document.rating.unwrap_or(0)));
        row.add_u64(self.standing, u64::from(quality::standing(document.sales, document.rating)));
        row.add_u64(self.in_stock, u64::from(document.in_stock));
        row
    }

    fn add_texts(&self, row: &mut TantivyDocument, document: &Document) {
        let handle = fold(&document.seller_handle);
        for field in [self.words, self.stems] {
            row.add_text(field, &document.title);
            for tag in &document.tags {
                row.add_text(field, tag);
            }
            row.add_text(field, &document.description);
            row.add_text(field, &handle);
        }
        row.add_text(self.title, &document.title);
        row.add_text(self.title_stems, &document.title);
        for tag in &document.tags {
            row.add_text(self.tag_stems, tag);
            row.add_text(self.tag, tag_value(tag));
        }
    }
}

/// A tag as it is compared and counted: small letters, no space around.
fn tag_value(tag: &str) -> String {
    tag.trim().to_lowercase()
}
