//! Configuration. The input is a YAML file.

use std::path::Path;

use portcullis::config::{Loaded, load_text};
use portcullis::engines;
use portcullis_inspect::Time;

/// What the environment holds, to be seen nowhere.
const HUSH: &str = "hush-8f1c2a9e";

/// 2026-11-22T00:00:00Z.
const NOW: Time = Time::from_seconds(1_795_305_600);

/// Every file loads or is told all its problems, the same each time, and no problem shows what the environment holds.
pub(crate) fn body(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let first = problems(text);
    assert_eq!(first, problems(text));
    assert!(!first.contains(HUSH), "{first}");
}

fn problems(text: &str) -> String {
    let engines = engines::all();
    let known = engines::known(&engines);
    let environment = |name: &str| match name {
        "PORT" => Some("8080".to_owned()),
        "HUSH" => Some(HUSH.to_owned()),
        _ => None,
    };
    // A folder that does not exist: no file of the machine that runs this is looked at, unless the input names it whole.
    match load_text("portcullis.yaml", text, Path::new("/nonexistent"), &environment, &known, NOW) {
        Ok(Loaded { config, warnings, .. }) => {
            assert!(!config.listeners.is_empty() && !config.services.is_empty());
            warnings.iter().map(|warning| warning.render(false)).collect()
        }
        Err(problems) => {
            let told = problems.render(false);
            assert!(!told.is_empty());
            told
        }
    }
}
