//! The shipped policies: each passes `portcullis check` as it lies there, and does what its cases in `tests/policies` say.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::case_file::{Case, collect};
use crate::cases::failures;
use crate::gateway::Gateway;
use crate::upstream::Upstream;

/// Policies, in order of name.
fn policies() -> Vec<String> {
    let mut files = Vec::new();
    collect(&crate::root().join("policies"), &mut files);
    let mut names: Vec<String> =
        files.iter().filter_map(|file| Some(file.file_name()?.to_str()?.strip_suffix(".yaml")?.to_owned())).collect();
    names.sort();
    assert_eq!(names, ["baseline", "monitor", "strict"]);
    names
}

fn file(policy: &str) -> PathBuf {
    crate::root().join("policies").join(format!("{policy}.yaml"))
}

/// The policy on free ports, both services at `${UPSTREAM}`, its files where they lie. Nothing else is changed.
fn on_free_ports(policy: &str) -> String {
    let mut text = std::fs::read_to_string(file(policy)).unwrap();
    for (shipped, here) in [
        ("${LISTEN:-127.0.0.1:8080}", "127.0.0.1:0"),
        ("${ADMIN:-127.0.0.1:9900}", "127.0.0.1:0"),
        ("${SHOP_UPSTREAM}", "http://${UPSTREAM}"),
        ("${INVENTORY_UPSTREAM}", "http://${UPSTREAM}"),
    ] {
        assert!(text.contains(shipped), "{policy} does not read {shipped}");
        text = text.replace(shipped, here);
    }
    text.replace("../schemas/", &format!("{}/", crate::root().join("schemas").display()))
}

fn cases(folder: &Path) -> Vec<Case> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "http"));
    files.sort();
    assert!(files.len() >= 4, "{} shows too little", folder.display());
    files.iter().map(|file| Case::read(file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()))).collect()
}

#[test]
fn every_policy_passes_check_as_shipped() {
    for policy in policies() {
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(["check", "--config"])
            .arg(file(&policy))
            .env("SHOP_UPSTREAM", "http://127.0.0.1:4000")
            .env("INVENTORY_UPSTREAM", "https://inventory.internal")
            .env_remove("LISTEN")
            .env_remove("ADMIN")
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.contains("no error, 0 warning(s)"), "{policy}: {said}");
    }
}

#[test]
fn every_policy_says_which_variables_it_lacks() {
    for policy in policies() {
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(["check", "--config"])
            .arg(file(&policy))
            .env_remove("SHOP_UPSTREAM")
            .env_remove("INVENTORY_UPSTREAM")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("SHOP_UPSTREAM") && said.contains("INVENTORY_UPSTREAM"),
            "{policy}: {said}"
        );
    }
}

#[test]
fn every_policy_does_what_its_cases_say() {
    let mut found = Vec::new();
    for policy in policies() {
        let upstream = Upstream::start();
        let gateway = Gateway::start(&on_free_ports(&policy), upstream.address());
        let cases = cases(&crate::root().join("tests/policies").join(&policy));
        found.extend(failures(&gateway, &upstream, cases.iter()));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn monitor_records_what_it_would_refuse() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(&on_free_ports("monitor"), upstream.address());
    for case in cases(&crate::root().join("tests/policies/monitor")).iter().filter(|case| case.expect.statuses == [200]) {
        let before = gateway.records().len();
        crate::client::ask(gateway.address(), &case.sent).unwrap();
        let record = gateway.record(before, |_| true).expect("a record");
        assert_eq!((&record["outcome"], &record["mode"]), (&"would-refuse".into(), &"monitor".into()), "{}: {record}", case.name);
    }
}
