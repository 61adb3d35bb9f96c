//! Seeded documents for comparison: some from the grammar, some mutated from those, some mutated from given ones.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value as Json, json};

use crate::{Failure, Generator, Random, mutate};

/// Writes `--count` documents of `--seed`, one JSON object with `id` and `source` a line. Files after `--mutate` are JSON lines with
/// `source` (rows that say `"valid": false` or another `kind` than `exec` are left out), or one GraphQL document each.
pub fn run(options: &[&str], out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let (["--seed", seed, "--count", count], files) = options.split_first_chunk().ok_or("--seed S --count N [--mutate FILE…]")?
    else {
        return Err("--seed S --count N [--mutate FILE…]".into());
    };
    let (seed, count): (u64, u64) = (seed.parse()?, count.parse()?);
    let mut given = Vec::new();
    match files {
        ["--mutate", files @ ..] => files.iter().try_for_each(|file| read(file, &mut given))?,
        [] => {}
        _ => return Err("only --mutate FILE… may follow".into()),
    }
    let mut stream = Stream::new(seed, given);
    for number in 1..=count {
        writeln!(out, "{}", json!({"id": format!("{seed}-{number}"), "source": stream.document()}))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &str, given: &mut Vec<String>) -> Result<(), Failure> {
    let text = fs::read_to_string(file)?;
    if Path::new(file).extension().is_none_or(|extension| extension != "jsonl") {
        given.push(text);
        return Ok(());
    }
    for line in text.lines() {
        let row: Json = serde_json::from_str(line)?;
        let wanted = row.get("valid") != Some(&json!(false)) && row.get("kind").is_none_or(|kind| kind == "exec");
        if let Some(source) = row.get("source").and_then(Json::as_str).filter(|_| wanted) {
            given.push(source.to_owned());
        }
    }
    Ok(())
}

/// The documents of one seed.
#[derive(Debug)]
pub struct Stream {
    random: Random,
    generator: Generator,
    given: Vec<String>,
}

impl Stream {
    /// Documents of `seed`, mutated ones also from `given`.
    pub fn new(seed: u64, given: Vec<String>) -> Self {
        Self { random: Random::new(!seed), generator: Generator::new(seed), given }
    }

    /// The next document: a third as the grammar has them, the others mutated.
    pub fn document(&mut self) -> String {
        let fresh = self.generator.document();
        if self.random.one_in(3) {
            return fresh;
        }
        let index = self.random.below(self.given.len());
        match self.given.get(index) {
            Some(given) if self.random.one_in(2) => mutate(given, &fresh, &mut self.random),
            _ => {
                let other = self.generator.document();
                mutate(&fresh, &other, &mut self.random)
            }
        }
    }
}
