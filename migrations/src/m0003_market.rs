//! Listings, pictures, carts, fee rules and the change feed.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const TABLES: &str = "
CREATE TABLE categories (
    id INTEGER NOT NULL PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    place {small} NOT NULL
) {table}

CREATE TABLE listings (
    id {id} NOT NULL PRIMARY KEY,
    seller_id {id} NOT NULL REFERENCES users (id),
    kind {small} NOT NULL,
    state {small} NOT NULL,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    price {int} NOT NULL,
    quantity {int},
    condition {small},
    tags TEXT NOT NULL,
    cover TEXT,
    file_hash TEXT,
    file_name TEXT,
    file_size {int},
    external_id TEXT,
    sales {int} NOT NULL,
    rating {int},
    created_at {int} NOT NULL,
    published_at {int},
    revised_at {int} NOT NULL,
    CONSTRAINT listings_price CHECK (price > 0),
    CONSTRAINT listings_stock CHECK (quantity IS NULL OR quantity >= 0)
) {table}

CREATE INDEX listings_seller ON listings (seller_id, id)

CREATE INDEX listings_newest ON listings (published_at, id) WHERE state = 2

CREATE UNIQUE INDEX listings_external ON listings (external_id) WHERE external_id IS NOT NULL

CREATE TABLE listing_changes (
    sequence {int} NOT NULL PRIMARY KEY,
    listing_id {id} NOT NULL
) {table}

CREATE TABLE images (
    id {id} NOT NULL PRIMARY KEY,
    owner_id {id} NOT NULL REFERENCES users (id),
    hash TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    widths TEXT NOT NULL,
    created_at {int} NOT NULL
) {table}

CREATE INDEX images_owner ON images (owner_id, id)

CREATE TABLE listing_images (
    listing_id {id} NOT NULL REFERENCES listings (id),
    place {small} NOT NULL,
    image_id {id} NOT NULL REFERENCES images (id),
    PRIMARY KEY (listing_id, place),
    CONSTRAINT listing_images_once UNIQUE (listing_id, image_id)
) {table}

CREATE TABLE cart_lines (
    id {id} NOT NULL PRIMARY KEY,
    owner_id {id} NOT NULL,
    listing_id {id} NOT NULL REFERENCES listings (id),
    quantity {int} NOT NULL,
    price_shown {int} NOT NULL,
    added_at {int} NOT NULL,
    is_visitors {small} NOT NULL,
    CONSTRAINT cart_lines_once UNIQUE (owner_id, listing_id),
    CONSTRAINT cart_lines_quantity CHECK (quantity > 0)
) {table}

CREATE INDEX cart_lines_stale ON cart_lines (added_at) WHERE is_visitors = 1

CREATE TABLE library (
    user_id {id} NOT NULL,
    listing_id {id} NOT NULL REFERENCES listings (id),
    order_id {id} NOT NULL,
    at {int} NOT NULL,
    place {id} NOT NULL,
    PRIMARY KEY (user_id, listing_id)
) {clustered}

CREATE UNIQUE INDEX library_place ON library (user_id, place)

CREATE TABLE fee_rules (
    id {id} NOT NULL PRIMARY KEY,
    place {small} NOT NULL,
    name TEXT NOT NULL,
    category_id INTEGER REFERENCES categories (id),
    seller_id {id} REFERENCES users (id),
    basis_points {small} NOT NULL,
    fixed {int} NOT NULL,
    minimum {int},
    maximum {int},
    set_at {int} NOT NULL,
    set_by {id} NOT NULL,
    ended_at {int},
    CONSTRAINT fee_rules_rate CHECK (basis_points BETWEEN 0 AND 10000 AND fixed >= 0)
) {table}
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await
    }
}
