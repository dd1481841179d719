use super::*;
use crate::testing::{Scene, listing, rule, tokens, told, user};

/// One listing at once: given, asked (quantity, what, price shown), answer,
/// balances afterwards. The refusals stand in their precedence: each row has
/// the fault of the row below as well, where that is possible.
#[test]
fn one_listing_at_once() {
    let all = "finch promo 50, finch spendable 20, finch earned 30";
    let table = [
        // Refusals.
        ("", "finch", 0, "draft", "9", "NOT_FOUND listing", ""),
        ("", "wren", 0, "draft", "9", "OWN_LISTING", ""),
        ("", "wren", 9, "chair", "9", "OWN_LISTING", ""),
        ("", "finch", 0, "gone", "9", "NOT_FOR_SALE", ""),
        ("", "finch", 0, "program", "9", "INVALID_INPUT offerId", ""),
        ("", "finch", 0, "chair", "9", "INVALID_INPUT quantity", ""),
        ("", "finch", QUANTITY_MAX + 1, "chair", "9", "INVALID_INPUT quantity", ""),
        ("", "finch", 2, "song", "9", "INVALID_INPUT quantity", ""),
        ("", "finch", 4, "chair", "9", "OUT_OF_STOCK 3", ""),
        ("", "finch", 2, "lamp", "9", "OUT_OF_STOCK 1", ""),
        ("", "finch", 1, "chair", "19.9999", "PRICE_CHANGED 20", ""),
        ("", "finch", 2, "palace", "1000000000", "INVALID_INPUT quantity", ""),
        (
            "finch promo 19.9999",
            "finch",
            1,
            "chair",
            "20",
            "INSUFFICIENT_TOKENS 19.9999 + 0.0001",
            "finch promo 19.9999",
        ),
        ("", "finch", 1, "palace", "1000000000", "INSUFFICIENT_TOKENS 0 + 1000000000", ""),
        // Held: goods and services. Promo first, then spendable, then earned.
        (
            all,
            "finch",
            1,
            "chair",
            "20",
            "1 orders",
            "wren escrow 20, finch spendable 20, finch earned 30, finch promo 30",
        ),
        (all, "finch", 3, "chair", "20", "1 orders", "wren escrow 60, finch spendable 10, finch earned 30"),
        (all, "finch", 9, "lesson", "10", "1 orders", "wren escrow 90, finch earned 10"),
        (all, "finch", 10, "lesson", "10", "1 orders", "wren escrow 100"),
        // Files are delivered and paid at once, with the vendor's cut.
        ("finch promo 5", "finch", 1, "song", "5", "1 orders", "robin earned 4.5, vendor fees 0.5"),
        ("finch spendable 4", "finch", 1, "poem", "4", "1 orders", "vendor fees 4"),
        // The cut is taken from the last bucket that the income left over.
        (
            "finch promo 4.6, finch earned 1",
            "finch",
            1,
            "song",
            "5",
            "1 orders",
            "finch earned 0.6, robin earned 4.5, vendor fees 0.5",
        ),
        // Income of a seller is spent like anybody's tokens.
        ("wren earned 5", "wren", 1, "song", "5", "1 orders", "robin earned 4.5, vendor fees 0.5"),
    ];
    for (given, buyer, quantity, what, shown, answer, after) in table {
        let mut scene = Scene::with(given);
        let asked = scene.buy(buyer, quantity, what, Some(shown));
        assert_eq!(
            (told(&asked).as_str(), scene.balances().as_str()),
            (answer, after),
            "{buyer}: {quantity} {what}"
        );
    }
}

