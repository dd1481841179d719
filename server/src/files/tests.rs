use std::convert::Infallible;

use futures_util::stream;
use tempfile::TempDir;

use super::*;

const ROOMY: Allowance = Allowance { file_bytes_max: 10 * 1_024 * 1_024, quota_bytes_left: u64::MAX };

fn open() -> (TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::open(folder.path().join("files")).unwrap();
    (folder, files)
}

fn pieces(bytes: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin {
    let all: Vec<_> = bytes.chunks(size).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    stream::iter(all)
}

fn unfinished(files: &Files) -> usize {
    fs::read_dir(files.root.join("incoming")).unwrap().count()
}

#[tokio::test]
async fn a_stream_is_kept_under_its_hash_in_any_pieces() {
    let (_folder, files) = open();
    let bytes: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
    let expected = FileName::of(&blake3::hash(&bytes));
    for size in [1_000, 65_536, 300_000, bytes.len()] {
        let kept = files.keep_stream(pieces(&bytes, size), ROOMY).await.unwrap();
        assert_eq!(kept, Kept { name: expected.clone(), size_bytes: 2_800_000 });
        assert!(files.holds(&expected).await);
        assert_eq!(fs::read(files.path_of(&expected)).unwrap(), bytes);
    }
    assert_eq!(unfinished(&files), 0);
    let empty = files.keep_stream(pieces(b"", 1), ROOMY).await.unwrap();
    assert_eq!((empty.name, empty.size_bytes), (FileName::of(&blake3::hash(b"")), 0));
}

#[tokio::test]
async fn keeping_twice_changes_nothing_and_mends_what_is_cut_off() {
    let (folder, files) = open();
    let source = folder.path().join("source");
    fs::write(&source, b"a song").unwrap();
    let kept = files.keep_file(&source, ROOMY).await.unwrap();
    let path = files.path_of(&kept.name);
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    files.keep_bytes(&kept.name, Bytes::from_static(b"a song")).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    fs::write(&path, b"a so").unwrap();
    files.keep_file(&source, ROOMY).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"a song");
}

#[tokio::test]
async fn too_much_is_refused_while_it_comes_and_leaves_nothing() {
    let (folder, files) = open();
    let megabyte = 1_024 * 1_024;
    let source = folder.path().join("source");
    fs::write(&source, vec![7; 3 * 1_024 * 1_024]).unwrap();
    let table = [
        (2 * megabyte, u64::MAX, "The file is larger than 2 MB, the most that a file may have"),
        (9 * megabyte, megabyte, "The file does not fit: 1 MB of your space are left"),
    ];
    for (file_bytes_max, quota_bytes_left, expected) in table {
        let allowance = Allowance { file_bytes_max, quota_bytes_left };
        let endless =
            stream::iter(std::iter::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[7; 65_536]))));
        let answers =
            [files.keep_stream(endless, allowance).await, files.keep_file(&source, allowance).await];
        for answer in answers {
            let Err(NotKept::Refused(Refusal::InvalidInput { field, problem })) = answer else {
                panic!("expected a refusal, got {answer:?}");
            };
            assert_eq!((field.as_ref(), problem.as_ref()), ("file", expected));
        }
    }
    assert_eq!(unfinished(&files), 0);
}

#[tokio::test]
async fn a_broken_stream_leaves_nothing() {
    let (_folder, files) = open();
    let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err("gone")]);
    assert!(matches!(files.keep_stream(broken, ROOMY).await, Err(NotKept::Interrupted)));
    assert_eq!(unfinished(&files), 0);
    assert!(!files.holds(&FileName::of(&blake3::hash(b"half"))).await);
}

#[tokio::test]
async fn opening_removes_what_was_abandoned_and_only_that() {
    let (_folder, files) = open();
    fs::write(files.root.join("incoming/abandoned.part"), b"half").unwrap();
    let mut alive = Incoming::begin(&files.root).unwrap();
    alive.write(b"whole").unwrap();
    Files::open(&files.root).unwrap();
    assert_eq!(unfinished(&files), 1);
    let kept = alive.settle(&files.root, None).unwrap();
    assert!(files.holds(&kept.name).await);
    assert_eq!(unfinished(&files), 0);
}

#[test]
fn a_folder_that_cannot_be_made_is_a_fault_with_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("files");
    fs::write(&in_the_way, b"").unwrap();
    let fault = Files::open(in_the_way).unwrap_err();
    assert_eq!(fault.to_string(), "could not open the folder of files");
    assert!(std::error::Error::source(&fault).is_some());
}
