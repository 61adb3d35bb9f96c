// Reads the output of `conformance graphql-tree` and parses each canonical text with graphql-js, versions 16 and 15: the tree must be
// ours. Version 16 must also give the client's own text the same verdict and the same tree: what was judged is what was sent.
//
//   node compare.mjs < trees.jsonl
//
// Prints each differing id and last `N passed, N failed`.

import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { parse as parse16 } from 'graphql';
import { parse as parse15 } from 'graphql15';

const name = (node) => (node ? node.value : null);
const list = (nodes) => (nodes ?? []).map(plain);

// The same node with our spelling: names as strings, no locations, no descriptions, block strings as strings.
const spell = {
  Document: (n) => ({ definitions: list(n.definitions) }),
  OperationDefinition: (n) => ({
    operation: n.operation,
    name: name(n.name),
    variableDefinitions: list(n.variableDefinitions),
    directives: list(n.directives),
    selectionSet: list(n.selectionSet.selections),
  }),
  FragmentDefinition: (n) => ({
    name: name(n.name),
    typeCondition: name(n.typeCondition.name),
    directives: list(n.directives),
    selectionSet: list(n.selectionSet.selections),
  }),
  VariableDefinition: (n) => ({
    variable: name(n.variable.name),
    type: plain(n.type),
    defaultValue: n.defaultValue ? plain(n.defaultValue) : null,
    directives: list(n.directives),
  }),
  Field: (n) => ({
    alias: name(n.alias),
    name: name(n.name),
    arguments: list(n.arguments),
    directives: list(n.directives),
    selectionSet: n.selectionSet ? list(n.selectionSet.selections) : null,
  }),
  FragmentSpread: (n) => ({ name: name(n.name), directives: list(n.directives) }),
  InlineFragment: (n) => ({
    typeCondition: n.typeCondition ? name(n.typeCondition.name) : null,
    directives: list(n.directives),
    selectionSet: list(n.selectionSet.selections),
  }),
  Directive: (n) => ({ name: name(n.name), arguments: list(n.arguments) }),
  Argument: (n) => ({ name: name(n.name), value: plain(n.value) }),
  ObjectField: (n) => ({ name: name(n.name), value: plain(n.value) }),
  NamedType: (n) => ({ name: name(n.name) }),
  ListType: (n) => ({ type: plain(n.type) }),
  NonNullType: (n) => ({ type: plain(n.type) }),
  Variable: (n) => ({ name: name(n.name) }),
  IntValue: (n) => ({ value: n.value }),
  FloatValue: (n) => ({ value: n.value }),
  StringValue: (n) => ({ value: n.value }),
  BooleanValue: (n) => ({ value: n.value }),
  NullValue: () => ({}),
  EnumValue: (n) => ({ value: n.value }),
  ListValue: (n) => ({ values: list(n.values) }),
  ObjectValue: (n) => ({ fields: list(n.fields) }),
};

function plain(node) {
  return { kind: node.kind, ...spell[node.kind](node) };
}

function read(parse, text) {
  try {
    return plain(parse(text, { noLocation: true }));
  } catch (error) {
    return error;
  }
}

// The grammar sets no limit to the digits of `\u{…}`; graphql-js reads eight.
const manyDigits = /\\u\{[0-9a-fA-F]{9,}\}/;

let [passed, failed, refused] = [0, 0, 0];
for await (const line of createInterface({ input: process.stdin })) {
  const row = JSON.parse(line);
  const differs = [];
  const original = read(parse16, row.source);
  if (!row.accepted) {
    refused += 1;
    if (!(original instanceof Error)) differs.push('graphql-js 16 accepts what we refuse');
  } else {
    if (!isDeepStrictEqual(original, row.tree) && !manyDigits.test(row.source)) differs.push('graphql-js 16 reads the client\'s text in another way');
    for (const [version, parse] of [['16', parse16], ['15', parse15]]) {
      const theirs = read(parse, row.printed);
      if (!isDeepStrictEqual(theirs, row.tree)) differs.push(`graphql-js ${version}: ${theirs instanceof Error ? theirs.message : 'another tree'}`);
    }
  }
  if (differs.length > 0) {
    failed += 1;
    console.log(`FAILED ${row.id}: ${differs.join('; ')}: ${JSON.stringify(row.printed ?? row.source)}`);
  } else if (row.accepted) {
    passed += 1;
  }
}
console.log(`refused by both: ${refused}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
