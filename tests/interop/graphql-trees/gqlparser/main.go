// Reads the output of `conformance graphql-tree` and parses each canonical text with gqlparser (Go): the tree must be ours.
//
//	go run . < trees.jsonl
//
// Prints each differing id and last `N passed, N failed`. gqlparser keeps operations and fragments in two lists and writes the name
// of a field without alias into its alias; the comparison forgets these two things on our side as well.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

type node = map[string]any

func main() {
	passed, failed, refused := 0, 0, 0
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var row struct {
			ID       any    `json:"id"`
			Accepted bool   `json:"accepted"`
			Printed  string `json:"printed"`
			Tree     node   `json:"tree"`
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if !row.Accepted {
			refused++
			continue
		}
		document, err := parser.ParseQuery(&ast.Source{Input: row.Printed})
		if err != nil {
			failed++
			fmt.Printf("FAILED %v: %v: %q\n", row.ID, err, row.Printed)
			continue
		}
		if ours := forget(row.Tree); !reflect.DeepEqual(ours, tree(document)) {
			failed++
			fmt.Printf("FAILED %v: another tree: %q\n", row.ID, row.Printed)
			continue
		}
		passed++
	}
	fmt.Printf("refused by us and not compared: %d\n%d passed, %d failed\n", refused, passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

// forget drops what gqlparser does not keep: the order between operations and fragments, and whether an alias equals the name.
func forget(document node) node {
	operations, fragments := []any{}, []any{}
	for _, one := range document["definitions"].([]any) {
		definition := one.(node)
		forgetAliases(definition["selectionSet"])
		if definition["kind"] == "FragmentDefinition" {
			fragments = append(fragments, definition)
		} else {
			operations = append(operations, definition)
		}
	}
	return node{"operations": operations, "fragments": fragments}
}

func forgetAliases(set any) {
	selections, _ := set.([]any)
	for _, one := range selections {
		selection := one.(node)
		if selection["kind"] == "Field" && selection["alias"] == nil {
			selection["alias"] = selection["name"]
		}
		forgetAliases(selection["selectionSet"])
	}
}

func tree(document *ast.QueryDocument) node {
	return node{"operations": list(document.Operations, operation), "fragments": list(document.Fragments, fragment)}
}

func list[T any](entries []T, one func(T) node) []any {
	nodes := []any{}
	for _, entry := range entries {
		nodes = append(nodes, one(entry))
	}
	return nodes
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func operation(o *ast.OperationDefinition) node {
	return node{"kind": "OperationDefinition", "operation": string(o.Operation), "name": orNull(o.Name),
		"variableDefinitions": list(o.VariableDefinitions, variable), "directives": list(o.Directives, directive),
		"selectionSet": list(o.SelectionSet, selection)}
}

func fragment(f *ast.FragmentDefinition) node {
	return node{"kind": "FragmentDefinition", "name": f.Name, "typeCondition": f.TypeCondition,
		"directives": list(f.Directives, directive), "selectionSet": list(f.SelectionSet, selection)}
}

func variable(v *ast.VariableDefinition) node {
	var defaultValue any
	if v.DefaultValue != nil {
		defaultValue = value(v.DefaultValue)
	}
	return node{"kind": "VariableDefinition", "variable": v.Variable, "type": kind(v.Type), "defaultValue": defaultValue,
		"directives": list(v.Directives, directive)}
}

func kind(t *ast.Type) node {
	inner := node{"kind": "NamedType", "name": t.NamedType}
	if t.Elem != nil {
		inner = node{"kind": "ListType", "type": kind(t.Elem)}
	}
	if t.NonNull {
		return node{"kind": "NonNullType", "type": inner}
	}
	return inner
}

func directive(d *ast.Directive) node {
	return node{"kind": "Directive", "name": d.Name, "arguments": list(d.Arguments, argument)}
}

func argument(a *ast.Argument) node {
	return node{"kind": "Argument", "name": a.Name, "value": value(a.Value)}
}

func selection(s ast.Selection) node {
	switch s := s.(type) {
	case *ast.Field:
		var set any
		if len(s.SelectionSet) > 0 {
			set = list(s.SelectionSet, selection)
		}
		return node{"kind": "Field", "alias": s.Alias, "name": s.Name, "arguments": list(s.Arguments, argument),
			"directives": list(s.Directives, directive), "selectionSet": set}
	case *ast.FragmentSpread:
		return node{"kind": "FragmentSpread", "name": s.Name, "directives": list(s.Directives, directive)}
	case *ast.InlineFragment:
		return node{"kind": "InlineFragment", "typeCondition": orNull(s.TypeCondition),
			"directives": list(s.Directives, directive), "selectionSet": list(s.SelectionSet, selection)}
	}
	return nil
}

func value(v *ast.Value) node {
	switch v.Kind {
	case ast.Variable:
		return node{"kind": "Variable", "name": v.Raw}
	case ast.IntValue:
		return node{"kind": "IntValue", "value": v.Raw}
	case ast.FloatValue:
		return node{"kind": "FloatValue", "value": v.Raw}
	case ast.StringValue, ast.BlockValue:
		return node{"kind": "StringValue", "value": v.Raw}
	case ast.BooleanValue:
		return node{"kind": "BooleanValue", "value": v.Raw == "true"}
	case ast.NullValue:
		return node{"kind": "NullValue"}
	case ast.EnumValue:
		return node{"kind": "EnumValue", "value": v.Raw}
	case ast.ListValue:
		return node{"kind": "ListValue", "values": list(v.Children, func(c *ast.ChildValue) node { return value(c.Value) })}
	}
	return node{"kind": "ObjectValue", "fields": list(v.Children, func(c *ast.ChildValue) node {
		return node{"kind": "ObjectField", "name": c.Name, "value": value(c.Value)}
	})}
}
