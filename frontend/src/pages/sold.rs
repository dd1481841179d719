//! Licences that were sold: the publisher's list, figures, and giving one
//! order's part back.

use axum::extract::Path;
use domain::id::OrderId;
use domain::licence::grant::Basis;
use domain::licence::meter::{Meter, MeterCode};
use domain::licence::refund::GivenBack;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use store::Error;
use store::licences::figures::{DaySold, Figures};
use store::licences::{LicenceView, RefundPreview, SoldGrant, SoldLicence};

use super::licence::left;
use super::wares::own;
use crate::ask::{Answer, Ask, show};
use crate::chart::Chart;
use crate::page::Tone;
use crate::parts::Day;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::licence::MeterRow;
use crate::view::sold::{FigureRow, FiguresView, RefundGrantView, SoldGrantRow, SoldRow, SoldView};
use crate::worth::{counted, grouped};
use crate::{routes, show};

/// How many grants of one licence the list shows.
const GRANTS_SHOWN: usize = 5;

/// The spans of time that figures are shown for, in days.
const SPANS: [u32; 3] = [30, 90, 365];

/// From so many days on, a bar is a week.
const DAYS_AS_WEEKS: u32 = 100;

/// `GET /sell/{id}/software/licences`
pub(super) async fn licences(ask: Ask, Path(id): Path<String>, query: Pairs) -> Answer {
    let listing = own(&ask, &id).await?;
    let page = ask.site.store.licences_sold(&ask.actor, listing.id, super::window(&query)).await?;
    let now = ask.site.store.world().now();
    let path = routes::SoftwareLicences::to(listing.id).to_string();
    show(&SoldView {
        page: ask.own_page(&format!("{}: licences sold", listing.title)).await?,
        id: listing.id,
        title: listing.title,
        licences: page.items.iter().map(|sold| row(&ask, sold, now)).collect(),
        pager: show::pager(&page, &path, |sold| sold.view.id().uuid()),
    })
}

fn row(ask: &Ask, sold: &SoldLicence, now: Timestamp) -> SoldRow {
    let licence = &sold.view.holding.licence;
    let meter = |meter: &Meter| MeterRow { words: left(meter), left: meter.left(), granted: meter.granted() };
    let is_owned = licence.is_owned();
    let active = sold.view.holding.devices.len();
    SoldRow {
        buyer: sold.buyer_handle.clone(),
        since: sold.since,
        stands: stands(&sold.view, now),
        holds: sold.view.verdict(now) == Verdict::Valid,
        meters: licence.meters.iter().filter(|_| !is_owned).map(meter).collect(),
        devices: format!("active on {active} of {} devices", licence.devices_max),
        grants: sold.grants.iter().take(GRANTS_SHOWN).map(|grant| grant_row(ask, grant)).collect(),
        more: sold.grants.len().saturating_sub(GRANTS_SHOWN),
    }
}

fn grant_row(ask: &Ask, grant: &SoldGrant) -> SoldGrantRow {
    SoldGrantRow {
        order: grant.acquired.order,
        sentence: grant.acquired.offer.sentence(),
        at: grant.acquired.at,
        paid: ask.price(grant.paid),
        refunded: grant.refunded.map(|refunded| ask.price(refunded)),
    }
}

/// How a licence stands, for its publisher.
fn stands(view: &LicenceView, now: Timestamp) -> String {
    let licence = &view.holding.licence;
    let ends = licence.term().and_then(|term| term.ends);
    match (view.verdict(now), licence.basis(), ends) {
        (Verdict::Valid, Basis::Owned, _) => "Owned for good.".to_owned(),
        (Verdict::Valid, _, Some(ends)) => format!("Rented until {ends} (UTC)."),
        (Verdict::Valid, _, None) => "Rented until all is used.".to_owned(),
        (Verdict::Expired, _, Some(ends)) => format!("Its time was over on {ends} (UTC)."),
        (Verdict::UsesExhausted, _, _) => "All of it is used.".to_owned(),
        (Verdict::Revoked, _, _) => "All of it was taken back.".to_owned(),
        (Verdict::Suspended, _, _) => "The market’s staff suspended it for now.".to_owned(),
        (verdict, _, _) => format!("{}.", verdict.sentence()),
    }
}