/// Carts and purchases: given (state, kind, left), asked by whom and how many,
/// answer. Each row has the fault of the row below as well, where possible.
#[test]
fn what_is_offered_to_whom() {
    use ListingState::{Draft, Published, Withdrawn};
    let goods = ListingKind::Goods;
    let table = [
        (Draft, goods, Some(0), Some("finch"), 0, Some("NOT_FOUND")),
        (Draft, goods, Some(0), None, 0, Some("NOT_FOUND")),
        (Draft, goods, Some(0), Some("wren"), 0, Some("OWN_LISTING")),
        (Withdrawn, goods, Some(0), Some("wren"), 0, Some("OWN_LISTING")),
        (Withdrawn, goods, Some(0), None, 0, Some("NOT_FOR_SALE")),
        (Withdrawn, goods, Some(0), Some("finch"), 1, Some("NOT_FOR_SALE")),
        (Withdrawn, ListingKind::Software, None, None, 0, Some("NOT_FOR_SALE")),
        (Published, ListingKind::Software, None, None, 0, Some("INVALID_INPUT")),
        (Published, goods, Some(0), None, 0, Some("INVALID_INPUT")),
        (Published, goods, None, None, QUANTITY_MAX + 1, Some("INVALID_INPUT")),
        (Published, ListingKind::File, None, None, 2, Some("INVALID_INPUT")),
        (Published, goods, Some(0), None, 1, Some("OUT_OF_STOCK")),
        (Published, goods, Some(2), None, 2, None),
        (Published, ListingKind::File, None, Some("finch"), 1, None),
    ];
    let scene = Scene::new();
    let chair = scene.book.listing(listing("chair")).unwrap();
    for (state, kind, left, buyer, quantity, answer) in table {
        let offered = Offered { state, kind, quantity: left, ..chair.clone() };
        let refusal = check_offer(&offered, buyer.map(user), quantity).err();
        let told = format!("{state:?} {kind:?} {left:?} {buyer:?} {quantity}");
        assert_eq!(refusal.as_ref().map(Refusal::code), answer, "{told}");
    }
}

