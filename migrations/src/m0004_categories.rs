//! The categories that a new market starts with.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

/// Each root with its branches. A root's number is its place times 100; its
/// branches follow.
const TREE: &[(&str, &[&str])] = &[
    ("Home & garden", &["Furniture", "Kitchen", "Decoration", "Garden", "Other"]),
    ("Clothing", &["Women", "Men", "Children", "Shoes & bags", "Jewellery", "Other"]),
    ("Electronics", &["Computers", "Phones", "Audio", "Cameras", "Parts", "Other"]),
    ("Books & music", &["Fiction", "Non-fiction", "Sheet music", "Records", "Magazines", "Other"]),
    ("Art & craft", &["Paintings & prints", "Ceramics", "Textiles", "Woodwork", "Supplies", "Other"]),
    ("Hobby & sport", &["Bicycles", "Outdoor", "Games & toys", "Instruments", "Collecting", "Other"]),
    ("Food & plants", &["Preserves", "Baking", "Seeds", "Plants", "Other"]),
    ("Services", &["Automation", "Teaching", "Repair", "Writing", "Design", "Household", "Other"]),
    ("Files", &["Templates", "Photos", "Music", "Patterns", "Documents", "Fonts", "Other"]),
    (
        "Software",
        &[
            "Developer tools",
            "Web & UI",
            "Networking",
            "Data & analytics",
            "Games & fun",
            "Media",
            "Security",
            "Office",
            "Other",
        ],
    ),
    ("Everything else", &[]),
];

/// `Data & analytics` becomes `data-analytics`.
fn slug(name: &str) -> String {
    let words = name.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut rows = Vec::new();
        for (root, (name, branches)) in (1i32..).zip(TREE) {
            let number = root * 100;
            rows.push(format!("({number}, NULL, '{}', '{name}', {root})", slug(name)));
            for (place, branch) in (1i32..).zip(*branches) {
                rows.push(format!("({}, {number}, '{}', '{branch}', {place})", number + place, slug(branch)));
            }
        }
        let sql =
            format!("INSERT INTO categories (id, parent_id, slug, name, place) VALUES {}", rows.join(", "));
        manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
    }
}