/// `GET /sell/{id}/software/figures`
pub(super) async fn figures(ask: Ask, Path(id): Path<String>, query: Pairs) -> Answer {
    let listing = own(&ask, &id).await?;
    let wanted = query.get("days").parse().ok();
    let days = SPANS.into_iter().find(|days| wanted == Some(*days)).unwrap_or(SPANS[0]);
    let figures = ask.site.store.software_figures(&ask.actor, listing.id, days).await?;
    let rows = table(&figures, days);
    let value = |pick: fn(&FigureRow) -> u64| -> Vec<(String, u64)> {
        rows.iter().map(|row| (row.name.clone(), pick(row))).collect()
    };
    let per = if days < DAYS_AS_WEEKS { "a day" } else { "a week" };
    let used = |(place, meter): (usize, &String)| {
        let values: Vec<_> = rows
            .iter()
            .map(|row| (row.name.clone(), row.used.get(place).copied().unwrap_or_default()))
            .collect();
        Chart::of(&format!("{meter}, {per}"), &values, counted)
    };
    let meters: Vec<String> = figures.meters.iter().map(|meter| meter_name(&meter.code)).collect();
    let earned = value(|row| u64::try_from(row.earned.units()).unwrap_or_default());
    let mut money = Chart::of(&format!("Tokens earned, {per}"), &earned, |units| grouped(tokens(units)));
    money.top = grouped(tokens(earned.iter().map(|(_, units)| *units).max().unwrap_or_default()));
    let uses = meters.iter().enumerate().map(used).collect();
    let sold = Chart::of(&format!("Licences sold, {per}"), &value(|row| row.sold), counted);
    let happened = |row: &FigureRow| row.sold > 0 || row.used.iter().any(|used| *used > 0);
    show(&FiguresView {
        page: ask.own_page(&format!("{}: figures", listing.title)).await?,
        id: listing.id,
        title: listing.title,
        spans: SPANS.map(|span| (span, span == days)).to_vec(),
        sales: vec![sold, money],
        uses,
        meters,
        rows: rows.into_iter().rev().filter(happened).collect(),
    })
}

/// What a meter counts, for people.
fn meter_name(code: &MeterCode) -> String {
    if *code == MeterCode::uses() { "Uses".to_owned() } else { code.to_string() }
}

fn tokens(units: u64) -> Tokens {
    i64::try_from(units).ok().and_then(Tokens::from_units).unwrap_or(Tokens::ZERO)
}

/// The figures as rows, oldest first: a day each, or a week where there are
/// many.
fn table(figures: &Figures, days: u32) -> Vec<FigureRow> {
    let is_weeks = days >= DAYS_AS_WEEKS;
    let length = if is_weeks { 7 } else { 1 };
    let row = |(place, some): (usize, &[DaySold])| {
        let begins = some.first().map(|day| Day(day.begins).words()).unwrap_or_default();
        let from = place * length;
        let used = |units: &Vec<u64>| {
            let some = units.iter().skip(from).take(length);
            some.fold(0_u64, |sum, units| sum.saturating_add(*units))
        };
        FigureRow {
            name: if is_weeks { format!("Week from {begins}") } else { begins },
            sold: some.iter().map(|day| u64::from(day.sold)).sum(),
            earned: Tokens::checked_sum(some.iter().map(|day| day.earned)).unwrap_or_default(),
            used: figures.meters.iter().map(|meter| used(&meter.units)).collect(),
        }
    };
    figures.days.chunks(length).enumerate().map(row).collect()
}

/// `GET /order/{id}/refund`: what goes back, before it does.
pub(super) async fn refund_form(ask: Ask, Path(id): Path<String>) -> Answer {
    let user = ask.user()?;
    let id = super::id(&id, OrderId::new, "order")?;
    let preview = match ask.site.store.refund_preview(&ask.actor, id).await {
        Err(Error::Refused(refusal @ Refusal::WrongState { .. })) => {
            return Ok(ask.go_saying(routes::Order::to(id), Tone::Bad, &sentence(&refusal)));
        }
        other => other?,
    };
    let is_seller = preview.order.order.seller == user.id;
    match preview.back {
        Some(back) => show(&refund_view(&ask, &preview, back, is_seller).await?),
        None => Ok(ask.go_saying(way_back(&preview, is_seller), Tone::Good, "This was taken back already.")),
    }
}