#[test]
fn a_file_lies_in_a_cart_once() {
    let table = [
        (ListingKind::Goods, 0, 2, 2),
        (ListingKind::Goods, 3, 2, 5),
        (ListingKind::Goods, 3, 0, 0),
        (ListingKind::Goods, 1, u32::MAX, u32::MAX),
        (ListingKind::File, 0, 1, 1),
        (ListingKind::File, 1, 7, 1),
        (ListingKind::File, 1, 0, 0),
        (ListingKind::File, 0, QUANTITY_MAX + 1, QUANTITY_MAX + 1),
    ];
    for (kind, there, more, pieces) in table {
        assert_eq!(pieces_in_cart(kind, there, more), pieces, "{kind:?} {there} {more}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut scene = Scene::with("finch promo 50");
    let wanted = Wanted { listing: ListingId::new(uuid::Uuid::max()), quantity: 1, shown: None };
    let command = crate::command::Command::Purchase {
        buyer: user("finch"),
        basket: Basket::One(wanted),
        terms: crate::testing::terms(),
    };
    assert_eq!(told(&scene.ask(user("finch").uuid(), command)), "NOT_FOUND listing");
}

/// The whole cart: given, lines, total shown, answer, balances afterwards.
#[test]
fn the_whole_cart() {
    let table = [
        ("finch promo 99", "", "0", "EMPTY_CART", "finch promo 99"),
        ("", "1 draft, 1 gone", "1", "NOT_FOUND listing", ""),
        ("", "1 gone, 1 draft", "1", "NOT_FOR_SALE", ""),
        ("", "2 chair, 2 chair", "80", "OUT_OF_STOCK 3", ""),
        ("", "2 chair, 1 lamp", "47", "PRICE_CHANGED 48", ""),
        ("finch spendable 47", "2 chair, 1 lamp", "48", "INSUFFICIENT_TOKENS 47 + 1", "finch spendable 47"),
        // One seller, one order; the exact stock may be bought.
        ("finch spendable 68", "3 chair, 1 lamp", "68", "1 orders", "wren escrow 68"),
        ("finch spendable 60", "1 chair, 2 chair", "60", "1 orders", "wren escrow 60"),
        // Three sellers, held and instant in one posting.
        (
            "finch promo 20, finch spendable 9",
            "1 chair, 1 song, 1 poem",
            "29",
            "3 orders",
            "wren escrow 20, robin earned 4.5, vendor fees 4.5",
        ),
        // Promo goes to the first seller, whatever comes first in the cart.
        (
            "finch promo 5, finch earned 20",
            "1 song, 1 chair",
            "25",
            "2 orders",
            "wren escrow 20, robin earned 4.5, vendor fees 0.5",
        ),
    ];
    for (given, lines, shown, answer, after) in table {
        let mut scene = Scene::with(given);
        scene.fill_cart("finch", lines);
        let asked = scene.checkout("finch", shown);
        assert_eq!((told(&asked).as_str(), scene.balances().as_str()), (answer, after), "{lines}");
        assert_eq!(scene.book.cart(user("finch")).is_empty(), asked.is_ok() || lines.is_empty(), "{lines}");
    }
}

#[test]
fn a_cart_has_at_most_fifty_lines() {
    let mut scene = Scene::with("finch promo 99999");
    scene.fill_cart("finch", &["1 lesson"; LINES_MAX].join(", "));
    assert_eq!(told(&scene.checkout("finch", "500")), "1 orders");
    scene.fill_cart("finch", &["1 lesson"; LINES_MAX + 1].join(", "));
    assert_eq!(told(&scene.checkout("finch", "510")), "TOO_MANY");
}

#[test]
fn an_order_remembers_what_it_was_made_of() {
    let mut scene = Scene::with("finch promo 3, finch spendable 40, finch earned 20");
    let song = OrderMade {
        state: OrderState::Released,
        total: "5",
        fee: "0.5",
        held: ("0", "0", "0"),
        held_fee: "0",
    };
    let chair =
        OrderMade { state: OrderState::Held, total: "40", fee: "2", held: ("0", "38", "2"), held_fee: "2" };
    scene.fill_cart("finch", "1 song, 2 chair");
    let orders = scene.checkout("finch", "45").unwrap().orders;
    for (order, expected) in orders.iter().zip([song, chair]) {
        let order = scene.book.order(*order).unwrap();
        let parts = [order.money.held.promo, order.money.held.spendable, order.money.held.earned];
        let (promo, spendable, earned) = expected.held;
        assert_eq!(parts, [promo, spendable, earned].map(tokens));
        assert_eq!((order.state, order.money.total), (expected.state, tokens(expected.total)));
        assert_eq!(
            (order.money.fee, order.money.held_fee),
            (tokens(expected.fee), tokens(expected.held_fee))
        );
    }
    let held = scene.book.order(orders[1]).unwrap();
    assert_eq!(held.money.release_at, scene.now.after(Seconds::new(100)));
    let line = &held.lines[0];
    assert_eq!((line.listing, line.quantity, line.title.as_str()), (listing("chair"), 2, "chair"));
    assert_eq!((line.unit_price, line.total, line.fee), (tokens("20"), tokens("40"), tokens("2")));
    assert_eq!(
        (line.fee_rule, line.fee_explanation.as_str()),
        (rule(500, None).id, "5 % of 20 = 1 tokens (Cut)")
    );
    assert_eq!((scene.left("chair"), scene.left("song")), (Some(1), None));
    let instant = scene.book.order(orders[0]).unwrap();
    assert_eq!(
        (instant.money.release_at, instant.lines[0].fee_explanation.as_str()),
        (scene.now, "10 % of 5 = 0.5 tokens (Cut)")
    );
}

struct OrderMade {
    state: OrderState,
    total: &'static str,
    fee: &'static str,
    held: (&'static str, &'static str, &'static str),
    held_fee: &'static str,
}

#[test]
fn each_orders_transfers_go_to_its_own_transaction() {
    let mut scene = Scene::with("finch promo 21, finch spendable 8");
    scene.fill_cart("finch", "1 chair, 1 song, 1 poem");
    let orders = scene.checkout("finch", "29").unwrap().orders;
    let recorded = &scene.book.written.transactions;
    assert_eq!(recorded.len(), 3);
    for (order, transaction) in orders.iter().zip(recorded) {
        let order = scene.book.order(*order).unwrap();
        let sum = Tokens::checked_sum(transaction.transfers.iter().map(|transfer| transfer.amount));
        assert_eq!((transaction.reference, sum), (order.id.uuid(), Some(order.money.total)));
        let belongs = |owner| owner == order.seller.uuid() || owner == uuid::Uuid::nil();
        assert!(transaction.transfers.iter().all(|transfer| belongs(transfer.credit.owner)));
        assert_eq!(transaction.detail, order.detail());
    }
}
