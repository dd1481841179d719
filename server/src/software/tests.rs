use std::convert::Infallible;
use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::stream;
use tempfile::TempDir;

use super::parts::{NotTaken, take, there};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("upload.part");
    (folder, path)
}

fn pieces(text: &'static str) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> + Unpin {
    stream::iter(text.as_bytes().chunks(2).map(|piece| Ok(Bytes::from_static(piece))))
}

#[tokio::test]
async fn parts_are_appended_and_may_be_sent_again() {
    let (_folder, path) = place();
    assert_eq!(there(&path).await.unwrap(), 0);
    assert_eq!(take(&path, 10, 0, pieces("abcde")).await.unwrap(), 5);
    assert_eq!(take(&path, 10, 0, pieces("abcde")).await.unwrap(), 5, "the same again");
    assert_eq!(take(&path, 10, 3, pieces("defg")).await.unwrap(), 7, "overlapping");
    assert!(matches!(take(&path, 10, 8, pieces("ij")).await, Err(NotTaken::Gap { there: 7 })));
    assert_eq!(take(&path, 10, 7, pieces("hij")).await.unwrap(), 10);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "abcdefghij");
}

#[tokio::test]
async fn no_more_than_was_announced_is_written() {
    let (_folder, path) = place();
    assert!(matches!(take(&path, 4, 0, pieces("abcdef")).await, Err(NotTaken::TooMuch)));
    assert!(there(&path).await.unwrap() <= 4);
}

#[tokio::test]
async fn what_came_before_a_broken_connection_is_kept() {
    let (_folder, path) = place();
    let broken = stream::iter([Ok(Bytes::from_static(b"abc")), Err(io::Error::other("gone"))]);
    assert!(matches!(take(&path, 9, 0, broken).await, Err(NotTaken::Interrupted { there: 3 })));
    assert_eq!(there(&path).await.unwrap(), 3);
    assert_eq!(take(&path, 9, 3, pieces("defghi")).await.unwrap(), 9);
}

#[tokio::test]
async fn one_part_is_written_at_a_time() {
    let (_folder, path) = place();
    let held = std::fs::File::create(&path).unwrap();
    held.lock().unwrap();
    assert!(matches!(take(&path, 9, 0, pieces("abc")).await, Err(NotTaken::Busy)));
    held.unlock().unwrap();
    assert_eq!(take(&path, 9, 0, pieces("abc")).await.unwrap(), 3);
}
