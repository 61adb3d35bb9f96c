//! The form of a case: `NN-name.http` or `NN-name.raw` says what is sent, `NN-name.expect` what must come of it. Reading is strict: a
//! misspelt key would be a check that never runs.

use std::path::{Path, PathBuf};

use portcullis::cli::message_file::MessageFile;

/// What the upstream may have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Not a byte.
    Nothing,
    /// The beginning of one request whose body never came to its end.
    Cut,
    /// So many whole requests.
    Whole(usize),
}

/// An `.expect` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// Statuses, one per answer. Empty when the connection is closed without one.
    pub statuses: Vec<u16>,
    pub code: Option<String>,
    pub check: Option<String>,
    pub closed: Option<bool>,
    pub half_closes: bool,
    pub upstream: Option<Sight>,
    pub forwarded_target: Option<String>,
    pub forwarded_body: Option<String>,
    pub forwarded_headers: Vec<(String, String)>,
    pub forwarded_absent: Vec<String>,
    pub config: String,
    pub row: Option<String>,
    pub why: Option<String>,
}

impl Expect {
    /// Reads `key: value` lines; `#` starts a comment line.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut expect = Self { config: "baseline".to_owned(), ..Self::default() };
        let mut told = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once(':').ok_or_else(|| format!("`{line}` is not `key: value`"))?;
            let value = value.trim();
            let repeats = matches!(key, "forwarded-header" | "forwarded-absent");
            if told.contains(&key) && !repeats {
                return Err(format!("`{key}` is told twice"));
            }
            told.push(key);
            expect.set(key, value)?;
        }
        if !told.contains(&"status") {
            return Err("`status` is missing".to_owned());
        }
        Ok(expect)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let text = || Some(value.to_owned());
        match key {
            "status" => self.statuses = statuses(value)?,
            "code" => self.code = text(),
            "check" => self.check = text(),
            "closed" => self.closed = Some(yes(value)?),
            "half-closes" => self.half_closes = yes(value)?,
            "upstream" => self.upstream = Some(sight(value)?),
            "forwarded-target" => self.forwarded_target = text(),
            "forwarded-body" => self.forwarded_body = text(),
            "forwarded-header" => {
                let (name, value) = value.split_once(':').ok_or_else(|| format!("`{value}` is not `name: value`"))?;
                self.forwarded_headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            "forwarded-absent" => self.forwarded_absent.push(value.to_owned()),
            "config" => value.clone_into(&mut self.config),
            "row" => self.row = text(),
            "why" => self.why = text(),
            _ => return Err(format!("`{key}` is not a key")),
        }
        Ok(())
    }
}

fn statuses(value: &str) -> Result<Vec<u16>, String> {
    if value == "none" {
        return Ok(Vec::new());
    }
    value.split(',').map(|status| status.trim().parse().map_err(|_| format!("`{status}` is not a status"))).collect()
}

fn yes(value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("`{value}` is neither yes nor no")),
    }
}

fn sight(value: &str) -> Result<Sight, String> {
    match value {
        "nothing" => Ok(Sight::Nothing),
        "cut" => Ok(Sight::Cut),
        count => count.parse().map(Sight::Whole).map_err(|_| format!("`{count}` is neither nothing, cut nor a count")),
    }
}

/// Reads the `.raw` form: lines starting `# ` are comments, line ends are ignored, escapes stand for bytes.
pub fn raw(text: &[u8]) -> Result<Vec<u8>, String> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"# ") && *line != b"#");
    let joined: Vec<u8> = lines.flatten().copied().collect();
    let mut bytes = joined.as_slice();
    let mut out = Vec::new();
    unescape(&mut bytes, &mut out, false)?;
    Ok(out)
}

/// Consumes `text`, up to a closing brace when inside a repetition. Repetitions nest as deep as the author of the file writes them.
fn unescape(text: &mut &[u8], out: &mut Vec<u8>, repeating: bool) -> Result<(), String> {
    while let Some((&byte, rest)) = text.split_first() {
        *text = rest;
        match byte {
            b'}' if repeating => return Ok(()),
            b'\\' => escape(text, out)?,
            other => out.push(other),
        }
    }
    if repeating { Err("a repetition is not closed".to_owned()) } else { Ok(()) }
}

fn escape(text: &mut &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let (&letter, rest) = text.split_first().ok_or("the file ends within an escape")?;
    *text = rest;
    match letter {
        b'r' => out.push(b'\r'),
        b'n' => out.push(b'\n'),
        b't' => out.push(b'\t'),
        b'0' => out.push(0),
        b'\\' | b'}' => out.push(letter),
        b'x' => {
            let digits = text.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).ok_or("`\\x` needs two digits")?;
            out.push(u8::from_str_radix(digits, 16).map_err(|_| format!("`\\x{digits}` is not a byte"))?);
            *text = &text[2..];
        }
        b'{' => {
            let star = text.iter().position(|byte| *byte == b'*').ok_or("a repetition needs `N*`")?;
            let count = std::str::from_utf8(&text[..star]).ok().and_then(|count| count.parse::<usize>().ok());
            let count = count.ok_or("a repetition needs `N*`")?;
            *text = &text[star + 1..];
            let mut once = Vec::new();
            unescape(text, &mut once, true)?;
            out.extend(once.repeat(count));
        }
        other => return Err(format!("`\\{}` is not an escape", char::from(other))),
    }
    Ok(())
}

