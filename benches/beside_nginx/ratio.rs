//! The same load on both in turns, and CPU per request over CPU per request.

use crate::instruments::{Gateway, Load, Nginx, cpu, setting};

/// Microseconds of CPU per request under `load`.
fn spent(load: &Load<'_>, pid: u32, port: u16) -> f64 {
    let before = cpu(pid);
    let requests = load.run(port);
    let used = cpu(pid).saturating_sub(before);
    used.as_secs_f64() * 1e6 / f64::from(requests)
}

/// Compares; answers what fails. The median of the rounds decides.
pub fn compare(name: &str, load: &Load<'_>, nginx: &Nginx, gateway: &Gateway, most: f64) -> Option<String> {
    let rounds: Vec<(f64, f64)> =
        (0..setting("ROUNDS", 4)).map(|_| (spent(load, nginx.pid, nginx.port), spent(load, gateway.pid, gateway.port))).collect();
    let line = |what: &str, numbers: Vec<f64>, digits: usize| {
        let (least, middle, greatest) = spread(numbers);
        println!("{name:<18} {what:<24} {middle:>6.digits$}  ({least:.digits$} to {greatest:.digits$})");
        middle
    };
    line("nginx, µs per request", rounds.iter().map(|(theirs, _)| *theirs).collect(), 1);
    line("portcullis, µs per request", rounds.iter().map(|(_, ours)| *ours).collect(), 1);
    let ratio = line("ratio", rounds.iter().map(|(theirs, ours)| ours / theirs).collect(), 2);
    (ratio > most).then(|| format!("{name}: {ratio:.2} times nginx's CPU, {most} allowed"))
}

/// Least, median, greatest.
fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    (numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1])
}
