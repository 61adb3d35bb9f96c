#!/bin/sh
# Hands our reading of documents to graphql-js 16 and 15 and to gqlparser, and fails if one of them reads anything else.
#
#   run.sh PATH [COUNT]     PATH is the suite's parse.jsonl; COUNT generated documents (default 260000: over 100,000 accepted)
set -eu
suite=$(realpath "$1")
count=${2:-260000}
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm ci --no-audit --no-fund --silent
(cd gqlparser && go build -o "$work/gqltrees" .)
conformance() { cargo run --release --quiet -p conformance -- "$@"; }

grep '"kind": *"exec"' "$suite" | grep '"valid": *true' > "$work/valid.jsonl"
conformance graphql-generate --seed 1 --count "$count" --mutate "$suite" > "$work/generated.jsonl"
for documents in valid generated; do
  conformance graphql-tree < "$work/$documents.jsonl" > "$work/trees.jsonl"
  echo "$documents, graphql-js:"
  node compare.mjs < "$work/trees.jsonl"
  echo "$documents, gqlparser:"
  "$work/gqltrees" < "$work/trees.jsonl"
done
