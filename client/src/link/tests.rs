//! Questions as they go out, and answers as they are read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::code::sealed::{self, Kind};
use crate::testing::{STORE, at};
use crate::transport::Answer;
use crate::verdict::Verdict;

/// What was asked: the body, the bearer and the proof.
type Asked = (String, Option<String>, Option<String>);

/// A store that answers as it was told to.
#[derive(Default)]
struct Parrot {
    answers: Mutex<VecDeque<Value>>,
    asked: Mutex<Vec<Asked>>,
}

impl Transport for Parrot {
    fn send(&self, request: Request<'_>) -> io::Result<Answer> {
        let text = String::from_utf8(request.body.to_vec()).unwrap();
        let (bearer, proof) =
            (request.bearer.map(str::to_owned), request.proof.map(|proof| proof.word.to_owned()));
        self.asked.lock().unwrap().push((text, bearer, proof));
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.ok_or_else(|| io::Error::other("nobody there"))?;
        Ok(Answer { status: 200, body: answer.to_string().into_bytes(), nonce: None })
    }
}

fn link(answers: &[Value]) -> (Arc<Parrot>, Link) {
    let parrot =
        Arc::new(Parrot { answers: Mutex::new(answers.iter().cloned().collect()), ..Parrot::default() });
    (Arc::clone(&parrot), Link::new(Box::new(parrot)))
}

#[test]
fn answers_are_read_as_what_they_are() {
    let error = |error: Value| json!({"data": {"done": {"userErrors": [error]}}});
    for (answer, expected) in [
        (json!({"data": {"done": {"left": 3, "userErrors": []}}}), "3"),
        (error(json!({"code": "NOT_FOUND", "message": "no such licence"})), "5 NOT_FOUND no such licence"),
        (
            error(json!({"code": "DENIED", "message": "none left", "verdict": "USES_EXHAUSTED"})),
            "25 DENIED none left",
        ),
        (error(json!({"code": "PRICE_CHANGED", "message": "now 5", "now": "5"})), "8 PRICE_CHANGED now 5"),
        (error(json!({"code": "BUSY", "message": "too much work"})), "4"),
        (
            json!({"data": null, "errors": [{"message": "sign in", "extensions": {"code": "NOT_SIGNED_IN"}}]}),
            "6 NOT_SIGNED_IN sign in",
        ),
        (json!({"data": null, "errors": [{"message": "broke", "extensions": {"code": "INTERNAL"}}]}), "4"),
        (json!({"data": {"done": {"left": "x", "userErrors": []}}}), "4"),
        (json!({"data": null}), "4"),
        (json!("x"), "4"),
    ] {
        let (_, link) = link(std::slice::from_ref(&answer));
        #[derive(Deserialize)]
        struct Left {
            left: u32,
        }
        let told = link.change::<Left>("consume", "left", &json!({}), Who::NOBODY);
        let told = match told {
            Ok(told) => told.left.to_string(),
            Err(stop) => match &stop {
                Stop::Store(no) => format!("{} {} {}", stop.exit_code(), no.code, no.message),
                other => other.exit_code().to_string(),
            },
        };
        assert_eq!(told, expected, "{answer}");
    }
}

#[test]
fn a_device_vouches_for_the_very_question_and_once_more_when_asked_to() {
    let stale = json!({"errors": [{"message": "again", "extensions": {"code": "STALE_NONCE"}}]});
    let nonce = |text: &str| json!({"data": {"deviceNonce": text}});
    let done = json!({"data": {"done": {"userErrors": []}}});
    let (parrot, link) = link(&[nonce("one"), stale, nonce("two"), done]);
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(&folder.path().join("device.key")).unwrap();
    let who = Who { bearer: Some("token"), device: Some((&device, STORE, at(5))) };
    link.change::<Value>("beginTask", "", &json!({"taskId": "t"}), who).unwrap();
    let asked = parrot.asked.lock().unwrap();
    assert_eq!(asked.len(), 4);
    for (place, nonce) in [(1, "one"), (3, "two")] {
        let (body, bearer, proof) = &asked[place];
        assert!(body.contains("mutation($input: BeginTaskInput!)"), "{body}");
        assert_eq!(bearer.as_deref(), Some("token"));
        let proof = proof.as_deref().unwrap();
        let says: ProofClaims = sealed::open(proof, device.public(), STORE, Kind::Proof).unwrap();
        assert_eq!((says.nonce.as_str(), says.path.as_str()), (nonce, "/graphql"));
        assert_eq!(says.body, disk::sha256(body.as_bytes()));
    }
    assert_eq!(asked[0].1, None, "the question for a nonce is nobody's");
}

#[test]
fn without_an_answer_nothing_is_known() {
    let (_, link) = link(&[]);
    let told = link.ask::<Value>("{ deviceNonce }", &(), Who::NOBODY);
    assert_eq!(told.unwrap_err().exit_code(), 4);
    let stop = Stop::Denied(crate::verdict::Denied::new(Verdict::Expired, "over"));
    assert_eq!(stop.exit_code(), 22);
}
