package format

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec/todo"
)

var update = flag.Bool("update", false, "write the schema anew")

// TestMain runs where the comments are found by the names of packages.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := os.Chdir(filepath.Join("..", "..")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// The published schema is that of the types: go test ./spec/format -update writes it.
func TestThePublishedSchemaIsThatOfTheTypes(t *testing.T) {
	made, err := Schema(".")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(File, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(File)
	if err != nil || !bytes.Equal(made, published) {
		t.Errorf("%s differs from the types (%v): run go test ./spec/format -update", File, err)
	}
}

// The schema takes the reference specification, and refuses what the loader refuses.
func TestTheSchemaTakesWhatTheLoaderTakes(t *testing.T) {
	made, err := Schema(".")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(made))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("platform.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("platform.schema.json")
	raw, err := todo.FS.ReadFile("platform.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var platform map[string]any
	if err := yaml.Unmarshal(raw, &platform); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(plain(platform)); err != nil {
		t.Errorf("the reference is refused: %v", err)
	}
	for name, change := range map[string]func(map[string]any){
		"an unknown key":       func(p map[string]any) { p["kafak"] = 1 },
		"a missing key":        func(p map[string]any) { delete(p, "kafka") },
		"another enumeration":  func(p map[string]any) { p["kafka"].(map[string]any)["storage"].(map[string]any)["type"] = "durable" },
		"a text for a number":  func(p map[string]any) { p["kafka"].(map[string]any)["replicas"] = "one" },
		"a time without unit":  func(p map[string]any) { p["timeouts"].(map[string]any)["drain"] = "60" },
		"a list for a mapping": func(p map[string]any) { p["limitRange"] = []any{} },
	} {
		var changed map[string]any
		if err := yaml.Unmarshal(raw, &changed); err != nil {
			t.Fatal(err)
		}
		if change(changed); schema.Validate(plain(changed)) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// plain has dates as texts, as JSON has them.
func plain(value any) any {
	raw, err := yaml.Marshal(value)
	if err != nil {
		panic(err)
	}
	var node yaml.Node
	if err := yaml.Unmarshal(raw, &node); err != nil {
		panic(err)
	}
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Tag == "!!timestamp" {
			n.Tag = "!!str"
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&node)
	var out any
	if err := node.Decode(&out); err != nil {
		panic(err)
	}
	return out
}
