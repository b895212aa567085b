// Package orders is a small specification of a shop with an API for orders, for tests of
// what must not know the reference: other families, keys, labels and requests, a topic
// without dead letters, two replicas, and no WebSocket.
package orders

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
	"assay.dev/assay/spec/todo"
)

//go:embed testdata
var files embed.FS

// Load returns a new copy of the specification: its own tables, and those of the cloud and
// of the timeouts that every specification has.
func Load() (*spec.Spec, error) {
	common, err := fs.ReadFile(todo.FS, "platform.yaml")
	if err != nil {
		return nil, err
	}
	own, err := files.ReadFile("testdata/platform.yaml")
	if err != nil {
		return nil, err
	}
	merged, err := merge(common, own)
	if err != nil {
		return nil, err
	}
	s := &spec.Spec{Name: "orders", Files: files}
	if s.Platform, err = spec.ParsePlatform("orders/platform.yaml", merged); err != nil {
		return nil, err
	}
	dir, err := fs.Sub(files, "testdata/schemas")
	if err != nil {
		return nil, err
	}
	s.Schemas, err = schemas.Load(dir)
	return s, err
}

// Must returns the specification for tests. It is shared: whoever changes it loads a copy.
var Must = sync.OnceValue(func() *spec.Spec {
	s, err := Load()
	if err != nil {
		panic(err)
	}
	return s
})

// merge puts the tables of one document in the places of those of another.
func merge(common, own []byte) ([]byte, error) {
	var into, from yaml.Node
	for node, raw := range map[*yaml.Node][]byte{&into: common, &from: own} {
		if err := yaml.Unmarshal(raw, node); err != nil {
			return nil, fmt.Errorf("read a platform: %w", err)
		}
	}
	tables := map[string]*yaml.Node{}
	for i := 0; i < len(from.Content[0].Content); i += 2 {
		tables[from.Content[0].Content[i].Value] = from.Content[0].Content[i+1]
	}
	top := into.Content[0].Content
	for i := 0; i < len(top); i += 2 {
		if table, replaced := tables[top[i].Value]; replaced {
			top[i+1] = table
		}
	}
	var out bytes.Buffer
	err := yaml.NewEncoder(&out).Encode(&into)
	return out.Bytes(), err
}
