//! Hostile input of any size: what made parsers, validators and tables slower than linear elsewhere.

use std::fmt::Write;

fn text(write: impl FnOnce(&mut String) -> std::fmt::Result) -> String {
    let mut out = String::new();
    write(&mut out).expect("writing to memory");
    out
}

/// Fragments that spread the next one, and a field.
pub fn chain(n: usize) -> String {
    text(|out| {
        out.push_str("{...F0}");
        for i in 0..n {
            write!(out, "fragment F{i} on T{{a...F{}}}", i + 1)?;
        }
        write!(out, "fragment F{n} on T{{a}}")
    })
}

/// Fragments that spread the next one twice: 2ⁿ fields when expanded.
pub fn doubling(n: usize) -> String {
    text(|out| {
        out.push_str("{...F0}");
        for i in 0..n {
            write!(out, "fragment F{i} on T{{b:a{{...F{0}}}...F{0}}}", i + 1)?;
        }
        write!(out, "fragment F{n} on T{{a}}")
    })
}

/// One field under many aliases.
pub fn aliases(n: usize) -> String {
    text(|out| {
        out.push('{');
        for i in 0..n {
            write!(out, "a{i}:login(code:{i}) ")?;
        }
        out.write_char('}')
    })
}

/// Many operations that share a fragment full of aliases of many names.
pub fn shared_aliases(n: usize) -> String {
    text(|out| {
        out.push_str("fragment F on T{");
        for i in 0..n {
            write!(out, "a{i}:f{} ", i % 97)?;
        }
        out.push('}');
        for i in 0..10 {
            write!(out, "query Q{i}{{...F...F}}")?;
        }
        Ok(())
    })
}

/// Fields in fields.
pub fn nested_fields(n: usize) -> String {
    format!("{}{}", "{a".repeat(n), "}".repeat(n))
}

/// Lists and objects in an argument.
pub fn nested_values(n: usize) -> String {
    format!("{{a(b:{}1{})}}", "[{c:".repeat(n / 2), "}]".repeat(n / 2))
}

/// Operations.
pub fn operations(n: usize) -> String {
    text(|out| (0..n).try_for_each(|i| write!(out, "query Q{i}($v:Int=1){{a(b:$v)@c}}")))
}

/// An object with many members.
pub fn members(n: usize) -> String {
    let members: Vec<_> = (0..n).map(|i| format!("\"k{i}\":{i}")).collect();
    format!("{{{}}}", members.join(","))
}

/// An object whose member names differ in their last characters alone, half of them escaped.
pub fn alike_members(n: usize) -> String {
    let members: Vec<_> = (0..n)
        .map(|i| {
            let first = if i % 2 == 0 { "n" } else { "\\u006e" };
            format!("\"{first}ame-of-a-member-that-is-like-all-the-others-{i:06}\":0")
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Arrays in arrays.
pub fn nested_arrays(n: usize) -> String {
    format!("{}{}", "[".repeat(n), "]".repeat(n))
}

/// A string of escapes.
pub fn escapes(n: usize) -> String {
    format!("\"{}\"", "\\ud83d\\ude00\\n".repeat(n))
}
