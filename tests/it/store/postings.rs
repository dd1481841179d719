//! The posting table of the ledger's reference, line by line: what each event
//! debits, what it credits, and how much. Driven through the store's verbs and
//! read back from the transfers themselves.

use domain::access::Actor;
use domain::ledger::account::AccountKind;
use domain::tariff::Wanted;
use domain::time::Seconds;
use domain::topup::Method;
use domain::topup::facts::{DisputeState, RefundState};
use store::desk::NewPayment;
use store::tariff::BundleInput;
use store::vendor::NewPromotion;
use store::vouchers::NewBatch;
use tests::databases::{Direct, on_each_database};
use tests::people::{Market, Person, tokens};

use super::desk::phoned;
use super::paid::{asks, told};

/// An event, and the transfers that it makes: debit, credit, tokens.
type Line = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

/// The cut is 5 %. Wren sells, finch buys, plover is billed.
const TABLE: [Line; 30] = [
    ("welcome", &[("issued:promo", "wren promo", "50")]),
    ("promo grant", &[("issued:promo", "finch promo", "10")]),
    ("promo expiry", &[("finch promo", "retired:expired", "10")]),
    ("grant by the vendor", &[("issued:grant", "finch spendable", "7")]),
    (
        "card top-up paid, with a bonus",
        &[("issued:card", "finch spendable", "200"), ("issued:promo", "finch promo", "20")],
    ),
    ("voucher redeemed", &[("issued:offline", "finch spendable", "5")]),
    ("pro-forma paid", &[("issued:offline", "plover spendable", "100")]),
    ("invoice on credit agreed to", &[("issued:invoice", "plover spendable", "300")]),
    ("payment of an invoice", &[]),
    (
        "invoice defaulted",
        &[("plover spendable", "retired:unpaid", "50"), ("plover debt", "retired:unpaid", "100")],
    ),
    (
        "debt recovery",
        &[("issued:grant", "plover spendable", "40"), ("plover spendable", "plover debt", "40")],
    ),
    (
        "instant sale, promo first",
        &[
            ("finch promo", "wren earned", "70"),
            ("finch spendable", "wren earned", "6"),
            ("finch spendable", "fees", "4"),
        ],
    ),
    ("hold", &[("finch spendable", "wren escrow", "20")]),
    ("release", &[("wren escrow", "wren earned", "19"), ("wren escrow", "fees", "1")]),
    ("void", &[("wren escrow", "finch spendable", "20")]),
    ("gift to a user", &[("finch spendable", "robin spendable", "3")]),
    ("gift to no account", &[("finch spendable", "gifts", "4")]),
    ("gift claimed", &[("gifts", "robin spendable", "4")]),
    ("gift taken back", &[("gifts", "finch spendable", "4")]),
    ("money refund of a top-up", &[("swift spendable", "retired:refunded", "100")]),
    ("refund that cannot be sent", &[("issued:card", "swift spendable", "100")]),
    ("part refunded by the provider", &[("swift spendable", "retired:refunded", "25")]),
    ("dispute opened", &[("crane spendable", "crane dispute", "60")]),
    (
        "money withdrawn",
        &[("crane dispute", "retired:chargeback", "60"), ("crane debt", "retired:chargeback", "40")],
    ),
    ("won after that", &[("issued:card", "crane spendable", "100"), ("crane spendable", "crane debt", "40")]),
    ("dispute opened again", &[("crane spendable", "crane dispute", "60")]),
    ("won before any was withdrawn", &[("crane dispute", "crane spendable", "60")]),
    (
        "income of who owes",
        &[
            ("robin promo", "plover earned", "19"),
            ("plover earned", "plover debt", "19"),
            ("robin promo", "fees", "1"),
        ],
    ),
    (
        "purchase called off by a dispute",
        &[
            ("wren escrow", "crane promo", "50"),
            ("wren escrow", "crane spendable", "20"),
            ("crane spendable", "crane dispute", "60"),
        ],
    ),
    ("lost", &[("crane dispute", "retired:chargeback", "60"), ("crane debt", "retired:chargeback", "40")]),
];

/// The table as it happens, with what it needs from one line to the next.
struct Story {
    market: Market,
    direct: Direct,
    lines: std::vec::IntoIter<Line>,
    seen: i64,
}

impl Story {
    /// What happened since the last line is this line of the table.
    async fn is(&mut self, event: &str) {
        let (named, transfers) = self.lines.next().expect("a line for every event");
        assert_eq!(named, event, "the events come in the order of the table");
        assert_eq!(self.new_transfers().await, transfers.map_to_text(), "{event}");
        let totals = self.market.clean().await;
        assert_eq!(totals.issued + totals.debt, totals.held + totals.retired, "{event}");
        self.market.pass(1);
    }

    /// Passes over what only prepares the next line.
    async fn skip(&mut self) {
        let _ = self.new_transfers().await;
        self.market.pass(1);
    }

