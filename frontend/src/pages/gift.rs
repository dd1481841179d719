//! Giving tokens, and claiming what somebody gave.

use axum::extract::Path;
use axum::response::Response;
use domain::gift::GiftState;
use domain::id::GiftId;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::Error;
use store::gifts::GiftView;

use crate::ask::{Answer, Ask, show, show_once, show_refused};
use crate::form::{Field, Form};
use crate::page::{Indexing, Tone};
use crate::parts::{Change, Direction};
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::cart::Sums;
use crate::view::gift::{
    ClaimCodeView, ClaimView, Claimable, GiftLinkView, GiftRow, GiftsView, GiveForm, LinkForm,
};
use crate::worth::grouped;
use crate::{routes, show};

/// `GET /gifts`: the query string may begin to fill the forms.
pub(super) async fn gifts(ask: Ask, query: Pairs) -> Answer {
    ask.user()?;
    let (mut give, mut link) = (GiveForm::default(), LinkForm::default());
    give.fill(query.iter());
    link.fill(query.iter());
    show(&view(&ask, give, link, &query).await?)
}

async fn view(
    ask: &Ask,
    mut give: GiveForm,
    mut link: LinkForm,
    query: &Pairs,
) -> Result<GiftsView, Trouble> {
    let user = ask.user()?;
    let giveable = ask.site.store.wallet(user.id).await?.to_give();
    let page = ask.site.store.gifts(&ask.actor, super::window(query)).await?;
    for key in [&mut give.idempotency_key, &mut link.idempotency_key] {
        // A refused key stays refused: the next attempt needs another.
        key.value = ask.site.draw_key();
    }
    let mut frame = ask.own_page("Give tokens").await?;
    frame.problems = give.problems().into_iter().chain(link.problems()).collect();
    Ok(GiftsView {
        page: frame,
        giveable: ask.price(giveable),
        give_sums: sums(ask, &give.amount, giveable),
        link_sums: sums(ask, &link.amount, giveable),
        give,
        link,
        days: ask.site.store.market().gift_link.get() / 86_400,
        gifts: page.items.iter().map(|gift| row(user.id, gift)).collect(),
        pager: show::pager(&page, &routes::Gifts.to_string(), |gift| gift.gift.id.uuid()),
    })
}

/// What giving the typed amount would leave.
fn sums(ask: &Ask, amount: &Field, giveable: Tokens) -> Option<Sums> {
    let amount = Tokens::parse(amount.value.trim()).ok()?;
    Some(Sums {
        balance: Some(ask.price(giveable)),
        total: ask.price(amount),
        after: giveable.checked_sub(amount).map(|after| ask.price(after)),
        shortfall: amount
            .checked_sub(giveable)
            .filter(|short| !short.is_zero())
            .map(|short| ask.price(short)),
    })
}

fn row(me: domain::id::UserId, view: &GiftView) -> GiftRow {
    let gift = &view.gift;
    let mine = gift.giver == me;
    let recipient = view.recipient_handle.as_deref();
    let what = match (mine, recipient) {
        (true, Some(handle)) if gift.claim.is_some() => format!("Given by link, claimed by {handle}"),
        (true, Some(handle)) => format!("Given to {handle}"),
        (true, None) => "Given by link".to_owned(),
        (false, _) => format!("Received from {}", view.giver_handle),
    };
    let state = match gift.state {
        GiftState::Given | GiftState::Claimed => "Received".to_owned(),
        GiftState::Pending => match gift.expires_at {
            Some(at) => format!("Waits to be claimed until {at}"),
            None => "Waits to be claimed".to_owned(),
        },
        GiftState::Cancelled => "Taken back".to_owned(),
        GiftState::Expired => "Came back unclaimed".to_owned(),
    };
    GiftRow {
        id: gift.id,
        at: gift.at,
        what,
        message: gift.message.as_str().to_owned(),
        state,
        change: Change {
            direction: if mine { Direction::Out } else { Direction::In },
            tokens: view.amount(),
        },
        cancellable: mine && gift.state == GiftState::Pending,
    }
}

/// The amount that was typed; if it is none, the form says so.
fn amount(field: &mut Field) -> Option<Tokens> {
    match Tokens::parse(field.value.trim()) {
        Ok(amount) => Some(amount),
        Err(bad) => {
            field.error = Some(sentence(&Refusal::invalid("amount", bad.to_string())));
            None
        }
    }
}

/// `POST /gifts/give`
pub(super) async fn give(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.user()?;
    let mut form = GiveForm::default();
    form.fill(pairs.iter());
    if pairs.get("intent") != "give" {
        return show(&view(&ask, form, LinkForm::default(), &Pairs::default()).await?);
    }
    if let Some(amount) = amount(&mut form.amount) {
        let (to, message) = (form.to.value.trim(), form.message.value.as_str());
        let key = pairs.get("idempotency_key");
        match ask.site.store.give_tokens(&ask.actor, to, amount, message, key).await {
            Ok(gift) => {
                let to = gift.recipient_handle.unwrap_or_default();
                let said = format!("Given: {to} has {} tokens from you.", grouped(amount));
                return Ok(ask.go_saying(routes::Gifts, Tone::Good, &said));
            }
            Err(Error::Refused(Refusal::NotSignedIn)) => return Err(Refusal::NotSignedIn.into()),
            Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => {
                form.to.error = Some(sentence(&refusal))
            }
            Err(Error::Refused(refusal @ Refusal::InsufficientTokens { .. })) => {
                form.amount.error = Some(sentence(&refusal));
            }
            Err(Error::Refused(refusal)) => form.refuse(&refusal),
            Err(error) => return Err(error.into()),
        }
    }
    refused(&ask, form, LinkForm::default()).await
}

