//! Help, and what every page needs: style, script, drawings.

use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use domain::id::{ListingId, UserId};
use domain::refusal::Refusal;
use domain::time::Seconds;

use crate::ask::{Answer, Ask, local, show};
use crate::assets::{self, CACHE_CONTROL};
use crate::page::Theme;
use crate::posted::Posted;
use crate::view::help::{ApiView, HelpView};
use crate::{art, cookies, routes};

/// The choice of colours is kept for a year.
const THEME_LASTS: Seconds = Seconds::days(365);

/// What a drawing may do where it is opened by itself: nothing.
const DRAWING_POLICY: (HeaderName, &str) = (header::CONTENT_SECURITY_POLICY, "default-src 'none'");

/// `GET /help`
pub(super) async fn help(ask: Ask) -> Answer {
    let market = ask.site.store.market();
    let tariff = ask.site.store.tariff();
    let rules = ask.site.store.fee_rules().await?;
    let share = rules.default_rule().map(|rule| rule.basis_points.to_string()).unwrap_or_default();
    show(&HelpView {
        page: ask.page("How it works", "How tokens, accounts, buying, selling and giving work here.").await?,
        token_worth: format!("{} {}", tariff.token_price(), tariff.currency),
        welcome: market.welcome,
        fee: format!("When something is sold, the usual cut is {share} of its price."),
        hold_days: market.hold.get() / 86_400,
        gift_days: market.gift_link.get() / 86_400,
    })
}

/// `GET /api`
pub(super) async fn api(ask: Ask) -> Answer {
    let endpoint = format!("{}{}", ask.site.public_url, routes::Graphql);
    show(&ApiView {
        page: ask.page("For programs", "How programs use the market through GraphQL.").await?,
        endpoint,
    })
}

/// `POST /theme`
pub(super) async fn theme(ask: Ask, Posted(form): Posted) -> Answer {
    let theme = Theme::named(form.get("theme"));
    let mut response = ask.go(local(form.find("back")));
    let cookie = cookies::set(cookies::THEME, theme.name(), THEME_LASTS, ask.site.is_secure());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn drawing(svg: String) -> Answer {
    let headers =
        [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, CACHE_CONTROL), DRAWING_POLICY];
    Ok((headers, svg).into_response())
}

/// `GET /art/{id}`: any id has a drawing; nothing is looked up.
pub(super) async fn art(Path(id): Path<String>) -> Answer {
    drawing(art::listing(super::id(&id, ListingId::new, "drawing")?))
}

/// `GET /portrait/{id}`
pub(super) async fn portrait(Path(id): Path<String>) -> Answer {
    drawing(art::portrait(super::id(&id, UserId::new, "drawing")?))
}

/// `GET /assets/{file}`
pub(super) async fn asset(Path(file): Path<String>) -> Answer {
    let asset = assets::find(&file).ok_or(Refusal::missing("file"))?;
    let headers = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, CACHE_CONTROL)];
    Ok((headers, asset.content.as_str()).into_response())
}

/// `GET /favicon.svg`
pub(super) async fn favicon() -> Answer {
    let mark = assets::mark();
    let headers = [(header::CONTENT_TYPE, mark.media_type), (header::CACHE_CONTROL, "public, max-age=86400")];
    Ok((headers, mark.content.as_str()).into_response())
}

/// `GET /robots.txt`
pub(super) async fn robots() -> Answer {
    // What is somebody's own asks to sign in; only addresses that are secrets
    // themselves need to be named.
    let secret = [routes::ClaimCode::PATTERN, routes::Graphql::PATTERN];
    let lines = secret.map(|path| format!("Disallow: {path}/\n"));
    let text = format!("User-agent: *\n{}", lines.concat());
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