    async fn new_transfers(&mut self) -> Vec<String> {
        let sql = format!(
            "SELECT CAST(t.sequence AS TEXT), COALESCE(d.handle || ' ', ''), CAST(t.debit_kind AS TEXT), \
             COALESCE(c.handle || ' ', ''), CAST(t.credit_kind AS TEXT), CAST(t.amount AS TEXT) FROM transfers t \
             LEFT JOIN users d ON d.id = t.debit_owner LEFT JOIN users c ON c.id = t.credit_owner \
             WHERE t.sequence > {} ORDER BY t.sequence, t.leg",
            self.seen
        );
        let kind = |text: &str| AccountKind::from_number(text.parse().unwrap()).unwrap().name();
        let mut lines = Vec::new();
        for row in self.direct.texts(&sql).await {
            let row: Vec<String> = row.into_iter().flatten().collect();
            self.seen = row[0].parse().unwrap();
            let amount = domain::tokens::Tokens::from_units(row[5].parse().unwrap()).unwrap();
            lines.push(format!("{}{} -> {}{} {amount}", row[1], kind(&row[2]), row[3], kind(&row[4])));
        }
        lines
    }
}

trait MapToText {
    fn map_to_text(&self) -> Vec<String>;
}

impl MapToText for [(&str, &str, &str)] {
    fn map_to_text(&self) -> Vec<String> {
        self.iter().map(|(debit, credit, amount)| format!("{debit} -> {credit} {amount}")).collect()
    }
}

/// Everybody of the table.
struct People {
    keeper: Person,
    heron: Person,
    wren: Person,
    finch: Person,
    robin: Person,
    plover: Person,
    swift: Person,
    crane: Person,
}

#[test]
fn every_line_of_the_posting_table() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let direct = market.base.connect().await;
        let mut story = Story { market, direct, lines: Vec::from(TABLE).into_iter(), seen: 0 };
        let (keeper, heron) = (story.market.staff("keeper").await, story.market.staff("heron").await);
        story.skip().await;
        let wren = story.market.person("wren").await;
        story.is("welcome").await;
        let open = async |handle| story.market.person(handle).await;
        let (finch, robin) = (open("finch").await, open("robin").await);
        let (plover, swift, crane) = (open("plover").await, open("swift").await, open("crane").await);
        story.skip().await;
        let people = People { keeper, heron, wren, finch, robin, plover, swift, crane };
        issue(&mut story, &people).await;
        bill(&mut story, &people).await;
        trade(&mut story, &people).await;
        refund(&mut story, &people).await;
        dispute(&mut story, &people).await;
        assert_eq!(story.lines.next(), None, "every line was told");
        story.market.store.close().await;
    });
}

async fn issue(story: &mut Story, people: &People) {
    let (store, keeper) = (story.market.store.clone(), &people.keeper);
    let ends = Some(story.market.world.now().after(Seconds::new(60)));
    let to = vec!["finch".to_owned()];
    let fair = NewPromotion { to, amount: tokens("10"), reason: "a fair".to_owned(), expires_at: ends };
    store.grant_promo(&keeper.actor, fair, "fair").await.unwrap();
    story.is("promo grant").await;
    story.market.pass(60);
    store.expire_promo(&Actor::System, 9).await.unwrap();
    story.is("promo expiry").await;
    store.grant_tokens(&keeper.actor, "finch", tokens("7"), "sorry", "sorry").await.unwrap();
    story.is("grant by the vendor").await;
    let bundle = BundleInput { tokens: tokens("200"), bonus: tokens("20"), amount: "1.80".to_owned() };
    let set = store.set_bundles(&keeper.actor, vec![bundle], None).await.unwrap();
    let card = asks(&people.finch, &story.market, Wanted::Bundle(set.bundles[0].id), "finch").await;
    told(&story.market, card, 0, None).await;
    story.is("card top-up paid, with a bonus").await;
    let batch = NewBatch { name: "Fair".to_owned(), count: 1, tokens: tokens("5"), expires_at: None };
    let (_, codes) = store.issue_vouchers(&keeper.actor, batch, "print").await.unwrap();
    store.redeem_voucher(&people.finch.actor, &codes[0], "mine").await.unwrap();
    story.is("voucher redeemed").await;
}

