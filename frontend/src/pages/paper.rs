//! Numbered papers, as a page and as PDF; for the user of the order and the
//! staff.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse as _;
use domain::desk::Paper;
use domain::id::PaperId;

use crate::ask::{Answer, Ask, show};
use crate::paper::{Sheet, kind_words, sheet, write_pdf};
use crate::trouble::Trouble;
use crate::view::paper::{PaperRow, PaperView};
use crate::{routes, show};

/// Papers as a list shows them.
pub(super) fn rows(papers: &[Paper]) -> Vec<PaperRow> {
    let row = |paper: &Paper| PaperRow {
        id: paper.id,
        title: format!("{} {}", kind_words(paper.kind), paper.label()),
        amount: paper.amount.to_string(),
        at: paper.at,
    };
    papers.iter().map(row).collect()
}

async fn find(ask: &Ask, id: &str) -> Result<(store::desk::PaperView, Sheet), Trouble> {
    ask.user()?;
    let id = super::id(id, PaperId::new, "paper")?;
    let view = ask.site.store.paper(&ask.actor, id).await?;
    let sheet = sheet(&view, ask.site.store.market());
    Ok((view, sheet))
}

/// `GET /paper/{id}`
pub(super) async fn page(ask: Ask, Path(id): Path<String>) -> Answer {
    let (view, sheet) = find(&ask, &id).await?;
    let top_up = &view.top_up;
    let label = format!("Order {}", top_up.reference);
    let back = match ask.actor.user_id() == Some(top_up.user) {
        true => show::link(&label, routes::TopUpOrder::to(top_up.id)),
        false => show::link(&label, routes::VendorDeskOrder::to(top_up.id)),
    };
    show(&PaperView { page: ask.own_page(&sheet.title).await?, id: view.paper.id, sheet, back })
}

/// `GET /paper/{id}/pdf`
pub(super) async fn pdf(ask: Ask, Path(id): Path<String>) -> Answer {
    let (_, sheet) = find(&ask, &id).await?;
    let name = sheet.file_name.clone();
    let written = tokio::task::spawn_blocking(move || write_pdf(&sheet)).await.ok().flatten();
    let file = written.ok_or(Trouble::Failed("write a PDF".to_owned()))?;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.pdf\"")),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}
