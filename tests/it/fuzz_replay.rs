//! The committed corpora of the fuzz targets, replayed: what was once found stays found, without a fuzzer.

use std::panic::catch_unwind;
use std::path::PathBuf;

use fuzz_bodies::TARGETS;

/// Files one corpus may hold, and bytes all of them may.
const FILES_MAX: usize = 200;
const BYTES_MAX: usize = 300 * 1024;

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = crate::root().join("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn every_corpus_holds() {
    let mut broken = Vec::new();
    for target in &TARGETS {
        for (path, input) in corpus(target.name) {
            if catch_unwind(|| (target.body)(&input)).is_err() {
                broken.push(path.display().to_string());
            }
        }
    }
    assert!(broken.is_empty(), "inputs that break a promise:\n{}", broken.join("\n"));
}

#[test]
fn corpora_are_small() {
    let sizes: Vec<usize> = TARGETS
        .iter()
        .flat_map(|target| {
            let files = corpus(target.name);
            assert!(!files.is_empty() && files.len() < FILES_MAX, "{}: {} files", target.name, files.len());
            files.into_iter().map(|(_, input)| input.len())
        })
        .collect();
    assert!(sizes.iter().sum::<usize>() < BYTES_MAX, "{} bytes", sizes.iter().sum::<usize>());
}

#[test]
fn every_body_has_its_target() {
    let folder = crate::root().join("fuzz/fuzz_targets");
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, TARGETS.map(|target| format!("{}.rs", target.name)));
}
