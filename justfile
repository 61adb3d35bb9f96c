# Everything a change must pass before it is proposed; `.ci/run` adds the longer checks.
ready: format lint test doc deny

format:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

test:
    cargo test --workspace

doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --document-private-items

# Licences, banned crates and sources. Advisories need a database from outside: see SECURITY.md.
deny:
    cargo deny check bans licenses sources

# Rewrites what is generated from the code and the case files: the table of docs/threat-model.md and docs/reference.
bless:
    UPDATE=1 cargo test --workspace --quiet

# One case by a part of its path, as in `just case http.framing/01`.
case part:
    CASE={{part}} cargo test --test it every_case -- --nocapture
