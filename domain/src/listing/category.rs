//! The tree of categories that listings hang in.

use std::collections::HashMap;

use crate::id::CategoryId;

/// A branch of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its number.
    pub id: CategoryId,
    /// The branch it hangs on, if it is no root.
    pub parent: Option<CategoryId>,
    /// Its name in paths: small letters, digits and hyphens.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

impl Category {
    /// A branch; `slug` and `name` are taken as they are.
    #[must_use]
    pub fn new(id: i32, parent: Option<i32>, slug: &str, name: &str) -> Self {
        Self {
            id: CategoryId::new(id),
            parent: parent.map(CategoryId::new),
            slug: slug.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// All categories, in the vendor's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryTree {
    ordered: Vec<Category>,
    places: HashMap<CategoryId, usize>,
}

/// Deeper trees are cut here, so that a loop in the data ends.
const DEPTH_MAX: usize = 8;

impl CategoryTree {
    /// The tree of these branches.
    #[must_use]
    pub fn new(ordered: Vec<Category>) -> Self {
        let places = ordered.iter().enumerate().map(|(place, category)| (category.id, place)).collect();
        Self { ordered, places }
    }

    /// All branches in the vendor's order.
    #[must_use]
    pub fn all(&self) -> &[Category] {
        &self.ordered
    }

    /// The branch with that number.
    #[must_use]
    pub fn find(&self, id: CategoryId) -> Option<&Category> {
        self.places.get(&id).and_then(|place| self.ordered.get(*place))
    }

    /// The branches that hang on `parent`, or the roots.
    pub fn children(&self, parent: Option<CategoryId>) -> impl Iterator<Item = &Category> {
        self.ordered.iter().filter(move |category| category.parent == parent)
    }

    /// From the root to the branch itself; empty for an unknown number.
    #[must_use]
    pub fn path(&self, id: CategoryId) -> Vec<&Category> {
        let mut path = Vec::new();
        let mut next = self.find(id);
        while let Some(category) = next {
            path.push(category);
            if path.len() == DEPTH_MAX {
                break;
            }
            next = category.parent.and_then(|parent| self.find(parent));
        }
        path.reverse();
        path
    }

    /// Whether `id` is `root` or hangs below it.
    #[must_use]
    pub fn is_within(&self, id: CategoryId, root: CategoryId) -> bool {
        self.path(id).iter().any(|category| category.id == root)
    }

    /// The branch that comes nearest to a path of names or slugs, root first:
    /// the deepest that exists, however it is written.
    #[must_use]
    pub fn nearest(&self, names: &[impl AsRef<str>]) -> Option<&Category> {
        let mut found: Option<&Category> = None;
        for name in names {
            let parent = found.map(|category| category.id);
            let is_called = |category: &&Category| {
                category.name.eq_ignore_ascii_case(name.as_ref()) || category.slug == name.as_ref()
            };
            match self.children(parent).find(is_called) {
                Some(category) => found = Some(category),
                None => break,
            }
        }
        found
    }

    /// The branch at a path of slugs, root first.
    #[must_use]
    pub fn by_slugs(&self, slugs: &[&str]) -> Option<&Category> {
        let mut found: Option<&Category> = None;
        for slug in slugs {
            let parent = found.map(|category| category.id);
            found = Some(self.children(parent).find(|category| category.slug == *slug)?);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_in_the_data_ends() {
        let tree =
            CategoryTree::new(vec![Category::new(1, Some(2), "a", "A"), Category::new(2, Some(1), "b", "B")]);
        assert_eq!(tree.path(CategoryId::new(1)).len(), DEPTH_MAX);
    }

    #[test]
    fn slugs_lead_to_a_branch() {
        let tree = CategoryTree::new(vec![
            Category::new(1, None, "books", "Books"),
            Category::new(2, Some(1), "other", "Other"),
            Category::new(3, None, "tools", "Tools"),
            Category::new(4, Some(3), "other", "Other"),
        ]);
        assert_eq!(tree.by_slugs(&["tools", "other"]).map(|found| found.id), Some(CategoryId::new(4)));
        assert_eq!(tree.by_slugs(&["tools", "none"]), None);
        assert_eq!(tree.by_slugs(&[]), None);
        assert_eq!(tree.nearest(&["Tools", "Hammers"]).map(|found| found.id), Some(CategoryId::new(3)));
        assert_eq!(tree.nearest(&["Hammers"]), None);
        assert!(tree.is_within(CategoryId::new(4), CategoryId::new(3)));
        assert!(!tree.is_within(CategoryId::new(4), CategoryId::new(1)));
    }
}
