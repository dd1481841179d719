//! The reference's purchases and how they end.

use domain::listing::ListingKind;

use super::income::What;
use super::model::{Answer, EARNED, FEES, MOST, Model, Order, PROMO, SPENDABLE, no};
use super::step::Number;

const FOURTEEN_DAYS: i64 = 14 * 86_400_000;

impl Model {
    /// The fee of one piece of a listing.
    fn fee(&self, listing: Number) -> i64 {
        self.fee_of(self.listings[listing].price, self.listings[listing].seller)
    }

    /// The fee of one piece at that price.
    pub(super) fn fee_of(&self, price: i64, seller: Number) -> i64 {
        let share =
            |points: u16| price / 10_000 * i64::from(points) + price % 10_000 * i64::from(points) / 10_000;
        let fee = match self.fees {
            None => share(500),
            Some(fees) if fees.seller == seller => share(fees.sellers_points) + fees.sellers_fixed_units,
            Some(fees) => share(fees.points).max(fees.least_units),
        };
        fee.min(price)
    }

    /// Whether `by` may have that many of a listing.
    fn offered(&self, by: Number, listing: Number, quantity: u32) -> Result<(), String> {
        let Some(found) = self.listings.get(listing) else { return no("NOT_FOUND listing") };
        if found.seller != by && found.state == 1 {
            return no("NOT_FOUND listing");
        }
        if found.seller == by {
            return no("OWN_LISTING");
        }
        if found.state != 2 {
            return no("NOT_FOR_SALE");
        }
        if quantity == 0 || quantity > 1_000_000 || (found.kind == ListingKind::File && quantity != 1) {
            return no("INVALID_INPUT quantity");
        }
        match found.left {
            Some(left) if left < quantity => no(format!("OUT_OF_STOCK {left}")),
            _ => Ok(()),
        }
    }

    pub(super) fn add_to_cart(&mut self, by: Number, listing: Number, quantity: u32) -> Answer {
        let is_file = self.listings.get(listing).is_some_and(|found| found.kind == ListingKind::File);
        let cart = self.carts.get(&by).map(Vec::as_slice).unwrap_or_default();
        let there = cart.iter().position(|(other, _)| *other == listing);
        let before = there.map_or(0, |place| cart[place].1);
        let wanted = match quantity {
            0 => 0,
            // Asking for a file again leaves one in the cart.
            1..=1_000_000 if is_file => 1,
            more => before + more,
        };
        self.offered(by, listing, wanted)?;
        let cart = self.carts.entry(by).or_default();
        match there {
            Some(place) => cart[place].1 = wanted,
            None => cart.push((listing, wanted)),
        }
        Ok(format!("cart of {}", cart.len()))
    }

    /// What the cart costs now, as a page would show it.
    pub(super) fn cart_total(&self, by: Number) -> i64 {
        let lines = self.carts.get(&by).map(Vec::as_slice).unwrap_or_default();
        lines.iter().map(|(listing, quantity)| self.listings[*listing].price * i64::from(*quantity)).sum()
    }

    /// Whether all that is in the cart can be had.
    pub(super) fn cart_is_whole(&self, by: Number) -> bool {
        let lines = self.carts.get(&by).map(Vec::as_slice).unwrap_or_default();
        lines.iter().all(|(listing, quantity)| self.offered(by, *listing, *quantity).is_ok())
    }

    pub(super) fn checkout(&mut self, by: Number, shown: i64) -> Answer {
        self.check_free(by)?;
        let lines = self.carts.get(&by).cloned().unwrap_or_default();
        if lines.is_empty() {
            return no("EMPTY_CART");
        }
        for (listing, quantity) in &lines {
            self.offered(by, *listing, *quantity)?;
        }
        let total = self.cart_total(by);
        if total > MOST {
            return no("INVALID_INPUT quantity");
        }
        if total != shown {
            return no(format!("PRICE_CHANGED {total}"));
        }
        let answer = self.purchase(by, &lines, total)?;
        self.carts.remove(&by);
        Ok(answer)
    }

    pub(super) fn buy(&mut self, by: Number, listing: Number, quantity: u32, shown: i64) -> Answer {
        self.check_free(by)?;
        self.offered(by, listing, quantity)?;
        let price = self.listings[listing].price;
        if price != shown {
            return no(format!("PRICE_CHANGED {price}"));
        }
        let total = price * i64::from(quantity);
        if total > MOST {
            return no("INVALID_INPUT quantity");
        }
        self.purchase(by, &[(listing, quantity)], total)
    }

