//! Files that mean harm, and files that are merely odd: no panic, no long wait, always an answer.

use std::path::Path;
use std::time::{Duration, Instant};

use portcullis_inspect::Time;

use super::cases::{load_here, with_known};
use super::{Admin, KeySource, Mode, Sink, load};

const SMALLEST: &str = include_str!("../../tests/config/good/smallest.yaml");

/// The codes of the problems of `text`, which must be found quickly.
fn codes(text: &str) -> Vec<&'static str> {
    let start = Instant::now();
    let problems = load_here(text).expect_err("refused");
    let rendered = problems.render(false);
    // Each takes well under a second; the bound leaves room for a machine that does ten other things.
    assert!(start.elapsed() < Duration::from_mins(1), "{:?} for {} bytes", start.elapsed(), text.len());
    assert!(rendered.len() < 4 << 20, "{} bytes of problems", rendered.len());
    problems.list().iter().map(|problem| problem.fault().code()).collect()
}

#[test]
fn depth_size_and_number_are_bounded() {
    let deep_block: String = (0..200).map(|level| " ".repeat(level) + "a:\n").collect();
    for (name, text, code) in [
        ("flow lists", "[".repeat(100), "CONFIG_TOO_MUCH"),
        ("flow maps", "{a: ".repeat(100), "CONFIG_TOO_MUCH"),
        // The scanner looks ahead for a colon and stops at its own bound.
        ("many flow lists", "[".repeat(10_000), "CONFIG_YAML"),
        ("many flow maps", "{a: ".repeat(10_000), "CONFIG_YAML"),
        ("block lists", "- ".repeat(10_000), "CONFIG_TOO_MUCH"),
        ("block maps", deep_block, "CONFIG_TOO_MUCH"),
        ("values", "- a\n".repeat(100_000), "CONFIG_TOO_MUCH"),
        ("bytes", format!("# {}\n", "x".repeat(1 << 20)), "CONFIG_TOO_MUCH"),
        ("complex keys", "? ".repeat(10_000), "CONFIG_YAML"),
        ("one long word", "x".repeat(500_000), "CONFIG_WRONG_TYPE"),
        ("one long key", format!("{}: 1", "x".repeat(1000)), "CONFIG_MISSING_KEY"),
        ("too long a key", format!("{}: 1", "x".repeat(100_000)), "CONFIG_YAML"),
        ("many anchors", (0..5000).map(|n| format!("- &a{n} x\n")).collect::<Vec<_>>().concat(), "CONFIG_YAML"),
        ("many equal keys", "a: 1\n".repeat(9000), "CONFIG_DUPLICATE_KEY"),
        ("many equal keys in one line", format!("{{ {} }}", "a: 1, ".repeat(9000)), "CONFIG_DUPLICATE_KEY"),
        ("a key far to the right", format!("{}b: 1", " ".repeat(200_000)), "CONFIG_UNKNOWN_KEY"),
        ("equal keys far to the right", format!("{{ x: '{}', b: 1,\nb: 2 }}", "y".repeat(200_000)), "CONFIG_DUPLICATE_KEY"),
        ("many unknown keys", (0..9000).map(|n| format!("listener{n}: 1\n")).collect::<Vec<_>>().concat(), "CONFIG_UNKNOWN_KEY"),
    ] {
        let codes = codes(&text);
        assert!(codes.contains(&code), "{name}: {:?}", codes.first());
        assert!(codes.len() <= 100, "{name}");
    }
}

#[test]
fn an_alias_bomb_is_refused_before_it_grows() {
    let first = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let level = |level: usize| format!("a{}: &a{} [{}]\n", level + 1, level + 1, vec![format!("*a{level}"); 9].join(", "));
    let bomb = first + &(0..30).map(level).collect::<Vec<_>>().concat();
    let codes = codes(&bomb);
    assert!(codes.iter().all(|code| *code == "CONFIG_YAML"), "{codes:?}");
}

#[test]
fn many_routes_are_compared_quickly() {
    let list = |of: &dyn Fn(usize) -> String| (0..250).map(of).collect::<Vec<_>>().join(", ");
    let (hosts, paths) = (list(&|n| format!("h{n}.example")), list(&|n| format!("/p{n}/*")));
    let service =
        |n: usize| format!("- {{ name: s{n}, protocol: http, hosts: [{hosts}], paths: [{paths}], upstream: http://a }}\n");
    let services: String = (0..30).map(service).collect();
    let codes = codes(&format!("listeners: [{{ address: 127.0.0.1:80 }}]\nservices:\n{services}"));
    assert_eq!(codes.len(), 29);
    assert!(codes.iter().all(|code| *code == "CONFIG_UNREACHABLE"));
}