async fn refused(ask: &Ask, give: GiveForm, link: LinkForm) -> Answer {
    let mut view = view(ask, give, link, &Pairs::default()).await?;
    view.page.path = routes::Gifts.to_string();
    show_refused(&view)
}

/// `POST /gifts/link`
pub(super) async fn make_link(ask: Ask, Posted(pairs): Posted) -> Answer {
    let user = ask.user()?;
    let mut form = LinkForm::default();
    form.fill(pairs.iter());
    if pairs.get("intent") != "give" {
        return show(&view(&ask, GiveForm::default(), form, &Pairs::default()).await?);
    }
    if let Some(amount) = amount(&mut form.amount) {
        let key = pairs.get("idempotency_key");
        match ask.site.store.create_gift_link(&ask.actor, amount, &form.message.value, key).await {
            Ok((gift, code)) => {
                let link = routes::Claim::to(code.clone());
                return show_once(&GiftLinkView {
                    page: ask.own_page("Your gift is ready").await?,
                    amount: ask.price(amount),
                    balance: ask.price(ask.site.store.wallet(user.id).await?.balance()),
                    url: format!("{}{link}", ask.site.public_url),
                    code,
                    expires_at: gift.gift.expires_at.unwrap_or(gift.gift.at),
                });
            }
            Err(Error::Refused(refusal @ Refusal::InsufficientTokens { .. })) => {
                form.amount.error = Some(sentence(&refusal));
            }
            Err(Error::Refused(refusal)) => form.refuse(&refusal),
            Err(error) => return Err(error.into()),
        }
    }
    refused(&ask, GiveForm::default(), form).await
}

/// `POST /gifts/{id}/cancel`
pub(super) async fn cancel(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let id = super::id(&id, GiftId::new, "gift")?;
    match ask.site.store.cancel_gift(&ask.actor, id).await {
        Ok(_) => Ok(ask.go_saying(routes::Gifts, Tone::Good, "Taken back: the tokens are yours again.")),
        Err(Error::Refused(
            refusal @ (Refusal::AlreadyClaimed | Refusal::WrongState { .. } | Refusal::Expired),
        )) => Ok(ask.go_saying(routes::Gifts, Tone::Bad, &sentence(&refusal))),
        Err(error) => Err(error.into()),
    }
}

/// `GET /claim`
pub(super) async fn ask_code(ask: Ask, query: Pairs) -> Answer {
    let code = query.get("code").trim();
    if !code.is_empty() {
        return Ok(ask.go(routes::Claim::to(code.to_owned())));
    }
    let page = ask.page("Claim a gift", "Claim tokens that somebody gave you.").await?;
    show(&ClaimCodeView { page, code: Field::new("code") })
}

/// `GET /claim/{code}`
pub(super) async fn open(ask: Ask, Path(code): Path<String>) -> Answer {
    let gift = look(&ask, &code).await?;
    show_claim(&ask, code, gift).await
}

async fn show_claim(ask: &Ask, code: String, gift: Claimable) -> Answer {
    let title = match &gift {
        Claimable::Waiting { .. } => "A gift for you",
        Claimable::Gone(_) => "There is no gift here",
    };
    let path = routes::Claim::to(&code).to_string();
    let mut view =
        ClaimView { page: ask.own_page(title).await?, code, gift, idempotency_key: ask.site.draw_key() };
    view.page.path = path;
    view.page.indexing = Indexing::Unlisted;
    show_once(&view)
}

/// What lies behind a code.
async fn look(ask: &Ask, code: &str) -> Result<Claimable, Trouble> {
    let view = match ask.site.store.gift_behind(code).await {
        Ok(view) => view,
        Err(Error::Refused(_)) => {
            return Ok(Claimable::Gone("This code opens nothing. Is every sign of it right?".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match view.gift.state {
        GiftState::Pending => Claimable::Waiting {
            amount: ask.price(view.amount()),
            from: view.giver_handle,
            message: view.gift.message.as_str().to_owned(),
            expires_at: view.gift.expires_at.unwrap_or(view.gift.at),
        },
        GiftState::Given | GiftState::Claimed => Claimable::Gone(Refusal::AlreadyClaimed.to_string()),
        GiftState::Cancelled | GiftState::Expired => Claimable::Gone(Refusal::Expired.to_string()),
    })
}

/// `POST /claim/{code}`
pub(super) async fn claim(
    ask: Ask,
    Path(code): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Trouble> {
    match ask.site.store.claim_gift(&ask.actor, &code, form.get("idempotency_key")).await {
        Ok(gift) => {
            let said =
                format!("{} tokens from {} are in your wallet.", grouped(gift.amount()), gift.giver_handle);
            Ok(ask.go_saying(routes::Wallet, Tone::Good, &said))
        }
        Err(Error::Refused(Refusal::NotSignedIn)) => Err(Refusal::NotSignedIn.into()),
        Err(Error::Refused(refusal)) => show_claim(&ask, code, Claimable::Gone(sentence(&refusal))).await,
        Err(error) => Err(error.into()),
    }
}
