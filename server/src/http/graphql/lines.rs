//! How many connections somebody holds open: each costs memory for as long
//! as it lasts, which limits on requests do not see.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::UserId;

use crate::limits::{AddressBlock, Key};

/// Open connections of one address; many people may share it.
const PER_ADDRESS_MAX: u32 = 100;
/// Open connections of one account.
const PER_ACCOUNT_MAX: u32 = 20;

/// The connections that are open now. Cheap to clone; all clones count the
/// same ones.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<HashMap<Key, u32>>>);

/// One open connection; it is counted until this is dropped.
pub(super) struct Line {
    lines: Lines,
    key: Key,
}

impl Lines {
    /// Counts a connection from that address, if it may have one more.
    pub(super) fn take_for_address(&self, address: AddressBlock) -> Option<Line> {
        self.take(Key::Address(address), PER_ADDRESS_MAX)
    }

    /// Counts a connection of that account, if it may have one more.
    pub(super) fn take_for_account(&self, account: UserId) -> Option<Line> {
        self.take(Key::Account(account), PER_ACCOUNT_MAX)
    }

    fn take(&self, key: Key, most: u32) -> Option<Line> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Line { lines: self.clone(), key })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut counts = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            // Whoever holds none is forgotten.
            Some(_) | None => {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_while_they_are_held() {
        let lines = Lines::default();
        let mint = |seed| domain::id::Mint::new(domain::time::Timestamp::from_millis(0), [seed; 16]);
        let user = |seed| UserId::new(mint(seed).uuid(0));
        let ada = user(1);
        let held: Vec<Line> = (0..PER_ACCOUNT_MAX).map_while(|_| lines.take_for_account(ada)).collect();
        assert_eq!(held.len(), 20);
        assert!(lines.take_for_account(ada).is_none());
        assert!(lines.take_for_account(user(2)).is_some(), "others have their own");
        drop(held);
        assert!(lines.take_for_account(ada).is_some());
        assert!(lines.0.lock().unwrap().is_empty(), "who holds none is forgotten");
    }
}
