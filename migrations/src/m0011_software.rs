//! Software: products, releases, what is uploaded for them, offers, and the
//! keys that publishers sign with.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// A release's states: 1 draft, 2 published, 3 yanked; an artifact's: 1 waiting
// for its bytes, 2 uploaded, 3 dropped from its draft. Kinds of offers: 1 to
// buy, 2 rent by time, 3 rent by units; updates: 1 all, 2 major, 3 for a time.
const TABLES: &str = "
CREATE TABLE products (
    listing_id {id} NOT NULL PRIMARY KEY REFERENCES listings (id),
    publisher_id {id} NOT NULL REFERENCES users (id),
    slug TEXT NOT NULL,
    created_at {int} NOT NULL,
    CONSTRAINT products_slug UNIQUE (slug)
) {table}

CREATE TABLE publisher_keys (
    publisher_id {id} NOT NULL REFERENCES users (id),
    kid TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sealed_key TEXT,
    created_at {int} NOT NULL,
    retired_at {int},
    PRIMARY KEY (publisher_id, kid)
) {table}

CREATE UNIQUE INDEX publisher_keys_current ON publisher_keys (publisher_id) WHERE retired_at IS NULL

CREATE TABLE releases (
    id {id} NOT NULL PRIMARY KEY,
    listing_id {id} NOT NULL REFERENCES products (listing_id),
    version TEXT NOT NULL,
    channel TEXT NOT NULL,
    notes TEXT NOT NULL,
    rules TEXT NOT NULL,
    state {small} NOT NULL,
    created_at {int} NOT NULL,
    published_at {int},
    yanked_at {int},
    seq {int},
    kid TEXT,
    manifest TEXT,
    signed_at {int},
    expires_at {int},
    CONSTRAINT releases_version UNIQUE (listing_id, version),
    CONSTRAINT releases_seq UNIQUE (listing_id, seq),
    CONSTRAINT releases_state CHECK (state BETWEEN 1 AND 3),
    CONSTRAINT releases_published CHECK ((state = 1) = (published_at IS NULL)),
    CONSTRAINT releases_yanked CHECK ((state = 3) = (yanked_at IS NOT NULL)),
    CONSTRAINT releases_signed CHECK (
        CASE WHEN state = 1 THEN seq IS NULL AND manifest IS NULL
        ELSE seq > 0 AND kid IS NOT NULL AND manifest IS NOT NULL
            AND signed_at IS NOT NULL AND expires_at > signed_at END
    )
) {table}

CREATE INDEX releases_newest ON releases (listing_id, channel, seq) WHERE state = 2

CREATE TABLE artifacts (
    id {id} NOT NULL PRIMARY KEY,
    release_id {id} NOT NULL REFERENCES releases (id),
    os TEXT NOT NULL,
    arch TEXT NOT NULL,
    packing {small} NOT NULL,
    name TEXT NOT NULL,
    main TEXT NOT NULL,
    state {small} NOT NULL,
    size {int} NOT NULL,
    sha256 TEXT,
    unpacked_size {int},
    files TEXT,
    file_hash TEXT,
    begun_at {int} NOT NULL,
    uploaded_at {int},
    CONSTRAINT artifacts_state CHECK (state BETWEEN 1 AND 3),
    CONSTRAINT artifacts_size CHECK (size > 0),
    CONSTRAINT artifacts_uploaded CHECK (
        state <> 2 OR (sha256 IS NOT NULL AND unpacked_size IS NOT NULL AND files IS NOT NULL
            AND file_hash IS NOT NULL AND uploaded_at IS NOT NULL)
    )
) {table}

CREATE UNIQUE INDEX artifacts_computer ON artifacts (release_id, os, arch) WHERE state <> 3

CREATE INDEX artifacts_waiting ON artifacts (begun_at) WHERE state = 1

CREATE TABLE offers (
    id {id} NOT NULL PRIMARY KEY,
    listing_id {id} NOT NULL REFERENCES listings (id),
    place {small} NOT NULL,
    kind {small} NOT NULL,
    price {int} NOT NULL,
    seconds {int},
    meter TEXT,
    units {int},
    updates {small},
    updates_seconds {int},
    devices_max {small} NOT NULL,
    is_extendable {small} NOT NULL,
    credit_bp {small},
    created_at {int} NOT NULL,
    retired_at {int},
    CONSTRAINT offers_price CHECK (price > 0),
    CONSTRAINT offers_devices CHECK (devices_max > 0),
    CONSTRAINT offers_credit CHECK (credit_bp IS NULL OR credit_bp BETWEEN 0 AND 10000),
    CONSTRAINT offers_kind CHECK (
        (kind = 1 AND updates BETWEEN 1 AND 3 AND (updates = 3) = (updates_seconds IS NOT NULL)
            AND seconds IS NULL AND meter IS NULL AND units IS NULL AND credit_bp IS NULL)
        OR (kind = 2 AND seconds > 0 AND meter IS NULL AND units IS NULL AND updates IS NULL
            AND updates_seconds IS NULL)
        OR (kind = 3 AND meter IS NOT NULL AND units > 0 AND (seconds IS NULL OR seconds > 0)
            AND updates IS NULL AND updates_seconds IS NULL)
    )
) {table}

