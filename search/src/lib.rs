//! The search index of Farthing.
