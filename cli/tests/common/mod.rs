//! Runs the built command, and keeps what tests write in folders of their own.

// Each file of tests is a program of its own and uses a part of this.
#![allow(dead_code, reason = "shared by several test programs")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a run of the command came to.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run { status: output.status.code().expect("it ended by itself"), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(arguments).env_remove("SHOP_HOST").env_remove("SHOP_TOKEN").stdin(Stdio::null());
    command
}

pub(crate) fn linchpin(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
    command(arguments).output().expect("the command starts").into()
}

/// With variables in its environment.
pub(crate) fn linchpin_with<const N: usize>(variables: [(&str, &str); N], arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
    command(arguments).envs(variables).output().expect("the command starts").into()
}

/// In another folder.
pub(crate) fn linchpin_in(folder: &Folder, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
    command(arguments).current_dir(&folder.0).output().expect("the command starts").into()
}

/// With text on standard input.
pub(crate) fn linchpin_fed(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, text: &str) -> Run {
    let mut child = piped(command(arguments).stdin(Stdio::piped()));
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends").into()
}

/// With nobody who reads what it prints.
pub(crate) fn unread(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let child = command(arguments).stdout(writer).stderr(Stdio::piped()).spawn().expect("the command starts");
    child.wait_with_output().expect("it ends").into()
}

fn piped(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts")
}

/// The path of a spec of these tests.
pub(crate) fn spec(name: &str) -> String {
    format!("{}/tests/specs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A folder that goes when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().expect("UTF-8")
    }

    /// Writes a file and gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).expect("written");
        self.path(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("a file")
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `linchpin serve`, running.
pub(crate) struct Served {
    child: Option<(Child, BufReader<ChildStdout>)>,
    pub(crate) url: String,
}

impl Served {
    /// Serves a spec of these tests on a free port.
    pub(crate) fn start(name: &str) -> Served {
        let mut child = piped(&mut command(["serve", &spec(name)]));
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says where it listens");
        let url = line.trim_end().rsplit_once(" at ").expect("it says where it listens").1.to_owned();
        Served { child: Some((child, output)), url }
    }

    /// Ctrl-C, and what it says after the line with its address.
    pub(crate) fn stop(mut self) -> Run {
        let (mut child, mut output) = self.child.take().expect("it runs until now");
        let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(interrupted.is_ok_and(|status| status.success()));
        let (mut out, mut err) = (String::new(), String::new());
        output.read_to_string(&mut out).expect("UTF-8");
        child.stderr.take().expect("piped").read_to_string(&mut err).expect("UTF-8");
        Run { status: child.wait().expect("it ends").code().expect("it ended by itself"), out, err }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
