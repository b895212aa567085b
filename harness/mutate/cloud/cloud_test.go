//go:build terraform

package cloud

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/todo"
)

// change replaces or adds one field of a resource.
func change(kind, name, op, path string, value any) mutants.Cloud {
	return mutants.Cloud{Kind: kind, Name: name, JSON: []map[string]any{{"op": op, "path": path, "value": value}}}
}

// field is a field of a resource as the emulator holds it.
func field(t *testing.T, c *Cloud, kind, name, field string) any {
	t.Helper()
	var value any
	if err := c.sim.Edit(kind, name, func(fields map[string]any) { value = plain(fields).(map[string]any)[field] }); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestCloud(t *testing.T) {
	module, err := filepath.Abs(filepath.Join("..", "..", "..", "infra", "terraform"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), todo.Must(), module, io.Discard, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.VerifyRestored(); err != nil || len(c.original) < 10 {
		t.Fatalf("%d resources, %v", len(c.original), err)
	}
	t.Run("changes are undone, the last one first", func(t *testing.T) { undone(t, c) })
	t.Run("a renamed resource is found again", func(t *testing.T) { renamed(t, c) })
	t.Run("names stand for IDs", func(t *testing.T) { resolves(t, c) })
	t.Run("what cannot be changed is left as it is", func(t *testing.T) { refused(t, c) })
	t.Run("what was not undone is told", func(t *testing.T) { assertReported(t, c) })
	t.Run("nothing is left at the end", func(t *testing.T) {
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(c.dir); !os.IsNotExist(err) {
			t.Errorf("the folder with state and key is left: %v", err)
		}
	})
}

// original undoes everything and wants the cloud as it was.
func assertRestored(t *testing.T, c *Cloud) {
	t.Helper()
	if err := c.Undo(); err != nil {
		t.Error(err)
	}
	if err := c.VerifyRestored(); err != nil {
		t.Error(err)
	}
}

func undone(t *testing.T, c *Cloud) {
	before := field(t, c, "vcn", "todo-vcn", "cidrBlocks")
	for _, block := range []string{"10.1.0.0/16", "10.2.0.0/16"} {
		if err := c.Change(change("vcn", "todo-vcn", "add", "/cidrBlocks/-", block)); err != nil {
			t.Fatal(err)
		}
	}
	want := []any{"10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16"}
	if seen := field(t, c, "vcn", "todo-vcn", "cidrBlocks"); !reflect.DeepEqual(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
	assertRestored(t, c)
	if seen := field(t, c, "vcn", "todo-vcn", "cidrBlocks"); !reflect.DeepEqual(seen, before) {
		t.Errorf("%v after all was undone, %v before", seen, before)
	}
}

func renamed(t *testing.T, c *Cloud) {
	if err := c.Change(change("nodepool", "todo-node-pool", "replace", "/name", "other")); err != nil {
		t.Fatal(err)
	}
	if err := c.Change(change("nodepool", "other", "replace", "/nodeShape", "VM.Standard.E4.Flex")); err != nil {
		t.Fatal(err)
	}
	if err := c.VerifyRestored(); err == nil {
		t.Error("a pool with another name counts as what was there")
	}
	assertRestored(t, c)
	if seen := field(t, c, "nodepool", "todo-node-pool", "nodeShape"); seen != "VM.Standard.A1.Flex" {
		t.Errorf("the shape is %v after all was undone", seen)
	}
}

func resolves(t *testing.T, c *Cloud) {
	if err := c.Change(change("routetable", "todo-public", "replace", "/routeRules/0/networkEntityId", "${natgateway/todo-nat-gateway}")); err != nil {
		t.Fatal(err)
	}
	rules, _ := field(t, c, "routetable", "todo-public", "routeRules").([]any)
	rule, _ := rules[0].(map[string]any)
	if id, _ := rule["networkEntityId"].(string); !strings.HasPrefix(id, "ocid1.natgateway.") {
		t.Errorf("the route leads to %q", id)
	}
	assertRestored(t, c)
}

func refused(t *testing.T, c *Cloud) {
	for _, bad := range []mutants.Cloud{
		change("vcn", "no-such-vcn", "replace", "/displayName", "x"),
		change("vcn", "todo-vcn", "replace", "/no/such/field", "x"),
		change("vcn", "todo-vcn", "wish", "/displayName", "x"),
	} {
		if err := c.Change(bad); err == nil || !strings.Contains(err.Error(), bad.Name) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if len(c.undo) != 0 {
		t.Errorf("%d changes to undo", len(c.undo))
	}
	assertRestored(t, c)
}

func assertReported(t *testing.T, c *Cloud) {
	if err := c.sim.Edit("vcn", "todo-vcn", func(fields map[string]any) { fields["displayName"] = "by-hand" }); err != nil {
		t.Fatal(err)
	}
	if err := c.VerifyRestored(); err == nil || !strings.Contains(err.Error(), "by-hand") {
		t.Errorf("%v", err)
	}
	if err := c.sim.Edit("vcn", "by-hand", func(fields map[string]any) { fields["displayName"] = "todo-vcn" }); err != nil {
		t.Fatal(err)
	}
	assertRestored(t, c)
}
