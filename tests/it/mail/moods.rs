//! Whatever the mail server does, each letter arrives in the end, and as one
//! that can be told from its own second copy.

use std::collections::BTreeSet;

use domain::access::Actor;
use domain::mail::MailKind;
use server::config::{MailSettings, Security, Sender};
use server::mail::{Post, Postman};
use store::page::Window;
use store::secrets::mail_code;
use tests::databases::{Base, Kind, run};
use tests::mailbox::{Mailbox, Mood};
use tests::people::{Market, Person, tokens};

/// A market, a mail server, and who walks between them.
struct Way {
    market: Market,
    mailbox: Mailbox,
    postman: Postman,
    wren: Person,
    finch: Person,
    staff: Person,
}

impl Way {
    async fn open(security: Security) -> Self {
        let market = Market::with_mail(Base::fresh(Kind::Sqlite).await).await;
        let mailbox = Mailbox::open().await;
        let settings = MailSettings {
            host: "localhost".to_owned(),
            port: mailbox.port(),
            security,
            login: None,
            from: Sender::parse("The market <market@post.example>").unwrap(),
            trust: (security != Security::None).then(|| mailbox.certificate(market.base.folder())),
        };
        let post = Post::open(&settings).unwrap();
        let postman = Postman::new(market.store.clone(), post, "https://market.example");
        let (wren, staff) = (market.person("wren").await, market.staff("keeper").await);
        let finch = market.person_with("finch", 100).await;
        Self { market, mailbox, postman, wren, finch, staff }
    }

    /// Wren leaves an address, and proves it by the letter that came.
    async fn reaches_wren(&self) {
        let store = &self.market.store;
        store.leave_mail_address(&self.wren.actor, "wren@post.example").await.unwrap();
        self.empties().await;
        let letter = self.mailbox.letter("Confirm your address").await;
        let typed = letter.text.lines().find(|line| line.starts_with("    ")).unwrap().trim().to_owned();
        store.confirm_mail_address(&self.wren.actor, &typed, None).await.unwrap();
        self.empties().await;
    }

    async fn empties(&self) {
        while self.postman.round().await.unwrap() > 0 {}
    }

    async fn gives(&self, key: &str) {
        self.market.store.give_tokens(&self.finch.actor, "wren", tokens("1"), "for you", key).await.unwrap();
    }

    /// The numbers of the letters about a gift, and how many copies came.
    fn gifts(&self) -> (BTreeSet<String>, usize) {
        let letters = self.mailbox.letters();
        let gifts = letters.iter().filter(|letter| letter.subject() == "A gift from finch");
        let numbers: Vec<String> = gifts.map(|letter| letter.message_id()).collect();
        (numbers.iter().cloned().collect(), numbers.len())
    }

    async fn waiting(&self) -> u32 {
        self.market.store.outbox_glance(&self.staff.actor).await.unwrap().waiting
    }
}

