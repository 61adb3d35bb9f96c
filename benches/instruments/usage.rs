//! What a process and its children have used, as the system counts it.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// CPU time of a process, all its threads and its children, in user and system.
pub fn cpu(pid: u32) -> Duration {
    tree(pid).iter().map(|pid| ticks(&folder(*pid))).sum()
}

/// Resident bytes of a process and its children.
pub fn resident(pid: u32) -> u64 {
    let kilobytes = |pid: &u32| {
        let status = std::fs::read_to_string(folder(*pid).join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    tree(pid).iter().filter_map(kilobytes).map(|kilobytes| kilobytes * 1024).sum()
}

/// Files this process may open.
pub fn open_files() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|soft| soft.parse().ok()).unwrap_or(0)
}

fn folder(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// A process and everything it started.
fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        let threads = std::fs::read_dir(folder(*pid).join("task")).into_iter().flatten().flatten();
        let children = threads.map(|thread| std::fs::read_to_string(thread.path().join("children")).unwrap_or_default());
        let children: Vec<u32> =
            children.flat_map(|line| line.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect();
        found.extend(children);
        next += 1;
    }
    found
}

/// `utime` and `stime` of /proc/PID/stat; Linux reports them in hundredths of a second.
fn ticks(folder: &Path) -> Duration {
    let stat = std::fs::read_to_string(folder.join("stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields = after_name.split_whitespace().skip(11).take(2);
    Duration::from_millis(10 * fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>())
}
