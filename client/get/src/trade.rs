//! Buying, renting, extending, converting. The price is shown and agreed to
//! before tokens move, and sent along, so that no other one is paid. What was
//! asked and not answered is asked again under the same key.

use std::path::{Path, PathBuf};

use client::stop::Stop;
use client::world::World;
use client::{keep, stop::No};
use serde::{Deserialize, Serialize};

use crate::args::Trade;
use crate::say::Report;
use crate::shop::Shop;
use crate::wire::{Kind, LICENCE, Licence, Offer, Quote, Software};

/// What is done with an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deal {
    Buy,
    Rent,
    Extend,
    Convert,
}

impl Deal {
    const fn mutation(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Rent => "rent",
            Self::Extend => "extendLicence",
            Self::Convert => "convertLicence",
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Buy => "Buy",
            Self::Rent => "Rent",
            Self::Extend => "Extend",
            Self::Convert => "Convert",
        }
    }
}

/// The key under which a deal is asked for until it is answered.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    key: String,
    price: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    offer_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence_id: Option<&'a str>,
    expected_price: &'a str,
    idempotency_key: &'a str,
}

#[derive(Deserialize)]
struct Done {
    licence: Licence,
}

/// Makes a deal.
pub(crate) fn deal(shop: &Shop, deal: Deal, trade: &Trade) -> Result<Report, Stop> {
    shop.who()?;
    let software = shop.software(&trade.product, "stable", None)?;
    let listing = software.listing.as_ref();
    let name = listing.map(|listing| format!("{} by {}", listing.title, listing.seller.handle));
    let name = name.unwrap_or_else(|| trade.product.clone());
    let (quotes, licence) = match deal {
        Deal::Buy | Deal::Rent => (offers(deal, software), None),
        Deal::Extend | Deal::Convert => {
            let licence = shop.licence(&trade.product)?;
            let quotes = if deal == Deal::Extend { &licence.extensions } else { &licence.conversions };
            (quotes.clone(), Some(licence.id))
        }
    };
    let Some(quote) = choose(&quotes, trade)? else { return Ok(list(&quotes)) };
    let sentence = &quote.sentence;
    let verb = deal.verb();
    shop.voice.confirm(&format!("{verb} {name} for {} tokens ({sentence})?", quote.price))?;
    let licence = ask(shop, deal, quote, licence.as_deref())?;
    let worth = licence.sentence();
    Ok(Report::default()
        .line(format!("Done: {} tokens paid. {}: {worth}.", quote.price, trade.product))
        .line(format!("Get it with: farthing-get install {}", trade.product))
        .fact("paid", quote.price.as_str())
        .fact("licence", licence.id)
        .fact("verdict", licence.verdict.code()))
}

/// The offers of a program that a deal can be made with.
fn offers(deal: Deal, software: Software) -> Vec<Quote> {
    let fits = |offer: &Offer| (offer.kind == Kind::Purchase) == (deal == Deal::Buy);
    let offers = software.offers.into_iter().filter(fits);
    offers.map(|offer| Quote { offer_id: offer.id, price: offer.price, sentence: offer.sentence }).collect()
}

/// The offer that is meant; nothing if that is not said.
fn choose<'q>(quotes: &'q [Quote], trade: &Trade) -> Result<Option<&'q Quote>, Stop> {
    let none = |message: &str| {
        let (code, message) = ("NOT_FOR_SALE".to_owned(), message.to_owned());
        Stop::Store(No { code, message, verdict: None, now: None, shortfall: None })
    };
    match (&trade.offer, quotes) {
        (_, []) => Err(none("there is no such offer for it")),
        (None, [only]) => Ok(Some(only)),
        (None, _) => Ok(None),
        (Some(asked), quotes) => {
            let by_number = asked.parse::<usize>().ok().and_then(|number| quotes.get(number.checked_sub(1)?));
            let found = by_number.or_else(|| quotes.iter().find(|quote| quote.offer_id == *asked));
            found.map(Some).ok_or_else(|| none("there is no offer of that number or id"))
        }
    }
}

/// The offers, to choose from.
fn list(quotes: &[Quote]) -> Report {
    let mut report = Report::ending(2).line("Which one? Say --offer NUMBER.");
    let mut facts = Vec::new();
    for (number, quote) in (1..).zip(quotes) {
        report = report.line(format!("  {number}: {} tokens: {}", quote.price, quote.sentence));
        facts.push(serde_json::json!({
            "number": number, "id": quote.offer_id, "price": quote.price, "sentence": quote.sentence,
        }));
    }
    report.fact("offers", facts)
}

fn ask(shop: &Shop, deal: Deal, quote: &Quote, licence: Option<&str>) -> Result<Licence, Stop> {
    let path = asked_path(shop.folder(), deal, &quote.offer_id, licence);
    let known: Option<Asked> = keep::read(&path)?;
    // At another price it is another deal.
    let asked = match known.filter(|known| known.price == quote.price) {
        Some(known) => known,
        None => {
            let random: [u8; 16] = World::system().random()?;
            let key = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let asked = Asked { key, price: quote.price.clone() };
            keep::write(&path, &asked)?;
            asked
        }
    };
    let input = Input {
        offer_id: &quote.offer_id,
        licence_id: licence,
        expected_price: &quote.price,
        idempotency_key: &asked.key,
    };
    let fields = format!("licence {{ {LICENCE} }}");
    let told = shop.link.change::<Done>(deal.mutation(), &fields, &input, shop.who()?);
    if !matches!(told, Err(Stop::Lost(_))) {
        keep::remove(&path)?;
    }
    Ok(told?.licence)
}

/// Where the key of a deal is kept until it is answered.
fn asked_path(folder: &Path, deal: Deal, offer: &str, licence: Option<&str>) -> PathBuf {
    let plain = |sign: &char| sign.is_ascii_alphanumeric() || *sign == '-' || *sign == '_';
    let name = format!("{}-{offer}-{}", deal.mutation(), licence.unwrap_or_default());
    folder.join("deals").join(format!("{}.json", name.chars().filter(plain).collect::<String>()))
}
