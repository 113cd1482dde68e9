//! Scenarios in files: written whole or not at all, with a backup that overwrites nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use linchpin_runtime::upgrade::ScenarioFile;

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("linchpin-upgrade-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn each_backup_has_a_name_of_its_own() {
    let folder = Folder::new("backups");
    let path = folder.write("a.json", "one");
    let first = ScenarioFile::read(&path).unwrap().replace("two").unwrap();
    let second = ScenarioFile::read(&path).unwrap().replace("three").unwrap();
    assert_eq!((read(&first).as_str(), read(&second).as_str(), read(&path).as_str()), ("one", "two", "three"));
    assert_eq!(folder.names(), ["a.json", "a.json.bak", "a.json.bak.2"]);
}

#[test]
fn what_somebody_else_wrote_meanwhile_stays() {
    let folder = Folder::new("meanwhile");
    let path = folder.write("a.json", "one");
    let file = ScenarioFile::read(&path).unwrap();
    folder.write("a.json", "theirs");
    let error = file.replace("two").unwrap_err();
    assert!(error.to_string().ends_with("a.json: somebody else has written it meanwhile"), "{error}");
    assert_eq!((read(&path).as_str(), folder.names()), ("theirs", vec!["a.json".to_owned()]));
}

#[test]
fn what_is_no_scenario_file_is_not_read() {
    let folder = Folder::new("unread");
    let binary = folder.0.join("b.json");
    fs::write(&binary, [0xff, 0xfe]).unwrap();
    for (path, message) in
        [(folder.0.join("none.json"), "it cannot be read"), (folder.0.clone(), "it is no file"), (binary, "it is no UTF-8 text")]
    {
        let error = ScenarioFile::read(&path).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("links");
    let real = folder.write("real.json", "one");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    let link = folder.0.join("link.json");
    symlink(&real, &link).unwrap();
    let backup = ScenarioFile::read(&link).unwrap().replace("two").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    assert_eq!((read(&real).as_str(), read(&backup).as_str()), ("two", "one"));
    for path in [real, backup] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "a backup is as private as the file");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_refuses_leaves_the_file_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("refused");
    let path = folder.write("a.json", "one");
    let file = ScenarioFile::read(&path).unwrap();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o500)).unwrap();
    // Whoever may do anything is not refused; then there is nothing to see here.
    let refused = fs::write(folder.0.join("probe"), "").is_err();
    let result = file.replace("two");
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    if refused {
        assert!(result.unwrap_err().to_string().contains("cannot be written beside it"));
        assert_eq!((read(&path).as_str(), folder.names()), ("one", vec!["a.json".to_owned()]));
    }
}
