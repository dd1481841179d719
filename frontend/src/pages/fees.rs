//! The vendor's fee rules: the list, changing it, and trying a price out.

use domain::fees::{FeeRule, FeeScope};
use domain::id::{CategoryId, UserId};
use domain::refusal::Refusal;
use domain::text::Handle;
use domain::tokens::Tokens;
use store::Error;
use store::fees::FeeRuleInput;
use uuid::Uuid;

use super::sell::categories;
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::{Form, Problem};
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::routes;
use crate::trouble::{Trouble, sentence};
use crate::view::sell::FeePreview;
use crate::view::vendor::{FeesView, RuleRow, TrialForm};

/// `GET /vendor/fees`
pub(super) async fn rules(ask: Ask, query: Pairs) -> Answer {
    ask.actor.staff()?;
    let rules = ask.site.store.fee_rules().await?;
    let sellers: Vec<UserId> = rules.as_slice().iter().filter_map(seller_of).collect();
    let users = ask.site.store.users(&sellers).await?;
    let handle = |id: UserId| users.get(&id).map(|user| user.handle.to_string()).unwrap_or_default();
    let rows = rules.as_slice().iter().map(|rule| row_of(rule, handle)).collect();
    let mut trial = TrialForm::default();
    trial.fill(query.iter());
    let verdict = try_out(&ask, &mut trial).await?;
    show(&view(&ask, rows, trial, verdict, None).await?)
}

const fn seller_of(rule: &FeeRule) -> Option<UserId> {
    match rule.scope {
        FeeScope::Seller(seller) => Some(seller),
        FeeScope::Everything | FeeScope::Category(_) => None,
    }
}

fn row_of(rule: &FeeRule, handle: impl Fn(UserId) -> String) -> RuleRow {
    let (scope, category, seller) = match rule.scope {
        FeeScope::Everything => ("default", String::new(), String::new()),
        FeeScope::Category(category) => ("category", category.get().to_string(), String::new()),
        FeeScope::Seller(seller) => ("seller", String::new(), handle(seller)),
    };
    let tokens = |amount: Option<Tokens>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    RuleRow {
        number: 0,
        name: rule.name.as_str().to_owned(),
        scope: scope.to_owned(),
        category,
        seller,
        basis_points: rule.basis_points.get().to_string(),
        fixed: tokens(Some(rule.fixed).filter(|fixed| !fixed.is_zero())),
        least: tokens(rule.minimum),
        most: tokens(rule.maximum),
        sentence: format!("For example: {}.", rule.explain(Tokens::whole(100))),
        error: None,
    }
}

async fn view(
    ask: &Ask,
    mut rows: Vec<RuleRow>,
    trial: TrialForm,
    verdict: Option<FeePreview>,
    refusal: Option<String>,
) -> Result<FeesView, Trouble> {
    let mut page = ask.own_page("Fee rules").await?;
    page.path = routes::VendorFees.to_string();
    for (number, row) in (1..).zip(&mut rows) {
        row.number = number;
    }
    let whole = refusal.map(|message| Problem { id: None, message });
    let each = rows.iter().filter_map(|row| {
        row.error.as_ref().map(|error| Problem { id: None, message: format!("Rule {}: {error}", row.number) })
    });
    page.problems = whole.into_iter().chain(each).chain(trial.problems()).collect();
    let choices = categories(ask, &trial.category_id.value);
    Ok(FeesView { page, rules: rows, categories: choices, trial, verdict })
}

/// What the rules in force would take of a typed price.
async fn try_out(ask: &Ask, trial: &mut TrialForm) -> Result<Option<FeePreview>, Trouble> {
    let typed = trial.price.value.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let price = match Tokens::parse(typed) {
        Ok(price) => price,
        Err(bad) => {
            trial.price.error = Some(sentence(&Refusal::invalid("price", bad.to_string())));
            return Ok(None);
        }
    };
    let seller = match trial.seller.value.trim() {
        "" => UserId::new(Uuid::nil()),
        typed => match find_seller(ask, typed).await? {
            Some(seller) => seller,
            None => {
                trial.seller.error = Some(sentence(&Refusal::missing("user")));
                return Ok(None);
            }
        },
    };
    let category = CategoryId::new(trial.category_id.value.parse().unwrap_or_default());
    let fee = ask.site.store.fee_preview(price, category, seller).await?;
    Ok(Some(FeePreview {
        price: ask.price(price),
        fee: ask.price(fee.per_unit),
        rule: fee.explanation,
        receive: ask.price(price.saturating_sub(fee.per_unit)),
    }))
}

async fn find_seller(ask: &Ask, typed: &str) -> Result<Option<UserId>, Trouble> {
    let Ok(handle) = Handle::parse(typed) else { return Ok(None) };
    Ok(ask.site.store.user_by_handle(&handle).await?.map(|user| user.id))
}