#[test]
fn no_cut_and_no_changed_byte_makes_it_panic() {
    let full = include_str!("../../tests/config/good/full.yaml");
    for end in (0..full.len()).step_by(7).filter(|end| full.is_char_boundary(*end)) {
        if let Err(problems) = load_here(&full[..end]) {
            problems.render(false);
        }
    }
    for at in 0..SMALLEST.len() {
        for byte in ["{", "]", ":", "-", "\n", "\t", "\0", "\"", "&", "|", "é", "\u{feff}"] {
            let mut text = SMALLEST.to_owned();
            text.replace_range(at..=at, byte);
            if let Err(problems) = load_here(&text) {
                assert!(!problems.list().is_empty(), "{text}");
                problems.render(false);
            }
        }
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    assert!(load_here(&SMALLEST.replace('\n', "\r\n")).is_ok());
    let problems = load_here(&SMALLEST.replace('\n', "\r\n").replace("protocol", "protokol")).unwrap_err();
    assert_eq!(problems.list()[0].position(), (5, 5));
    assert_eq!(problems.list()[0].what(), "`services[0]` has no key `protokol`");
}

#[test]
fn the_smallest_file_is_under_ten_lines_and_gets_the_defaults() {
    assert!(SMALLEST.lines().count() < 10);
    let config = load_here(SMALLEST).unwrap().config;
    assert!(config.listeners[0].http2 && config.listeners[0].tls.is_none());
    assert_eq!(config.admin, Admin::default());
    assert_eq!(config.admin.address().unwrap().to_string(), "127.0.0.1:9900");
    assert_eq!((config.audit.to, config.audit.queue_bytes.bytes()), (Sink::Stdout, 8 << 20));
    assert_eq!(config.drain_timeout.ms(), 30_000);
    assert_eq!(config.limits.value("http.head_bytes"), 32 << 10);
    let shop = &config.services[0];
    assert_eq!((shop.name.as_str(), shop.mode, shop.hosts.is_none()), ("shop", Mode::Enforce, true));
    assert_eq!((shop.limits.value("graphql.depth"), shop.limits.value("service.exchanges")), (12, 1024));
    let upstream = &shop.upstream;
    assert_eq!((upstream.url.to_string().as_str(), upstream.pool_idle), ("http://127.0.0.1:4000", 64));
    let times = [upstream.connect_timeout, upstream.first_byte_timeout, upstream.idle_timeout, upstream.total_timeout];
    assert_eq!(times.map(super::Interval::ms), [2000, 30_000, 30_000, 60_000]);
}

#[test]
fn what_is_written_is_what_counts() {
    let loaded = load_here(include_str!("../../tests/config/good/full.yaml")).unwrap();
    let config = &loaded.config;
    assert_eq!(config.listeners[0].address.get().to_string(), "127.0.0.1:8080");
    assert_eq!((config.limits.value("http.head_bytes"), config.limits.value("http.head_time")), (65_536, 5000));
    let (shop, files) = (&config.services[0], &config.services[1]);
    let values = ["graphql.depth", "graphql.body_bytes", "graphql.tokens", "service.exchanges"].map(|row| shop.limits.value(row));
    assert_eq!(values, [10, 512 << 10, 7, 10]);
    assert_eq!((files.limits.value("http.body"), files.limits.value("service.exchanges")), (1 << 30, 12));
    assert_eq!(shop.mode, Mode::Monitor);
    assert_eq!(shop.exceptions[1].up_to(), Some(2 << 20));
    let spec = with_known(|known| shop.spec(Vec::new(), known));
    assert_eq!(spec.policy.exceptions.len(), 3);
    // `http.path` is off unless set, and this service sets it.
    assert!(spec.policy.checks.iter().all(|(check, mode)| check != "http.path" || *mode == portcullis_policy::Mode::Enforce));
    assert!(
        with_known(|known| files.spec(Vec::new(), known))
            .policy
            .checks
            .contains(&("http.path".to_owned(), portcullis_policy::Mode::Off))
    );
    let names: Vec<_> = loaded.files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
    assert_eq!(names, ["server.key", "server.pem", "shop.graphql"]);
    assert!(loaded.files.iter().all(|file| file.is_absolute()));
}

#[test]
fn a_private_key_is_never_printed() {
    let config = load_here(include_str!("../../tests/config/good/full.yaml")).unwrap().config;
    let KeySource::Inline(secret) = &config.listeners[2].tls.as_ref().unwrap().key else { panic!("an inline key") };
    assert!(secret.reveal().contains("MIIB"));
    assert!(!format!("{config:?}").contains("MIIB"));
    for bad in ["secrets", "environment"] {
        let text = std::fs::read_to_string(format!("{}/tests/config/bad/{bad}.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let problems = load_here(&text).unwrap_err();
        for told in [
            problems.render(false),
            problems.render(true),
            format!("{problems:?}"),
            format!("{:?}", miette::Report::new(problems.clone())),
        ] {
            assert!(!told.contains("SECRETSECRET") && !told.contains("hush-hush"), "{told}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &Path| with_known(|known| load(path, &|_| None, known, Time(0)).unwrap_err().render(false));
    assert!(told(&folder.path().join("none.yaml")).contains("the configuration cannot be read: entity not found"));
    assert!(told(folder.path()).contains("the configuration cannot be read: is a directory"));
    let file = folder.path().join("portcullis.yaml");
    std::fs::write(&file, b"listeners: \xff").unwrap();
    assert!(told(&file).contains("is not UTF-8 from byte 11 on"));
    std::fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(told(&file).contains("CONFIG_TOO_MUCH"));
    std::fs::write(&file, SMALLEST).unwrap();
    let loaded = with_known(|known| load(&file, &|_| None, known, Time(0)).unwrap());
    assert_eq!(loaded.files, [file]);
}
