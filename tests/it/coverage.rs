//! Every check and every limit there is has an attack that meets it and a near-miss that passes. Rows that bound connections, times and
//! memory cannot be shown by one request; they name the tests that show them.

use std::collections::BTreeSet;

use portcullis_http::{checks, limits};

use crate::case_file::{Case, all};
use crate::source::rust_files;

/// Rows shown by tests of this binary instead of case files: name, test of the attack, test of the near-miss.
const SHOWN_BY_TESTS: &[(&str, &str, &str)] = &[
    (
        "http.head_time",
        "a_head_that_stalls_or_drips_is_408_and_the_connection_closes",
        "two_hundred_slow_connections_disturb_no_good_request",
    ),
    (
        "http.body_idle_time",
        "a_body_that_stalls_or_drips_is_408_and_never_whole_upstream",
        "two_hundred_slow_connections_disturb_no_good_request",
    ),
    (
        "http.body_time",
        "a_body_that_stalls_or_drips_is_408_and_never_whole_upstream",
        "two_hundred_slow_connections_disturb_no_good_request",
    ),
    ("http.idle_time", "a_connection_that_says_nothing_is_closed_without_an_answer", "honest_connections_are_used_again"),
    (
        "http.write_stall_time",
        "a_client_that_does_not_read_is_cut_off_and_the_upstream_let_go",
        "a_client_that_reads_slowly_but_steadily_gets_everything",
    ),
    ("http.handshake_time", "a_handshake_that_stalls_is_cut_off", "tls_1_2_and_1_3_are_spoken"),
    ("http.connections", "connections_beyond_their_number_wait_for_none", "connections_up_to_their_number_are_served"),
    ("http.connections_per_address", "connections_beyond_their_number_wait_for_none", "connections_up_to_their_number_are_served"),
    ("http.requests_per_connection", "a_connection_that_is_spent_closes_in_good_order", "honest_connections_are_used_again"),
    ("http.exchanges", "exchanges_beyond_their_number_are_shed", "exchanges_up_to_their_number_are_served"),
    ("service.exchanges", "exchanges_beyond_their_number_are_shed", "exchanges_up_to_their_number_are_served"),
    ("http.buffered", "bytes_beyond_the_memory_of_the_process_are_shed", "bytes_up_to_the_memory_of_the_process_are_served"),
    ("http.streams", "streams_beyond_their_number_are_refused", "http_2_requests_are_judged_like_any_other"),
];

/// Names of every check and limit, engine by engine.
fn rows() -> BTreeSet<&'static str> {
    let mut names: BTreeSet<&'static str> = BTreeSet::new();
    names.extend(limits::LIMITS.iter().map(|row| row.name));
    names.extend(checks::CHECKS.iter().map(|check| check.name));
    names.extend(portcullis_policy::LIMITS.iter().map(|row| row.name));
    names.extend(portcullis_policy::CHECKS.iter().map(|check| check.name));
    for engine in portcullis::engines::all() {
        names.extend(engine.limits().iter().map(|row| row.name));
        names.extend(engine.checks().iter().map(|check| check.name));
    }
    names
}

#[test]
fn every_check_has_an_attack_and_a_near_miss() {
    let cases = all().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let about =
        |attack: bool| -> BTreeSet<String> { cases.iter().filter(|case| case.is_attack() == attack).map(Case::check).collect() };
    let (attacks, near_misses) = (about(true), about(false));
    let mut found = Vec::new();
    for name in rows() {
        if SHOWN_BY_TESTS.iter().any(|(shown, ..)| *shown == name) {
            continue;
        }
        if !attacks.contains(name) {
            found.push(format!("{name}: no attack"));
        }
        if !near_misses.contains(name) {
            found.push(format!("{name}: no near-miss"));
        }
    }
    assert!(found.is_empty(), "checks without cases:\n  {}", found.join("\n  "));
}

#[test]
fn cases_are_about_checks_there_are() {
    let (cases, rows) = (all().unwrap_or_else(|faults| panic!("{}", faults.join("\n"))), rows());
    // A near-miss of something that is no check (a field that is stripped) names none.
    let named = cases.iter().filter(|case| case.is_attack() || case.expect.check.is_some());
    let stray: Vec<String> =
        named.filter(|case| !rows.contains(case.check().as_str())).map(|case| format!("{}: {}", case.name, case.check())).collect();
    assert!(stray.is_empty(), "cases about no check:\n  {}", stray.join("\n  "));
}

#[test]
fn rows_without_case_files_name_tests_there_are() {
    let tests: String = rust_files(&["tests/it"]).iter().map(|file| file.text.as_str()).collect();
    let rows = rows();
    let mut found = Vec::new();
    for (name, attack, near_miss) in SHOWN_BY_TESTS {
        if !rows.contains(name) {
            found.push(format!("{name}: no such row"));
        }
        found.extend(
            [attack, near_miss]
                .into_iter()
                .filter(|test| !tests.contains(&format!("fn {test}()")))
                .map(|test| format!("{name}: no test {test}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