/// `POST /vendor/fees`
pub(super) async fn change(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let mut rows = rows_of(&pairs);
    let intent = pairs.get("intent");
    if intent != "save" {
        rearrange(&mut rows, intent);
        return show(&view(&ask, rows, TrialForm::default(), None, None).await?);
    }
    let mut inputs = Vec::with_capacity(rows.len());
    for row in &mut rows {
        match parse(row) {
            Ok(input) => inputs.push(input),
            Err(refusal) => row.error = Some(sentence(&refusal)),
        }
    }
    if rows.iter().any(|row| row.error.is_some()) {
        return show_refused(&view(&ask, rows, TrialForm::default(), None, None).await?);
    }
    match ask.site.store.set_fee_rules(&ask.actor, inputs).await {
        Ok(_) => {
            Ok(ask.go_saying(routes::VendorFees, Tone::Good, "Saved. The rules are in force for new orders."))
        }
        Err(Error::Refused(refusal)) => {
            let said = Some(sentence(&refusal));
            show_refused(&view(&ask, rows, TrialForm::default(), None, said).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The rules as the form sends them: lists of equal length.
fn rows_of(pairs: &Pairs) -> Vec<RuleRow> {
    let list = |name| pairs.all(name).map(str::to_owned).collect::<Vec<_>>();
    let names = list("name");
    let (scopes, categories, sellers) = (list("scope"), list("category"), list("seller"));
    let (points, fixed) = (list("basis_points"), list("fixed"));
    let (least, most) = (list("least"), list("most"));
    let at = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
    (0..scopes.len().min(domain::fees::FEE_RULES_MAX))
        .map(|index| RuleRow {
            number: index + 1,
            name: at(&names, index),
            scope: at(&scopes, index),
            category: at(&categories, index),
            seller: at(&sellers, index),
            basis_points: at(&points, index),
            fixed: at(&fixed, index),
            least: at(&least, index),
            most: at(&most, index),
            sentence: String::new(),
            error: None,
        })
        .collect()
}

/// Adds, moves or removes a rule; the last one, for everything, stays last.
fn rearrange(rows: &mut Vec<RuleRow>, intent: &str) {
    let Some((act, what)) = intent.split_once('-') else { return };
    let at =
        what.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < rows.len());
    match (act, at) {
        ("add", _) => {
            let new = RuleRow {
                number: 1,
                name: if what == "seller" { "Agreed with a seller" } else { "For a category" }.to_owned(),
                scope: what.to_owned(),
                category: String::new(),
                seller: String::new(),
                basis_points: "500".to_owned(),
                fixed: String::new(),
                least: String::new(),
                most: String::new(),
                sentence: String::new(),
                error: None,
            };
            rows.insert(0, new);
        }
        ("up", Some(at)) if at > 0 => rows.swap(at, at - 1),
        ("remove", Some(at)) if rows.get(at).is_some_and(|row| row.scope != "default") => {
            rows.remove(at);
        }
        _ => {}
    }
}

fn parse(row: &RuleRow) -> Result<FeeRuleInput, Refusal> {
    let amount = |text: &str| match text.trim() {
        "" => Ok(None),
        typed => Tokens::parse(typed).map(Some).map_err(|bad| Refusal::invalid("rules", bad.to_string())),
    };
    let points = row.basis_points.trim().parse();
    let category = match row.scope.as_str() {
        "category" => Some(row.category.parse().map(CategoryId::new)).transpose(),
        _ => Ok(None),
    };
    Ok(FeeRuleInput {
        name: row.name.clone(),
        category: category.map_err(|_| Refusal::invalid("rules", "choose a category"))?,
        seller: (row.scope == "seller").then(|| row.seller.trim().to_owned()),
        basis_points: points.map_err(|_| Refusal::invalid("rules", "basis points reach from 0 to 10,000"))?,
        fixed: amount(&row.fixed)?.unwrap_or_default(),
        minimum: amount(&row.least)?,
        maximum: amount(&row.most)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(scope: &str) -> RuleRow {
        RuleRow {
            number: 1,
            name: "A rule".to_owned(),
            scope: scope.to_owned(),
            category: "3".to_owned(),
            seller: " wren ".to_owned(),
            basis_points: " 250 ".to_owned(),
            fixed: "0.5".to_owned(),
            least: String::new(),
            most: "9".to_owned(),
            sentence: String::new(),
            error: None,
        }
    }

    #[test]
    fn a_rule_is_for_what_its_scope_says() {
        let category = parse(&row("category")).unwrap();
        assert_eq!((category.category, category.seller), (Some(CategoryId::new(3)), None));
        let seller = parse(&row("seller")).unwrap();
        assert_eq!((seller.category, seller.seller.as_deref()), (None, Some("wren")));
        let default = parse(&row("default")).unwrap();
        assert_eq!((default.category, default.seller, default.basis_points), (None, None, 250));
        assert_eq!(
            (default.fixed.units(), default.minimum, default.maximum),
            (5_000, None, Some(Tokens::whole(9)))
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for broken in [
            RuleRow { basis_points: "5 %".to_owned(), ..row("default") },
            RuleRow { basis_points: "70000".to_owned(), ..row("default") },
            RuleRow { fixed: "-1".to_owned(), ..row("default") },
            RuleRow { category: String::new(), ..row("category") },
        ] {
            assert!(parse(&broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn rules_move_and_the_last_stays() {
        let mut rows = vec![row("category"), row("seller"), row("default")];
        rearrange(&mut rows, "up-2");
        assert_eq!(rows[0].scope, "seller");
        rearrange(&mut rows, "remove-3");
        assert_eq!(rows.len(), 3);
        rearrange(&mut rows, "remove-1");
        rearrange(&mut rows, "add-category");
        assert_eq!(
            rows.iter().map(|row| row.scope.as_str()).collect::<Vec<_>>(),
            ["category", "category", "default"]
        );
        rearrange(&mut rows, "up-99");
        rearrange(&mut rows, "nonsense");
        assert_eq!(rows.len(), 3);
    }
}
