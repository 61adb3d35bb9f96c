//! Reloading and stopping: atomically, and without losing a request.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Connection, NoAnswer, ask, graphql, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::{ANSWER, Script, Step, Upstream};

/// A configuration that lets fields nest this deep.
fn depth(levels: u32) -> String {
    Layout { shop: &[&format!("limits: {{ graphql.depth: {levels} }}")], ..Layout::default() }.text()
}

fn nested(levels: usize) -> Vec<u8> {
    graphql(&format!("{}id{}", "{a".repeat(levels - 1) + "{", "}".repeat(levels)))
}

fn code(gateway: &Gateway, bytes: &[u8]) -> Option<String> {
    ask(gateway.address(), bytes).unwrap().code()
}

/// Asks again until the answer's code is as wanted.
fn until_code(gateway: &Gateway, bytes: &[u8], wanted: Option<&str>) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while code(gateway, bytes).as_deref() != wanted {
        assert!(Instant::now() < deadline, "never {wanted:?}: {:#?}", gateway.log());
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Replaces the configuration at once, as an editor or a deployment does.
fn replace(gateway: &Gateway, text: &str) {
    let beside = gateway.folder().join("next.yaml");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(beside, gateway.config_file()).unwrap();
}

#[test]
fn sighup_puts_a_new_configuration_in_force() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(&depth(5), upstream.address());
    assert_eq!(code(&gateway, &nested(6)).as_deref(), Some("DEPTH_EXCEEDED"));
    replace(&gateway, &depth(6));
    gateway.signal("HUP");
    until_code(&gateway, &nested(6), None);
    assert_eq!(code(&gateway, &nested(7)).as_deref(), Some("DEPTH_EXCEEDED"));
}

#[test]
fn a_changed_file_is_noticed_without_a_signal() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(&depth(5), upstream.address());
    replace(&gateway, &depth(6));
    until_code(&gateway, &nested(6), None);
}

#[test]
fn a_broken_configuration_is_reported_and_the_running_one_stays() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(&depth(5), upstream.address());
    for broken in ["services: [", "listners: []\n", "", "services:\n  - name: shop\n    protocol: grpc\n"] {
        let before = gateway.log().len();
        replace(&gateway, broken);
        gateway.signal("HUP");
        let told = gateway.logged(before, |line| line["level"] == "ERROR" || line["event"] == "reload-refused");
        assert!(told.is_some(), "{broken:?} is reported");
        assert_eq!(code(&gateway, &nested(5)), None, "{broken:?}");
        assert_eq!(code(&gateway, &nested(6)).as_deref(), Some("DEPTH_EXCEEDED"), "{broken:?}");
    }
    replace(&gateway, &depth(6));
    gateway.signal("HUP");
    until_code(&gateway, &nested(6), None);
}

#[test]
fn thirty_reloads_under_load_lose_no_request() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(&depth(5), upstream.address());
    let stop = AtomicBool::new(false);
    let served = Mutex::new(0_usize);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = Connection::open(gateway.address());
                while !stop.load(Ordering::SeqCst) {
                    let answer = connection.ask(nested(5)).expect("an answer");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    *served.lock().unwrap() += 1;
                    if answer.header("connection") == Some("close") {
                        connection = Connection::open(gateway.address());
                    }
                }
            });
        }
        for round in 0..30 {
            let levels = 6 + round % 2;
            replace(&gateway, &depth(levels));
            gateway.signal("HUP");
            until_code(&gateway, &nested(7), if levels == 7 { None } else { Some("DEPTH_EXCEEDED") });
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert!(*served.lock().unwrap() > 100);
}

#[test]
fn sigterm_answers_what_has_begun_and_ends_well() {
    let upstream = Upstream::behaving(|_| Script::new([Step::Pause(Duration::from_millis(40)), Step::Send(ANSWER.to_vec())]));
    let mut gateway = Layout::default().start(upstream.address());
    let answered = Mutex::new(BTreeSet::new());
    let address = gateway.address();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let answered = &answered;
            scope.spawn(move || {
                let mut connection = Connection::open(address);
                for number in 0.. {
                    let target = format!("/files/{thread}-{number}");
                    match connection.ask(request(&format!("POST {target}"), &[], b"x")) {
                        Ok(answer) => {
                            assert_eq!(answer.status, 200, "{}", answer.text());
                            answered.lock().unwrap().insert(target);
                            if answer.header("connection") == Some("close") {
                                return;
                            }
                        }
                        Err(NoAnswer::Closed) => return,
                        Err(other) => panic!("{target}: {other:?}"),
                    }
                }
            });
        }
        assert!(upstream.wait(Duration::from_secs(10), |_, seen| seen.len() > 40));
        gateway.signal("TERM");
    });
    assert!(gateway.ended().success());
    let seen: BTreeSet<String> = upstream.seen().iter().map(|seen| seen.target().to_owned()).collect();
    let lost: Vec<_> = seen.difference(&answered.lock().unwrap()).cloned().collect();
    assert!(lost.is_empty(), "forwarded but never answered: {lost:?}");
    assert_eq!(gateway.records().len(), seen.len(), "every exchange has its record, to the last");
}

#[test]
fn an_idle_gateway_ends_at_once() {
    let upstream = Upstream::start();
    let mut gateway = Layout::default().start(upstream.address());
    let mut idle = Connection::open(gateway.address());
    assert_eq!(idle.ask(graphql("{me{id}}")).unwrap().status, 200);
    let silent = Connection::open(gateway.address());
    let started = Instant::now();
    gateway.signal("TERM");
    assert!(gateway.ended().success());
    assert!(started.elapsed() < Duration::from_secs(5), "idle connections do not hold it: {:?}", started.elapsed());
    assert!(idle.is_closed());
    drop(silent);
}