/// Where giving back was asked for.
fn way_back(preview: &RefundPreview, is_seller: bool) -> String {
    match is_seller {
        true => routes::SoftwareLicences::to(preview.before.holding.licence.listing).to_string(),
        false => routes::VendorLicence::to(preview.before.id()).to_string(),
    }
}

async fn refund_view(
    ask: &Ask,
    preview: &RefundPreview,
    back: GivenBack,
    is_seller: bool,
) -> Result<RefundGrantView, Trouble> {
    Ok(RefundGrantView {
        page: ask.own_page("Give this back?").await?,
        order: preview.grant.order,
        title: preview.before.title.clone(),
        listing: preview.before.holding.licence.listing,
        buyer: preview.order.buyer_handle.clone(),
        sentence: preview.grant.offer.sentence(),
        at: preview.grant.at,
        paid: ask.price(preview.order.order.money.total),
        refunded: ask.price(back.refunded),
        by_seller: ask.price(back.by_seller()),
        by_vendor: ask.price(back.fee),
        after: after(preview, back, ask.site.store.world().now()),
        is_seller,
        back: way_back(preview, is_seller),
    })
}

/// What becomes of the licence, as sentences.
fn after(preview: &RefundPreview, back: GivenBack, now: Timestamp) -> Vec<String> {
    let mut lines = vec![match back.refunded {
        Tokens::ZERO => "Nothing goes back: all that this order gave is used up.".to_owned(),
        some if some == preview.order.order.money.total => {
            "Nothing of it was used: all goes back.".to_owned()
        }
        _ => "What is unused now goes back; the share shrinks as time and uses pass.".to_owned(),
    }];
    let licence = &preview.after.holding.licence;
    lines.push(match (preview.after.verdict(now), licence.term().and_then(|term| term.ends)) {
        (Verdict::Valid, Some(ends)) => format!("The licence holds until {ends} (UTC) then."),
        (Verdict::Valid, None) => "The licence still holds then.".to_owned(),
        (Verdict::Suspended, _) => "The licence stays suspended.".to_owned(),
        (_, _) => "The licence cannot be used any more then.".to_owned(),
    });
    let (before, holds) = (&preview.before.holding.licence, preview.after.verdict(now) == Verdict::Valid);
    let changed = licence.meters.iter().filter(|meter| holds && !before.meters.contains(meter));
    lines.extend(changed.map(|meter| format!("On it: {}.", left(meter))));
    lines.push("Codes that were handed out end; programs fetch new ones by themselves.".to_owned());
    lines.push("This cannot be taken back.".to_owned());
    lines
}

/// `POST /order/{id}/refund`
pub(super) async fn refund(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let user = ask.user()?;
    let id = super::id(&id, OrderId::new, "order")?;
    let preview = ask.site.store.refund_preview(&ask.actor, id).await?;
    let is_seller = preview.order.order.seller == user.id;
    let to = way_back(&preview, is_seller);
    match ask.site.store.refund_grant(&ask.actor, id).await {
        Ok(_) => Ok(ask.go_saying(to, Tone::Good, "Taken back. The buyer has the tokens.")),
        Err(Error::Refused(refusal @ (Refusal::WrongState { .. } | Refusal::InsufficientTokens { .. }))) => {
            Ok(ask.go_saying(to, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use store::licences::figures::MeterUsed;

    use super::*;

    #[test]
    fn days_are_rows_and_many_days_are_weeks() {
        let day = |number: i64| DaySold {
            begins: Timestamp::from_millis(1_795_392_000_000 + number * 86_400_000),
            sold: 2,
            earned: Tokens::whole(3),
        };
        let figures = Figures {
            days: (0..10).map(day).collect(),
            meters: vec![MeterUsed { code: MeterCode::uses(), units: (0..10).collect() }],
        };
        let days = table(&figures, 10);
        assert_eq!((days.len(), days[9].used.clone(), days[9].sold), (10, vec![9], 2));
        assert_eq!(days[0].name, "23 November 2026");
        let weeks = table(&figures, 365);
        assert_eq!((weeks.len(), weeks[0].used.clone(), weeks[1].used.clone()), (2, vec![21], vec![24]));
        assert_eq!((weeks[0].sold, weeks[1].earned), (14, Tokens::whole(9)));
        assert_eq!(weeks[1].name, "Week from 30 November 2026");
    }
}
