package mutate

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/deploy/render"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// rendered is what is deployed of a specification, or skips the test with what is missing.
func rendered(t *testing.T, dir string) map[string]unstructured.Unstructured {
	t.Helper()
	deploy, err := filepath.Abs("../../deploy")
	if err != nil {
		t.Fatal(err)
	}
	platform, err := filepath.Abs(filepath.Join(dir, spec.PlatformFile))
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := render.Find(deploy, platform, t.TempDir())
	if err != nil {
		t.Skip("nothing can be rendered: ", err)
	}
	// The go command reuses a result while the files that the test itself has opened are
	// the same.
	err = filepath.WalkDir(deploy, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		_, err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	list, err := renderer.Render(ctx, render.Options{Environment: "kind-hermetic"})
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]unstructured.Unstructured{}
	for _, o := range list {
		objects[key(o.GetKind(), o.GetNamespace(), o.GetName())] = o
	}
	return objects
}

func key(kind, namespace, name string) string { return kind + " " + namespace + "/" + name }

// made are kinds of objects that controllers make, and that Kubernetes itself has.
var made = []string{"Pod", "Node", "StrimziPodSet", "PersistentVolumeClaim"}

// madeObjects are those of other kinds, by the ends of their names.
var madeObjects = []string{"dapr-trust-bundle"}

// TestMutantsOfThePlatformFitWhatIsDeployed applies patches to the objects that are
// deployed, of both specifications: each has to be there, to take the patch, and to be
// changed by it.
func TestMutantsOfThePlatformFitWhatIsDeployed(t *testing.T) {
	shop, err := source.Open("../../testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	for dir, s := range map[string]*spec.Spec{"../../spec/todo": todo.Must(), "../../testdata/shop": shop} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			objects := rendered(t, dir)
			list, _, err := mutants.Load(s)
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for _, m := range list {
				for i, step := range m.Apply {
					is, err := fits(objects, step)
					if err != nil {
						t.Errorf("%s: apply[%d]: %v", m.ID, i, err)
					}
					if is {
						tried++
					}
				}
			}
			if tried < 100 {
				t.Errorf("%d steps were tried on what is deployed", tried)
			}
		})
	}
}

// fits reports whether a step was tried on an object that is deployed, and what is wrong
// with it.
func fits(objects map[string]unstructured.Unstructured, step mutants.Step) (bool, error) {
	o, patch := mutants.Object{}, []map[string]any(nil)
	var merge map[string]any
	switch {
	case step.Patch != nil:
		o, patch, merge = step.Patch.Object, step.Patch.JSON, step.Patch.Merge
	case step.Delete != nil:
		o = *step.Delete
	case step.Restart != nil:
		o = step.Restart.Object
	case step.Rewrite != nil:
		o, patch = step.Rewrite.Object, step.Rewrite.JSON
	default:
		return false, nil
	}
	if slices.Contains(made, o.Kind) || slices.ContainsFunc(madeObjects, func(name string) bool { return strings.HasSuffix(o.Name, name) }) {
		return false, nil
	}
	object, there := objects[key(o.Kind, o.Namespace, o.Name)]
	if !there {
		return false, fmt.Errorf("%s is not deployed", o)
	}
	if slices.ContainsFunc(patch, func(op map[string]any) bool { return strings.HasPrefix(fmt.Sprint(op["path"]), "/status") }) {
		return false, nil // what a controller writes
	}
	if len(patch) == 0 && len(merge) == 0 {
		return true, nil
	}
	before, err := object.MarshalJSON()
	if err != nil {
		return false, err
	}
	after, err := patched(before, patch, merge)
	if err != nil {
		return false, fmt.Errorf("patch %s: %w", o, err)
	}
	if jsonpatch.Equal(before, after) {
		return false, fmt.Errorf("the patch changes nothing of %s", o)
	}
	return true, nil
}

// patched is an object after a patch.
func patched(before []byte, operations []map[string]any, merge map[string]any) ([]byte, error) {
	if len(merge) > 0 {
		raw, err := json.Marshal(merge)
		if err != nil {
			return nil, err
		}
		return jsonpatch.MergePatch(before, raw)
	}
	raw, err := json.Marshal(operations)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.DecodePatch(raw)
	if err != nil {
		return nil, err
	}
	return patch.Apply(before)
}
