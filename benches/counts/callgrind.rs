//! Counting: this program again, under callgrind.

use std::process::Command;

/// The first argument of a run that is being counted.
pub const INSIDE: &str = "--inside";

/// Exit status of a counted run that has no input to work on.
pub const NO_INPUT: i32 = 77;

/// Whether valgrind can be started.
pub fn available() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Instructions of one iteration of a case; nothing, when its input is not there.
pub fn per_iteration(name: &str, few: u32, many: u32) -> Option<u64> {
    let (less, more) = (instructions(name, few)?, instructions(name, many)?);
    more.checked_sub(less).map(|difference| difference / u64::from(many - few))
}

/// Instructions of a whole run.
fn instructions(name: &str, times: u32) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("the path of this program"))
        .args([INSIDE, name, &times.to_string()])
        .output()
        .expect("valgrind runs");
    if output.status.code() == Some(NO_INPUT) {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed under callgrind:\n{said}");
    let collected = said.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim());
    Some(collected.and_then(|count| count.parse().ok()).expect("callgrind says what it collected"))
}