    fn purchase(&mut self, by: Number, lines: &[(Number, u32)], total: i64) -> Answer {
        let there: i64 = self.users[by].buckets.iter().sum();
        if there < total {
            return no(format!("INSUFFICIENT_TOKENS {there} {}", total - there));
        }
        let mut sellers: Vec<Number> = Vec::new();
        for (listing, _) in lines {
            let seller = self.listings[*listing].seller;
            if !sellers.contains(&seller) {
                sellers.push(seller);
            }
        }
        let mut made = Vec::new();
        for seller in sellers {
            let own: Vec<_> = lines
                .iter()
                .copied()
                .filter(|(listing, _)| self.listings[*listing].seller == seller)
                .collect();
            made.push(format!("order {}", self.orders.len()));
            self.order(by, seller, &own);
        }
        Ok(made.join(", "))
    }

    fn order(&mut self, buyer: Number, seller: Number, lines: &[(Number, u32)]) {
        let (mut sale, mut sale_fee, mut hold, mut held_fee) = (0, 0, 0, 0);
        let mut returns = Vec::new();
        for (listing, quantity) in lines {
            let count = i64::from(*quantity);
            let (price, fee) = (self.listings[*listing].price * count, self.fee(*listing) * count);
            if self.listings[*listing].kind == ListingKind::File {
                (sale, sale_fee) = (sale + price, sale_fee + fee);
            } else {
                (hold, held_fee) = (hold + price, held_fee + fee);
                returns.push((*listing, *quantity));
            }
            if let Some(left) = &mut self.listings[*listing].left {
                *left -= quantity;
            }
        }
        let paid = self.pay(buyer, sale - sale_fee);
        self.earn_from(seller, self.orders.len(), paid);
        self.pay(buyer, sale_fee);
        self.book(FEES, sale_fee);
        let held = self.pay(buyer, hold);
        self.users[seller].held += hold;
        let state = if hold == 0 { 2 } else { 1 };
        let due = self.now + FOURTEEN_DAYS;
        self.orders.push(Order { buyer, seller, state, held, held_fee, due, returns });
    }

    /// Takes promo first, then bought and granted, then income, for the order
    /// that is made next.
    pub(super) fn pay(&mut self, user: Number, units: i64) -> [i64; 3] {
        let (mut rest, mut parts) = (units, [0; 3]);
        for bucket in [PROMO, SPENDABLE, EARNED] {
            parts[bucket] = self.users[user].buckets[bucket].min(rest);
            self.users[user].buckets[bucket] -= parts[bucket];
            rest -= parts[bucket];
        }
        assert_eq!(rest, 0, "the model pays what it has checked");
        let order = What::Order(self.orders.len());
        self.users[user].income.leave(order, parts[EARNED]);
        parts
    }

    /// An order's place, if the asker is part of it.
    fn part_of(&self, by: Number, order: Number) -> Result<&Order, String> {
        let found = self.orders.get(order).filter(|found| found.buyer == by || found.seller == by);
        found.ok_or_else(|| "NOT_FOUND order".to_owned())
    }

    pub(super) fn confirm(&mut self, by: Number, order: Number) -> Answer {
        let found = self.part_of(by, order)?;
        if found.buyer != by {
            return no("FORBIDDEN");
        }
        match found.state {
            1 => self.release(order),
            3 => return no("WRONG_STATE"),
            _ => {}
        }
        Ok(format!("order {order}"))
    }

    fn release(&mut self, order: Number) {
        let Order { seller, held, held_fee, .. } = self.orders[order];
        let all: i64 = held.iter().sum();
        self.users[seller].held -= all;
        // The vendor's part is the last to be promo-paid.
        let (income, promo) = (all - held_fee, held[PROMO].min(all - held_fee));
        self.earn(seller, order, income - promo, promo);
        self.book(FEES, held_fee);
        self.orders[order].state = 2;
    }

    pub(super) fn cancel(&mut self, by: Number, order: Number) -> Answer {
        let found = self.part_of(by, order)?;
        if found.seller != by {
            return no("FORBIDDEN");
        }
        match found.state {
            1 => {}
            2 => return no("WRONG_STATE"),
            _ => return Ok(format!("order {order}")),
        }
        self.void(order);
        Ok(format!("order {order}"))
    }

    /// Everything held goes back, and the pieces are on offer again.
    pub(super) fn void(&mut self, order: Number) {
        let Order { buyer, seller, held, returns, .. } = self.orders[order].clone();
        for (bucket, part) in held.into_iter().enumerate() {
            self.come_back(buyer, bucket, part, What::Order(order));
            self.users[seller].held -= part;
        }
        for (listing, quantity) in returns {
            if let Some(left) = &mut self.listings[listing].left {
                *left += quantity;
            }
        }
        self.orders[order].state = 3;
    }

    pub(super) fn release_due(&mut self) -> usize {
        let is_due = |order: &Order| order.state == 1 && order.due <= self.now;
        let due: Vec<Number> = (0..self.orders.len()).filter(|place| is_due(&self.orders[*place])).collect();
        due.iter().for_each(|order| self.release(*order));
        due.len()
    }
}
