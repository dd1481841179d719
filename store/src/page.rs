//! Pages of long lists, by key: the next page begins after the last key seen,
//! so rows that come or go meanwhile shift nothing.

use sea_orm::Value;

/// The most rows of one page.
pub const PAGE_MAX: u32 = 100;

/// Which part of a list, newest first, is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window<K> {
    limit: u32,
    edge: Option<K>,
    is_backward: bool,
}

impl<K> Window<K> {
    /// The first `limit` rows after `after`, or of all.
    #[must_use]
    pub fn first(limit: u32, after: Option<K>) -> Self {
        Self { limit: limit.clamp(1, PAGE_MAX), edge: after, is_backward: false }
    }

    /// The last `limit` rows before `before`, or of all.
    #[must_use]
    pub fn last(limit: u32, before: Option<K>) -> Self {
        Self { limit: limit.clamp(1, PAGE_MAX), edge: before, is_backward: true }
    }
}

impl<K: Copy> Window<K> {
    /// The row that the page begins or ends beside, for lists with a key of
    /// several columns.
    pub(crate) const fn edge(&self) -> Option<K> {
        self.edge
    }

    /// How its rows are read: the sign that a key stands in to the edge, and
    /// the order of reading.
    pub(crate) const fn reading(&self) -> (&'static str, &'static str) {
        if self.is_backward { (">", "ASC") } else { ("<", "DESC") }
    }

    /// How many rows are read: one more than wanted, to know whether there
    /// are more.
    pub(crate) const fn rows_read(&self) -> u32 {
        self.limit + 1
    }

    /// The page of what that statement read.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let has_edge = self.edge.is_some();
        if self.is_backward {
            rows.reverse();
            return Page { items: rows, has_next: has_edge, has_previous: has_more };
        }
        Page { items: rows, has_next: has_more, has_previous: has_edge }
    }
}

impl<K: Copy + Into<Value>> Window<K> {
    /// The end of a statement that reads this window of a list, newest first
    /// by `column`: `AND column < $n ORDER BY … LIMIT …`. Adds its values.
    pub(crate) fn clause(&self, column: &str, values: &mut Vec<Value>) -> String {
        let (sign, order) = self.reading();
        let condition = match self.edge {
            Some(edge) => {
                values.push(edge.into());
                format!(" AND {column} {sign} ${}", values.len())
            }
            None => String::new(),
        };
        format!("{condition} ORDER BY {column} {order} LIMIT {}", self.rows_read())
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, newest first.
    pub items: Vec<T>,
    /// Whether older ones follow.
    pub has_next: bool,
    /// Whether newer ones come before.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(turn).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}
