//! Requests with files: the GraphQL multipart request specification.
//!
//! `operations` and `map` come first, so that the request is weighed and its
//! sender known before any file is read. Files go straight to the store's
//! spool and never lie in memory.

use std::collections::BTreeMap;

use async_graphql::Request as Asked;
use axum::extract::{FromRequest, Multipart, Request, multipart};
use axum::http::StatusCode;
use graphql::{Spooled, Uploads, Weight};
use serde_json::Value;
use store::Store;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::read::{BODY_BYTES_MAX, from_value};
use super::reply::Problem;

/// Files that one request may bring.
const FILES_MAX: usize = 10;

/// How large uploads may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// The largest picture, in bytes.
    pub(super) picture_bytes_max: u64,
    /// The largest file for sale, in bytes.
    pub(super) file_bytes_max: u64,
}

impl Sizes {
    /// The largest file that a request of this weight can need.
    pub(super) fn of(self, weight: &Weight) -> u64 {
        let file = if weight.files > 0 { self.file_bytes_max } else { 0 };
        let picture = if weight.pictures > 0 { self.picture_bytes_max } else { 0 };
        file.max(picture)
    }
}

/// A form whose files have not been read.
pub(super) struct Form {
    /// The request; its variables hold the numbers of the files.
    pub(super) asked: Asked,
    parts: Multipart,
    /// The part of each file, in the order of their numbers.
    names: Vec<String>,
}

fn broken(error: &multipart::MultipartError) -> Problem {
    Problem::new(error.status(), format!("The form cannot be read: {}.", error.body_text()))
}

/// Reads `operations` and `map`.
pub(super) async fn begin(request: Request) -> Result<Form, Problem> {
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|rejection| Problem::bad(rejection.body_text()))?;
    let mut operations = read_json(&mut parts, "operations").await?;
    let map = read_json(&mut parts, "map").await?;
    let map: BTreeMap<String, Vec<String>> = serde_json::from_value(map)
        .map_err(|_| Problem::bad("`map` says for each file in which variables it stands."))?;
    if map.len() > FILES_MAX {
        return Err(Problem::bad(format!("A request brings at most {FILES_MAX} files.")));
    }
    for (index, path) in
        map.values().enumerate().flat_map(|(index, paths)| paths.iter().map(move |path| (index, path)))
    {
        let place = find(&mut operations, path).filter(|place| place.is_null());
        let place = place
            .ok_or_else(|| Problem::bad(format!("`{path}` in `map` is not a variable that is null.")))?;
        *place = Value::String(Uploads::mark(index));
    }
    Ok(Form { asked: from_value(operations)?, parts, names: map.into_keys().collect() })
}

/// The place in `operations` that a path such as `variables.input.file` names.
fn find<'v>(operations: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    let mut steps = path.split('.');
    (steps.next() == Some("variables")).then_some(())?;
    let variables = operations.get_mut("variables")?;
    steps.try_fold(variables, |place, step| match place {
        Value::Object(map) => map.get_mut(step),
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The next part, which has to be JSON of that name.
async fn read_json(parts: &mut Multipart, name: &str) -> Result<Value, Problem> {
    let expected = || {
        Problem::bad(format!(
            "The form has to hold `operations`, then `map`, then the files; `{name}` is missing."
        ))
    };
    let part = parts.next_field().await.map_err(|error| broken(&error))?;
    let mut part = part.filter(|part| part.name() == Some(name)).ok_or_else(expected)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("`{name}` has at most {BODY_BYTES_MAX} bytes."),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|error| Problem::bad(format!("`{name}` is not JSON: {error}.")))
}

impl Form {
    /// Writes the files to the spool, each at most `bytes_max` long.
    pub(super) async fn take_files(&mut self, store: &Store, bytes_max: u64) -> Result<Uploads, Problem> {
        let mut files: BTreeMap<usize, Spooled> = BTreeMap::new();
        while let Some(part) = self.parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default();
            let index = self.names.iter().position(|known| known == name);
            let index =
                index.ok_or_else(|| Problem::bad("The form holds a part that `map` does not name."))?;
            if files.contains_key(&index) {
                return Err(Problem::bad("Each file comes once."));
            }
            files.insert(index, spool(store, part, bytes_max).await?);
        }
        if files.len() < self.names.len() {
            return Err(Problem::bad("A file that `map` names is missing."));
        }
        Ok(Uploads::new(files.into_values().collect()))
    }
}

/// Writes one file to the spool; what is half written is removed again.
async fn spool(store: &Store, mut part: multipart::Field<'_>, bytes_max: u64) -> Result<Spooled, Problem> {
    let name = part.file_name().unwrap_or("file").to_owned();
    let mut spooled = Spooled { path: store.spool(), name, size_bytes: 0 };
    let mut file = File::create_new(&spooled.path).await.map_err(|error| unwritten(&error))?;
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        spooled.size_bytes =
            spooled.size_bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if spooled.size_bytes > bytes_max {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("A file has at most {bytes_max} bytes here."),
            ));
        }
        file.write_all(&chunk).await.map_err(|error| unwritten(&error))?;
    }
    file.flush().await.map_err(|error| unwritten(&error))?;
    Ok(spooled)
}

fn unwritten(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "an upload could not be written");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The file could not be taken just now. Try again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_only_into_variables() {
        let mut operations =
            json!({"query": null, "variables": {"input": {"file": null}, "files": [null, 1]}});
        for path in ["variables.input.file", "variables.files.0"] {
            assert!(find(&mut operations, path).is_some_and(|place| place.is_null()), "{path}");
        }
        for path in [
            "query",
            "",
            "variables.input.other",
            "variables.files.2",
            "variables.files.-1",
            "0.variables.input",
        ] {
            assert!(find(&mut operations, path).is_none(), "{path}");
        }
    }
}