CREATE INDEX offers_listing ON offers (listing_id, place) WHERE retired_at IS NULL
";

/// A draft is free; what was published keeps all but its signature, which is
/// renewed, and may be yanked once.
const RELEASE_STAYS: &str = "NEW.id = OLD.id AND NEW.listing_id = OLD.listing_id \
     AND NEW.created_at = OLD.created_at AND NEW.state >= OLD.state \
     AND (OLD.state = 1 OR (NEW.version = OLD.version AND NEW.channel = OLD.channel \
     AND NEW.notes = OLD.notes AND NEW.rules = OLD.rules AND NEW.published_at = OLD.published_at \
     AND NEW.seq >= OLD.seq AND COALESCE(NEW.yanked_at, 0) >= COALESCE(OLD.yanked_at, 0) \
     AND (OLD.state = 2 OR (NEW.manifest = OLD.manifest AND NEW.yanked_at = OLD.yanked_at))))";

/// What was uploaded stays as it is; it can only be dropped.
const ARTIFACT_STAYS: &str = "NEW.id = OLD.id AND NEW.release_id = OLD.release_id \
     AND NEW.os = OLD.os AND NEW.arch = OLD.arch AND NEW.begun_at >= OLD.begun_at AND NEW.state >= OLD.state \
     AND OLD.state <> 3 AND (OLD.state = 1 OR (NEW.packing = OLD.packing AND NEW.name = OLD.name \
     AND NEW.main = OLD.main AND NEW.size = OLD.size AND NEW.sha256 = OLD.sha256 \
     AND NEW.unpacked_size = OLD.unpacked_size AND NEW.files = OLD.files \
     AND NEW.file_hash = OLD.file_hash AND NEW.uploaded_at = OLD.uploaded_at))";

/// An offer is what somebody paid for: it can only be retired.
const OFFER_STAYS: &str = "NEW.id = OLD.id AND NEW.listing_id = OLD.listing_id \
     AND NEW.kind = OLD.kind AND NEW.price = OLD.price AND COALESCE(NEW.seconds, 0) = COALESCE(OLD.seconds, 0) \
     AND COALESCE(NEW.meter, '') = COALESCE(OLD.meter, '') AND COALESCE(NEW.units, 0) = COALESCE(OLD.units, 0) \
     AND COALESCE(NEW.updates, 0) = COALESCE(OLD.updates, 0) \
     AND COALESCE(NEW.updates_seconds, 0) = COALESCE(OLD.updates_seconds, 0) \
     AND NEW.devices_max = OLD.devices_max AND NEW.is_extendable = OLD.is_extendable \
     AND COALESCE(NEW.credit_bp, -1) = COALESCE(OLD.credit_bp, -1) AND NEW.created_at = OLD.created_at \
     AND OLD.retired_at IS NULL";

/// A key that something was signed with stays; it can only be retired.
const KEY_STAYS: &str = "NEW.publisher_id = OLD.publisher_id AND NEW.kid = OLD.kid \
     AND NEW.public_key = OLD.public_key AND NEW.created_at = OLD.created_at AND OLD.retired_at IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        let name_stays = "a product keeps its name: programs are known by it";
        guard(manager, "products", Guard::AppendOnly, name_stays).await?;
        let key_stays = "a publisher key stays as it was";
        guard(manager, "publisher_keys", Guard::Updates(KEY_STAYS), key_stays).await?;
        let release_stays = "a published release never changes";
        guard(manager, "releases", Guard::Updates(RELEASE_STAYS), release_stays).await?;
        let artifact_stays = "what was uploaded never changes";
        guard(manager, "artifacts", Guard::Updates(ARTIFACT_STAYS), artifact_stays).await?;
        guard(manager, "offers", Guard::Updates(OFFER_STAYS), "an offer never changes, it is retired").await
    }
}