async fn bill(story: &mut Story, people: &People) {
    let (store, keeper, heron) = (story.market.store.clone(), &people.keeper, &people.heron);
    let now = story.market.world.now();
    let pays = |amount: &str| NewPayment {
        amount: amount.to_owned(),
        currency: "USD".to_owned(),
        value_date: now,
        bank_reference: format!("of {amount}"),
    };
    store.set_credit_limit(&keeper.actor, "plover", "3").await.unwrap();
    let mut ids = Vec::new();
    for (method, whole) in [(Method::ProForma, 100), (Method::Invoice, 300)] {
        let new = phoned(&people.plover, method, whole, &format!("PO-{whole}"));
        ids.push(store.enter_top_up_order(&keeper.actor, new, &format!("e{whole}")).await.unwrap().top_up.id);
        story.market.pass(1);
    }
    store.approve_top_up_order(&heron.actor, ids[0]).await.unwrap();
    story.market.pass(1);
    store.record_payment(&heron.actor, ids[0], pays("1.00"), "p1").await.unwrap();
    story.is("pro-forma paid").await;
    store.approve_top_up_order(&heron.actor, ids[1]).await.unwrap();
    story.is("invoice on credit agreed to").await;
    store.record_payment(&heron.actor, ids[1], pays("1.50"), "p2").await.unwrap();
    story.is("payment of an invoice").await;
    store.give_tokens(&people.plover.actor, "heron", tokens("350"), "", "away").await.unwrap();
    story.market.pass(31 * 86_400);
    store.fall_due(&Actor::System, 9).await.unwrap();
    story.skip().await;
    store.write_off_top_up_order(&heron.actor, ids[1]).await.unwrap();
    story.is("invoice defaulted").await;
    store.grant_tokens(&keeper.actor, "plover", tokens("40"), "sorry", "plover").await.unwrap();
    story.is("debt recovery").await;
}

async fn trade(story: &mut Story, people: &People) {
    let People { wren, finch, robin, .. } = people;
    let store = story.market.store.clone();
    let (song, chair) = (wren.lists_file("A song", 80).await, wren.lists_goods("A chair", 20, 9).await);
    finch.buys(song, 1, "song").await.unwrap();
    story.is("instant sale, promo first").await;
    let order = finch.buys(chair, 1, "chair").await.unwrap();
    story.is("hold").await;
    store.confirm_receipt(&finch.actor, order).await.unwrap();
    story.is("release").await;
    let order = finch.buys(chair, 1, "another").await.unwrap();
    story.skip().await;
    store.cancel_order(&wren.actor, order).await.unwrap();
    story.is("void").await;
    store.give_tokens(&finch.actor, "robin", tokens("3"), "", "gift").await.unwrap();
    story.is("gift to a user").await;
    let (_, code) = store.create_gift_link(&finch.actor, tokens("4"), "", "link").await.unwrap();
    story.is("gift to no account").await;
    store.claim_gift(&robin.actor, &code, "claim").await.unwrap();
    story.is("gift claimed").await;
    let (view, _) = store.create_gift_link(&finch.actor, tokens("4"), "", "link2").await.unwrap();
    story.skip().await;
    store.cancel_gift(&finch.actor, view.gift.id).await.unwrap();
    story.is("gift taken back").await;
}

async fn refund(story: &mut Story, people: &People) {
    let (store, swift) = (story.market.store.clone(), &people.swift);
    let card = asks(swift, &story.market, Wanted::Tokens(tokens("100")), "swift").await;
    told(&story.market, card, 0, None).await;
    story.skip().await;
    store.refund_top_up(&swift.actor, card).await.unwrap();
    story.is("money refund of a top-up").await;
    let (due, _) = store.refunds_due(1).await.unwrap().remove(0);
    store.end_refund(&Actor::System, &due, RefundState::Failed).await.unwrap();
    story.is("refund that cannot be sent").await;
    told(&story.market, card, 25, None).await;
    story.is("part refunded by the provider").await;
}

async fn dispute(story: &mut Story, people: &People) {
    let People { wren, robin, plover, crane, .. } = people;
    let wanted = Wanted::Tokens(tokens("100"));
    let card = asks(crane, &story.market, wanted, "crane").await;
    told(&story.market, card, 0, None).await;
    story.market.store.give_tokens(&crane.actor, "heron", tokens("40"), "", "g1").await.unwrap();
    story.skip().await;
    told(&story.market, card, 0, Some(DisputeState::Open)).await;
    story.is("dispute opened").await;
    told(&story.market, card, 0, Some(DisputeState::Withdrawn)).await;
    story.is("money withdrawn").await;
    told(&story.market, card, 0, Some(DisputeState::Won)).await;
    story.is("won after that").await;
    // The same charge, disputed once more.
    told(&story.market, card, 0, Some(DisputeState::Open)).await;
    story.is("dispute opened again").await;
    told(&story.market, card, 0, Some(DisputeState::Won)).await;
    story.is("won before any was withdrawn").await;
    let poem = plover.lists_file("A poem", 20).await;
    robin.buys(poem, 1, "poem").await.unwrap();
    story.is("income of who owes").await;
    // Promo goes first: what is held is promo and spendable of crane's.
    let chair = wren.lists_goods("A stool", 70, 1).await;
    crane.buys(chair, 1, "stool").await.unwrap();
    story.skip().await;
    told(&story.market, card, 0, Some(DisputeState::Open)).await;
    story.is("purchase called off by a dispute").await;
    told(&story.market, card, 0, Some(DisputeState::Lost)).await;
    story.is("lost").await;
}