#[test]
fn letters_say_who_they_are_from_and_how_to_stop_them() {
    run(async {
        let way = Way::open(Security::StartTls).await;
        way.reaches_wren().await;
        let welcome = way.mailbox.letter("Letters from Farthing reach you now").await;
        assert_eq!(welcome.header("List-Unsubscribe"), None, "it comes once");
        way.gives("a").await;
        way.empties().await;
        let letter = way.mailbox.letter("A gift from finch").await;
        assert!(letter.is_encrypted);
        assert_eq!(letter.recipient, "wren@post.example");
        assert_eq!(letter.header("From").unwrap(), "\"The market\" <market@post.example>");
        assert_eq!(letter.header("Date").unwrap(), "Mon, 23 Nov 2026 12:00:00 +0000");
        assert_eq!(letter.header("Auto-Submitted").unwrap(), "auto-generated");
        assert!(letter.message_id().ends_with("@post.example>"));
        let stop = letter.header("List-Unsubscribe").unwrap();
        assert!(stop.starts_with("<https://market.example/mail/stop/") && stop.ends_with('>'), "{stop}");
        assert_eq!(letter.header("List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");
        let token = stop.trim_end_matches('>').rsplit('/').next().unwrap();
        assert_eq!(way.market.store.mail_behind(token), Ok(MailKind::GiftReceived));
        assert!(
            letter.text.contains("finch gave you 1 token.")
                && letter.html.contains("finch gave you 1 token.")
        );
        way.market.store.close().await;
    });
}

#[test]
fn whatever_the_mail_server_does_one_recognisable_letter_arrives() {
    let moods = [
        (Security::None, Mood::IsBusy, "the mail server answered 451"),
        (Security::None, Mood::BreaksOff, "the mail server"),
        (Security::StartTls, Mood::RefusesTls, "the mail server"),
        (Security::StartTls, Mood::OffersNoTls, "the mail server does not offer what the settings ask for"),
        (Security::StartTls, Mood::BreaksOff, "the mail server"),
    ];
    run(async {
        for (security, mood, said) in moods {
            let way = Way::open(security).await;
            way.reaches_wren().await;
            way.mailbox.turns(mood);
            way.gives("a").await;
            assert_eq!(way.postman.round().await.unwrap(), 1, "{mood:?}");
            assert_eq!((way.postman.round().await.unwrap(), way.waiting().await), (0, 1), "{mood:?} waits");
            let direct = way.market.base.connect().await;
            let error = "SELECT error FROM outbox WHERE error IS NOT NULL";
            let error = direct.texts(error).await.remove(0).remove(0).unwrap();
            assert!(error.starts_with(said) && !error.contains('@'), "{mood:?}: {error}");
            way.market.pass(60);
            way.mailbox.turns(Mood::Takes);
            way.empties().await;
            let (numbers, copies) = way.gifts();
            let expected = if mood == Mood::BreaksOff { 2 } else { 1 };
            assert_eq!((numbers.len(), copies), (1, expected), "{mood:?}");
            assert_eq!(way.waiting().await, 0, "{mood:?}");
            way.market.store.close().await;
        }
    });
}

#[test]
fn a_letter_to_nobody_is_dead_at_once_and_can_be_tried_again() {
    run(async {
        let way = Way::open(Security::None).await;
        way.reaches_wren().await;
        way.mailbox.turns(Mood::KnowsNobody);
        way.gives("a").await;
        way.empties().await;
        let store = &way.market.store;
        let dead = store.dead_letters(&way.staff.actor, Window::first(5, None)).await.unwrap().items;
        assert_eq!((dead.len(), dead[0].error.as_str()), (1, "the mail server answered 550"));
        way.mailbox.turns(Mood::Takes);
        store.try_letter_again(&way.staff.actor, dead[0].id).await.unwrap();
        way.empties().await;
        assert_eq!(way.gifts().1, 1);
        store.close().await;
    });
}

#[test]
fn who_is_cut_off_before_writing_down_that_it_was_sent_sends_the_same_again() {
    run(async {
        let way = Way::open(Security::None).await;
        way.reaches_wren().await;
        way.gives("a").await;
        let taken = way.market.store.take_letters(&Actor::System, 10).await.unwrap();
        assert_eq!(taken.len(), 1, "somebody takes it and is never heard of again");
        way.empties().await;
        assert_eq!(way.gifts().1, 0);
        way.market.pass(300);
        way.empties().await;
        assert_eq!(way.gifts(), (BTreeSet::from([format!("<{}@post.example>", taken[0].id)]), 1));
        way.market.store.close().await;
    });
}

#[test]
fn an_unknown_certificate_is_not_trusted() {
    run(async {
        let way = Way::open(Security::StartTls).await;
        way.reaches_wren().await;
        let other = Mailbox::open().await;
        let settings = MailSettings {
            host: "localhost".to_owned(),
            port: other.port(),
            security: Security::StartTls,
            login: None,
            from: Sender::parse("market@post.example").unwrap(),
            trust: Some(way.mailbox.certificate(way.market.base.folder())),
        };
        let post = Post::open(&settings).unwrap();
        let astray = Postman::new(way.market.store.clone(), post, "https://market.example");
        way.gives("a").await;
        assert_eq!(astray.round().await.unwrap(), 1);
        assert!(other.letters().is_empty(), "nothing is told to a stranger");
        assert_eq!(way.waiting().await, 1);
        way.market.pass(60);
        way.empties().await;
        assert_eq!(way.gifts().1, 1);
        way.market.store.close().await;
    });
}

#[test]
fn the_code_follows_from_the_letter() {
    run(async {
        let way = Way::open(Security::None).await;
        let store = &way.market.store;
        store.leave_mail_address(&way.wren.actor, "wren@post.example").await.unwrap();
        let taken = store.take_letters(&Actor::System, 1).await.unwrap();
        let code = mail_code(store.secret(), taken[0].id);
        way.market.pass(300);
        way.empties().await;
        let letter = way.mailbox.letter("Confirm your address").await;
        assert!(letter.text.contains(&code) && letter.html.contains(&code));
        assert_eq!(letter.path("code="), format!("/account/mail?code={code}"));
        store.close().await;
    });
}
