//! Against servers of a few lines each, on this computer.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;
use crate::disk::sha256;
use crate::install::download::{Wanted, bring};
use crate::stop::Stop;
use crate::transport::Proof;

/// Answers connections one after the other with texts, and tells what came.
fn serve(answers: Vec<Vec<u8>>) -> (Http, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, heard) = channel();
    thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let _ = sender.send(request(&stream));
            let _ = stream.write_all(&answer);
        }
    });
    (Http::new(Address::parse(&address).unwrap()), heard)
}

/// The head of a request, after its body was read.
fn request(stream: &TcpStream) -> String {
    let (mut reader, mut head, mut length) = (BufReader::new(stream), String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.to_lowercase();
        if let Some(told) = line.strip_prefix("content-length: ") {
            length = told.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    head
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len())
            .into_bytes();
    answer.extend(body);
    answer
}

const QUESTION: Request<'_> = Request {
    path: "/graphql",
    body: b"{}",
    bearer: Some("secret"),
    proof: Some(Proof { device: "k4.public.d", word: "v4.public.x" }),
};

#[test]
fn a_question_goes_to_its_store_with_who_asks() {
    let (http, heard) = serve(vec![answer("400 Bad Request\r\nfarthing-nonce: n", b"{\"data\":1}")]);
    let told = http.send(QUESTION).unwrap();
    assert_eq!((told.status, told.body.as_slice()), (400, b"{\"data\":1}".as_slice()));
    assert_eq!(told.nonce.as_deref(), Some("n"));
    let head = heard.recv().unwrap();
    for line in [
        "post /graphql",
        "authorization: bearer secret",
        "farthing-device: k4.public.d",
        "farthing-proof: v4.public.x",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
}

#[test]
fn a_question_is_not_redirected() {
    let (elsewhere, heard) = serve(vec![answer("200 OK", b"{}")]);
    let moved = format!("307 Moved\r\nlocation: {}", elsewhere.address().url("/graphql"));
    let (http, _first) = serve(vec![answer(&moved, b"")]);
    assert!(http.send(QUESTION).is_err());
    assert!(heard.try_recv().is_err(), "the token went nowhere else");
}

#[test]
fn endless_answers_and_cut_ones_are_none() {
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_bytes();
    let mut endless = head.to_vec();
    endless.resize(endless.len() + usize::try_from(ANSWER_BYTES_MAX).unwrap() + 10, b' ');
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}".to_vec();
    let (http, _heard) = serve(vec![endless, cut]);
    assert!(http.send(QUESTION).is_err());
    assert!(http.send(QUESTION).is_err());
}

#[test]
fn a_cut_download_goes_on_where_it_was_and_carries_no_token() {
    let content: Vec<u8> = (0..200_u8).collect();
    let whole = |etag: &str| format!("200 OK\r\netag: {etag}");
    let mut cut = answer(&whole("\"a\""), &content);
    cut.truncate(cut.len() - 100);
    let rest =
        answer("206 Partial Content\r\netag: \"a\"\r\ncontent-range: bytes 100-199/200", &content[100..]);
    let (http, heard) = serve(vec![cut, answer("403 Forbidden", b""), rest]);
    let folder = tempfile::tempdir().unwrap();
    let mut asked = 0;
    let renew: Renew<'_> = Box::new(|| {
        asked += 1;
        Ok(format!("/download/{asked}"))
    });
    let hash = sha256(&content);
    let wanted = Wanted { sha256: &hash, size: 200 };
    let path = bring(folder.path(), wanted, &mut Fetch::new(&http, renew), |_| {}).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content);
    let heads: Vec<String> = heard.iter().take(3).collect();
    assert!(heads[0].starts_with("get /download/1 ") && !heads[0].contains("range:"), "{heads:?}");
    assert!(heads[1].contains("range: bytes=100-") && heads[1].contains("if-range: \"a\""), "{heads:?}");
    assert!(heads[2].starts_with("get /download/2 "), "{heads:?}");
    assert!(heads.iter().all(|head| !head.contains("authorization")), "{heads:?}");
}

#[test]
fn wrong_answers_to_a_download_are_begun_anew_or_refused() {
    let content = vec![7_u8; 1_000];
    let hash = sha256(&content);
    let wanted = Wanted { sha256: &hash, size: 1_000 };
    let mut half = answer("200 OK\r\netag: \"a\"", &content);
    half.truncate(half.len() - 500);
    let whole = answer("200 OK\r\netag: \"b\"", &content);
    let part = |range: &str, etag: &str| {
        answer(&format!("206 Partial Content\r\netag: {etag}\r\ncontent-range: {range}"), &content[500..])
    };
    for (name, second) in [
        ("range ignored", whole.clone()),
        ("another place", part("bytes 400-899/1000", "\"a\"")),
        ("another size", part("bytes 500-999/2000", "\"a\"")),
        ("another mark", part("bytes 500-999/1000", "\"b\"")),
        ("no range", part("bytes x", "\"a\"")),
        ("nothing there", answer("416 Range Not Satisfiable", b"")),
        ("an error", answer("500 Oops", b"")),
    ] {
        let (http, _heard) = serve(vec![half.clone(), second, whole.clone(), whole.clone()]);
        let folder = tempfile::tempdir().unwrap();
        let renew: Renew<'_> = Box::new(|| Ok("/d".to_owned()));
        let brought = bring(folder.path(), wanted, &mut Fetch::new(&http, renew), |_| {});
        assert_eq!(std::fs::read(brought.unwrap()).unwrap(), content, "{name}");
    }
    let longer = answer("200 OK", &[7; 1_001]);
    let (http, _heard) = serve(vec![longer]);
    let folder = tempfile::tempdir().unwrap();
    let renew: Renew<'_> = Box::new(|| Ok("/d".to_owned()));
    let told = bring(folder.path(), wanted, &mut Fetch::new(&http, renew), |_| {});
    assert!(matches!(told, Err(Stop::Refused(_))), "{told:?}");
    let (http, heard) = serve(vec![whole]);
    let renew: Renew<'_> = Box::new(|| Ok("http://evil.example/d".to_owned()));
    assert!(bring(folder.path(), wanted, &mut Fetch::new(&http, renew), |_| {}).is_err());
    assert!(heard.try_recv().is_err());
}