/// A case with its files read.
#[derive(Clone, Debug)]
pub struct Case {
    /// Path below the repository, without extension: `tests/attacks/http/http.framing/01-both-lengths`.
    pub name: String,
    pub sent: Vec<u8>,
    pub expect: Expect,
}

impl Case {
    /// Whether the case is an attack, that is: lies under `tests/attacks`.
    pub fn is_attack(&self) -> bool {
        self.name.starts_with("tests/attacks/")
    }

    /// The check the case is about: what it expects, or else the folders it lies in (`graphql/depth` is `graphql.depth`).
    pub fn check(&self) -> String {
        let folders: Vec<&str> = self.name.split('/').skip(2).take(2).collect();
        self.expect.check.clone().unwrap_or_else(|| folders.join("."))
    }

    /// Reads the case whose message is `file`.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read(file).map_err(|error| error.to_string())?;
        let sent = match file.extension().and_then(|extension| extension.to_str()) {
            Some("http") => MessageFile::read(&text).map_err(|problem| problem.to_string())?.wire(),
            _ => raw(&text)?,
        };
        let expect = std::fs::read_to_string(file.with_extension("expect")).map_err(|_| "there is no .expect beside it")?;
        let name = file.with_extension("").strip_prefix(crate::root()).unwrap().display().to_string();
        Ok(Self { name, sent, expect: Expect::read(&expect)? })
    }
}

/// Every case below `tests/attacks` and `tests/benign`, in order of name. What cannot be read is reported, all at once.
pub fn all() -> Result<Vec<Case>, Vec<String>> {
    let mut files = Vec::new();
    for folder in ["tests/attacks", "tests/benign"] {
        collect(&crate::root().join(folder), &mut files);
    }
    files.sort();
    let is_message = |file: &&PathBuf| file.extension().is_some_and(|extension| extension == "http" || extension == "raw");
    let mut faults: Vec<String> = files
        .iter()
        .filter(|file| !is_message(file) && !(file.with_extension("http").exists() ^ file.with_extension("raw").exists()))
        .map(|file| format!("{}: belongs to no message, or to two", file.display()))
        .collect();
    let mut cases = Vec::new();
    for file in files.iter().filter(is_message) {
        match Case::read(file) {
            Ok(case) => cases.push(case),
            Err(fault) => faults.push(format!("{}: {fault}", file.display())),
        }
    }
    if faults.is_empty() { Ok(cases) } else { Err(faults) }
}

/// Files below a folder; none when there is no such folder.
pub fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().map_while(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[test]
fn raw_files_spell_bytes() {
    for (text, bytes) in [
        ("# comment\nGET / HTTP/1.1\\r\\n\nHost: x\\r\\n\\r\\n\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("a\\x00\\0\\t\\\\n\\xfF", b"a\0\0\t\\n\xff".to_vec()),
        ("\\{3*ab\\x20}!", b"ab ab ab !".to_vec()),
        ("\\{2*{\\}}", b"{}{}".to_vec()),
        ("\\{2*<\\{3*-}>}", b"<---><--->".to_vec()),
        ("a # stays\n#not a comment", b"a # stays#not a comment".to_vec()),
    ] {
        assert_eq!(raw(text.as_bytes()), Ok(bytes), "{text}");
    }
}

#[test]
fn raw_files_are_read_strictly() {
    for wrong in ["\\q", "\\", "\\x1", "\\xzz", "\\{3ab}", "\\{x*ab}", "\\{3*ab"] {
        assert!(raw(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn expectations_are_read() {
    let read = Expect::read(
        "status: 200, 400\ncode: BARE_LF\ncheck: http.framing\nclosed: yes\nupstream: 1\nforwarded-body: {\"a\": \"b: c\"}\n\
         forwarded-header: Host: x:1\nforwarded-absent: X-A\nforwarded-absent: X-B\nwhy: two readers, two readings\n",
    )
    .unwrap();
    assert_eq!(read.statuses, [200, 400]);
    assert_eq!(read.upstream, Some(Sight::Whole(1)));
    assert_eq!(read.forwarded_body.as_deref(), Some("{\"a\": \"b: c\"}"));
    assert_eq!(read.forwarded_headers, [("Host".to_owned(), "x:1".to_owned())]);
    assert_eq!(read.forwarded_absent, ["X-A", "X-B"]);
    assert_eq!((read.config.as_str(), read.closed), ("baseline", Some(true)));
}

#[test]
fn expectations_are_read_strictly() {
    for wrong in [
        "",
        "code: X",
        "status: 40O",
        "status: 400\nstatus: 200",
        "status: 400\nchek: x",
        "status: 400\nclosed: maybe",
        "status 400",
    ] {
        assert!(Expect::read(wrong).is_err(), "{wrong}");
    }
}
