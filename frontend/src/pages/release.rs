//! One release, for its publisher: words, programs, publishing and yanking.

use axum::extract::{Multipart, Path};
use domain::id::ArtifactId;
use domain::refusal::Refusal;
use domain::software::{PROCESSORS, ReleaseState, SYSTEMS};
use store::Error;
use store::listings::Listing;
use store::software::releases::NewRelease;
use store::software::uploads::NewArtifact;
use store::software::{Artifact, Release};

use super::upload::{Sent, read};
use super::wares::own_release;
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::parts::Choice;
use crate::posted::Posted;
use crate::trouble::{Trouble, sentence};
use crate::view::wares::{ProgramForm, ProgramRow, ReleaseForm, ReleaseView};
use crate::{routes, show};

/// `GET /release/{id}`
pub(super) async fn page(ask: Ask, Path(id): Path<String>) -> Answer {
    let (release, listing) = own_release(&ask, &id).await?;
    show(&view(&ask, &release, &listing, form_of(&release), ProgramForm::default()).await?)
}

fn form_of(release: &Release) -> ReleaseForm {
    let mut form = ReleaseForm::default();
    form.version.value = release.version.to_string();
    form.channel.value = release.channel.as_str().to_owned();
    form.notes.value.clone_from(&release.notes);
    form.rules.value = release.rule_lines().join("\n");
    form
}

async fn view(
    ask: &Ask,
    release: &Release,
    listing: &Listing,
    form: ReleaseForm,
    program: ProgramForm,
) -> Result<ReleaseView, Trouble> {
    let programs = ask.site.store.artifacts(release).await?;
    let version = release.version.to_string();
    let mut page = ask.own_page(&format!("{} {version}", listing.title)).await?;
    page.path = routes::Release::to(release.id).to_string();
    page.problems = form.problems().into_iter().chain(program.problems()).collect();
    let state = match release.state {
        ReleaseState::Draft => "Draft",
        ReleaseState::Published => "Published",
        ReleaseState::Yanked => "Yanked",
    };
    Ok(ReleaseView {
        page,
        id: release.id,
        listing: listing.id,
        title: listing.title.clone(),
        version,
        state,
        is_draft: release.state == ReleaseState::Draft,
        is_published: release.state == ReleaseState::Published,
        published_at: release.published_at,
        form,
        programs: programs.iter().map(program_row).collect(),
        systems: choices(&SYSTEMS, &program.os.value),
        processors: choices(&PROCESSORS, &program.arch.value),
        program,
        largest: show::bytes(ask.site.file_bytes_max),
    })
}

fn choices(known: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    let one = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        chosen: *value == chosen,
        count: None,
    };
    known.iter().map(one).collect()
}

fn program_row(program: &Artifact) -> ProgramRow {
    let contents = match &program.contents {
        Some(contents) if contents.files.len() == 1 => format!("runs {}", program.main),
        Some(contents) => format!("{} files, runs {}", contents.files.len(), program.main),
        None => "not uploaded wholly: upload it again, or remove it".to_owned(),
    };
    ProgramRow {
        id: program.id,
        computer: program.computer.to_string(),
        name: program.name.clone(),
        size: show::bytes(program.size),
        contents,
        sha256: program.contents.is_some().then(|| program.sha256.clone()).flatten(),
    }
}

/// `POST /release/{id}`: does what the pressed button says.
pub(super) async fn act(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    let (release, listing) = own_release(&ask, &id).await?;
    let store = &ask.site.store;
    let intent = pairs.get("intent");
    let here = routes::Release::to(release.id);
    let done = match intent {
        "yank" => {
            store.yank_release(&ask.actor, release.id).await.map(|_| "It is yanked: nobody gets it any more.")
        }
        "save" | "publish" => {
            let new = NewRelease {
                version: release.version.to_string(),
                channel: Some(pairs.get("channel").to_owned()),
                notes: Some(pairs.get("notes").to_owned()),
                rules: Some(pairs.get("rules").lines().map(str::to_owned).collect()),
                product: None,
            };
            let saved = store.draft_release(&ask.actor, listing.id, new).await;
            match (saved, intent) {
                (Err(error), _) => Err(error),
                (Ok(_), "save") => Ok("The draft is kept."),
                (Ok(_), _) => {
                    let published = store.publish_release(&ask.actor, release.id).await;
                    published.map(|_| "It is published: whoever has a licence gets it.")
                }
            }
        }
        other => match other.strip_prefix("remove-") {
            Some(program) => {
                let program = super::id(program, ArtifactId::new, "program")?;
                store.drop_artifact(&ask.actor, program).await.map(|_| "The program is removed.")
            }
            None => return Err(Trouble::Unreadable),
        },
    };
    match done {
        Ok(said) => Ok(ask.go_saying(here, Tone::Good, said)),
        Err(Error::Refused(refusal)) if matches!(intent, "save" | "publish") => {
            let mut form = form_of(&release);
            form.fill(pairs.iter());
            form.refuse(&refusal);
            show_refused(&view(&ask, &release, &listing, form, ProgramForm::default()).await?)
        }
        Err(Error::Refused(refusal @ Refusal::WrongState { .. })) => {
            Ok(ask.go_saying(here, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /release/{id}/programs`: a program, all at once.
pub(super) async fn upload(ask: Ask, Path(id): Path<String>, form: Multipart) -> Answer {
    let (release, listing) = own_release(&ask, &id).await?;
    let mut sent = read(&ask, form).await?;
    let mut typed = ProgramForm::default();
    typed.fill(sent.pairs.iter());
    match take(&ask, &release, &mut sent, &typed).await {
        Ok(said) => Ok(ask.go_saying(routes::Release::to(release.id), Tone::Good, &said)),
        Err(Error::Refused(refusal)) => {
            match refusal.field() {
                // Told of the file: its size and packing follow from it.
                Some("size" | "packing") => typed.file.error = Some(sentence(&refusal)),
                _ => typed.refuse(&refusal),
            }
            if typed.file.error.is_none() && sent.file.is_some() {
                typed.file.error = Some("Choose the file again: it was not kept.".to_owned());
            }
            show_refused(&view(&ask, &release, &listing, form_of(&release), typed).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn take(ask: &Ask, release: &Release, sent: &mut Sent, typed: &ProgramForm) -> Result<String, Error> {
    if let Some(error) = sent.file_error.take() {
        return Err(Refusal::invalid("file", error.trim_end_matches('.').to_owned()).into());
    }
    let file = sent.file.as_ref().ok_or(Refusal::invalid("file", "choose the program to upload"))?;
    let new = NewArtifact {
        os: typed.os.value.clone(),
        arch: typed.arch.value.clone(),
        packing: packing_of(&file.name).to_owned(),
        name: file.name.clone(),
        main: typed.main.value.clone(),
        size: 0,
        sha256: None,
    };
    let done = ask.site.store.upload_whole(&ask.actor, release.id, new, file.path.clone()).await?;
    let files = done.contents.map_or(0, |contents| contents.files.len());
    let what = if files == 1 { "one file".to_owned() } else { format!("{files} files") };
    Ok(format!("The program for {} is here: {what}, {}.", done.computer, show::bytes(done.size)))
}

/// How a file is packed, by its name.
fn packing_of(name: &str) -> &'static str {
    let small = name.to_lowercase();
    if small.ends_with(".zip") {
        "zip"
    } else if small.ends_with(".tar.gz") || small.ends_with(".tgz") {
        "tar.gz"
    } else {
        "binary"
    }
}
