//! Says why a hit stands where it stands, in lines for people.

use tantivy::query::{EnableScoring, Weight};
use tantivy::{DocSet, Searcher};

use super::order::{Judge, Order};
use super::plan::Plan;
use super::quality;
use super::statistics::Statistics;
use super::top::Candidate;
use crate::query::Sort;

/// Explains the hits of one plan.
pub(super) struct Explainer<'a> {
    searcher: &'a Searcher,
    order: Order,
    clauses: Vec<(&'a str, Box<dyn Weight>)>,
}

impl<'a> Explainer<'a> {
    pub(super) fn new(searcher: &'a Searcher, plan: &'a Plan, order: Order) -> tantivy::Result<Self> {
        let statistics = Statistics { searcher, frequencies: &plan.frequencies };
        let mut clauses = Vec::new();
        if order.needs_score() {
            for clause in &plan.clauses {
                let scoring = EnableScoring::enabled_from_statistics_provider(&statistics, searcher);
                clauses.push((clause.says.as_str(), clause.query.weight(scoring)?));
            }
        }
        Ok(Self { searcher, order, clauses })
    }

    /// A line for each part of the score, the largest first, and how they
    /// come together.
    pub(super) fn explain(&self, candidate: &Candidate) -> tantivy::Result<Vec<String>> {
        let reason = match self.order.sort {
            Sort::Relevance => return self.relevance(candidate),
            Sort::Newest => "ordered by age, the youngest first",
            Sort::PriceAscending => "ordered by price, the cheapest first",
            Sort::PriceDescending => "ordered by price, the dearest first",
            Sort::Rating => "ordered by rating, the more often sold first among equals",
        };
        Ok(vec![reason.to_owned()])
    }

    fn relevance(&self, candidate: &Candidate) -> tantivy::Result<Vec<String>> {
        let segment = self.searcher.segment_reader(candidate.segment);
        let mut parts: Vec<(f32, &str)> = Vec::new();
        for (says, weight) in &self.clauses {
            let mut scorer = weight.scorer(segment, 1.0)?;
            if scorer.doc() <= candidate.document && scorer.seek(candidate.document) == candidate.document {
                parts.push((scorer.score(), says));
            }
        }
        parts.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut lines: Vec<String> =
            parts.iter().map(|(points, says)| format!("{says}: {points:.2}")).collect();
        let words = if self.order.has_words { parts.iter().map(|part| part.0).sum() } else { 1.0 };
        if self.order.has_words {
            lines.push(format!("words together: {words:.2}"));
        }
        let judge = Judge::new(self.order.now_hours, segment.fast_fields())?;
        let factor = judge.factor(candidate.document);
        lines.push(format!(
            "times {:.2} for quality: sales and rating {} of 1000, freshness {} of 1000{}",
            f64::from(factor) / 1_000.0,
            judge.standing(candidate.document),
            judge.freshness(candidate.document),
            if judge.in_stock(candidate.document) { "" } else { ", halved since sold out" },
        ));
        lines.push(format!("score: {:.2}", quality::blend(words, factor)));
        Ok(lines)
    }
}
