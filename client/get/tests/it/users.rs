//! A user with a computer of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::shop::Shop;

/// A user at a store.
pub(crate) struct User<'s> {
    pub(crate) shop: &'s Shop,
    home: tempfile::TempDir,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: i32,
    pub(crate) json: Value,
}

impl<'s> User<'s> {
    /// Somebody who has not met the store.
    pub(crate) fn stranger(shop: &'s Shop) -> Self {
        Self { shop, home: tempfile::tempdir().expect("a command can be run") }
    }

    /// Somebody who has signed in.
    pub(crate) fn new(shop: &'s Shop) -> Self {
        let user = Self::stranger(shop);
        user.does("sign-in 2345-6789");
        user
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The store's folder on this computer.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home().join("farthing/stores/127.0.0.1")
    }

    pub(crate) fn apps(&self) -> PathBuf {
        self.folder().join("apps/inkwell")
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_farthing-get"));
        command.args(line.split(' ')).stdin(Stdio::null()).env_clear();
        command.env("HOME", self.home()).env("XDG_DATA_HOME", self.home());
        command.env("FARTHING_STORE", self.shop.address());
        command
    }

    /// Runs a command that answers with JSON.
    pub(crate) fn asks(&self, line: &str) -> Said {
        said(self.command(&format!("--json {line}")).output().expect("a command can be run"))
    }

    /// Runs a command, agreeing to everything, that has to do it.
    pub(crate) fn does(&self, line: &str) -> Value {
        let said = self.asks(&format!("--yes {line}"));
        assert_eq!((said.exit, &said.json["ok"]), (0, &Value::Bool(true)), "{line}: {said:?}");
        said.json
    }

    /// Runs a command, agreeing to everything, that has to end with a number.
    pub(crate) fn fails(&self, line: &str, exit: i32) -> Value {
        let said = self.asks(&format!("--yes {line}"));
        assert_eq!((said.exit, &said.json["ok"]), (exit, &Value::Bool(false)), "{line}: {said:?}");
        said.json["error"].clone()
    }

    /// What the installed program says when it is run.
    pub(crate) fn runs(&self) -> String {
        let output = self.command("run inkwell").output().expect("a command can be run");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("a command can be run").trim().to_owned()
    }
}

fn said(output: Output) -> Said {
    let json = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Said { exit: output.status.code().unwrap_or(-1), json }
}
