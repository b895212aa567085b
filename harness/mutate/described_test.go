package mutate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// checkout is a repository with one file of each kind that mutants change.
func checkout(t *testing.T) string {
	t.Helper()
	repo := t.TempDir()
	for path, content := range map[string]string{
		"infra/terraform/adb.tf":       "free = true\n",
		"infra/terraform/network.tf":   "vcn = \"todo\"\n",
		"go.mod":                       "module example.com/checkout\n",
		"go.sum":                       "\n",
		"infra/terraform/.terraform/x": "not a part of it\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(repo, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(repo, path), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return repo
}

func content(t *testing.T, path ...string) string {
	t.Helper()
	read, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(read)
}

func fileMutant(path, replace, by string) mutants.Mutant {
	return mutants.Mutant{
		ID: "database.always-free-paid", Requirement: "database.always-free", What: "Not free.", Message: "false",
		Apply: []mutants.Step{{File: &mutants.File{Path: path, Replace: replace, By: by}}},
	}
}

func TestConfigurationIsChangedInACopy(t *testing.T) {
	repo := checkout(t)
	var trees []string
	engine := Engine{Spec: todo.Must(), Repo: repo, Out: os.Stderr, ResultLog: filepath.Join(t.TempDir(), "results.jsonl")}
	engine.CheckConfiguration = func(_ context.Context, ids []string, tree string) ([]session.Check, error) {
		trees = append(trees, tree)
		seen := content(t, tree, "infra/terraform/adb.tf")
		if content(t, tree, "infra/terraform/network.tf") != "vcn = \"todo\"\n" {
			t.Error("another file is not as in the repository")
		}
		if content(t, tree, "go.mod") != "module example.com/checkout\n" { // what the program that runs Terraform is made from
			t.Error("the copy is no checkout")
		}
		return []session.Check{{IDs: ids, Red: seen != "free = true\n", Message: seen}}, nil
	}
	results, err := engine.Run(t.Context(), []mutants.Mutant{fileMutant("infra/terraform/adb.tf", "true", "false")}, true)
	if err != nil || Count(results, Killed) != 1 {
		t.Fatalf("%+v, %v", results, err)
	}
	if content(t, repo, "infra/terraform/adb.tf") != "free = true\n" || len(trees) != 2 || trees[1] != repo {
		t.Errorf("the repository has changed, or it was not judged at the end: %v", trees)
	}
	if _, err := os.Stat(trees[0]); !os.IsNotExist(err) {
		t.Errorf("the copy is left: %v", err)
	}
}

func TestSpecificationIsChangedInACopy(t *testing.T) {
	engine := Engine{Spec: todo.Must(), Out: os.Stderr, ResultLog: filepath.Join(t.TempDir(), "results.jsonl")}
	var seen []string
	engine.CheckSpecification = func(_ context.Context, ids []string, dir string) ([]session.Check, error) {
		seen = append(seen, dir)
		if dir == "" {
			return []session.Check{{IDs: ids}}, nil
		}
		changed, err := source.Open(dir)
		if err != nil {
			return nil, err
		}
		return []session.Check{{IDs: ids, Red: changed.OCI.VCN.DNSLabel != "todovcn", Message: changed.OCI.VCN.DNSLabel + " is false"}}, nil
	}
	mutant := fileMutant("spec/platform.yaml", "dnsLabel: todovcn", "dnsLabel: other")
	results, err := engine.Run(t.Context(), []mutants.Mutant{mutant}, true)
	if err != nil || Count(results, Killed) != 1 || results[0].Message != "other is false" {
		t.Fatalf("%+v, %v", results, err)
	}
	if len(seen) != 2 || seen[1] != "" {
		t.Errorf("the specification itself was not judged at the end: %v", seen)
	}
	if _, err := os.Stat(seen[0]); !os.IsNotExist(err) {
		t.Errorf("the copy is left: %v", err)
	}
}

func TestTextThatDoesNotStandOnceIsRefused(t *testing.T) {
	engine := Engine{Spec: todo.Must(), Repo: checkout(t), Out: os.Stderr, ResultLog: filepath.Join(t.TempDir(), "results.jsonl")}
	engine.CheckConfiguration = func(_ context.Context, ids []string, _ string) ([]session.Check, error) {
		return []session.Check{{IDs: ids}}, nil
	}
	for _, text := range []string{"nowhere", "e"} {
		results, err := engine.Run(t.Context(), []mutants.Mutant{fileMutant("infra/terraform/adb.tf", text, "x")}, true)
		if err != nil || Count(results, Failed) != 1 || !strings.Contains(results[0].Text, "want once") {
			t.Errorf("%q: %+v, %v", text, results, err)
		}
	}
}

func TestEveryMutantOfAFileFitsIt(t *testing.T) {
	list, _, err := mutants.Load(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, m := range list {
		for _, step := range m.Apply {
			if step.File == nil {
				continue
			}
			tried++
			root, file := filepath.Join("..", ".."), *step.File
			if inside, found := strings.CutPrefix(file.Path, mutants.SpecificationDir); found {
				root, file.Path = filepath.Join(root, todo.Name), inside
			}
			if _, err := changed(root, file); err != nil {
				t.Errorf("%s: %v", m.ID, err)
			}
		}
	}
	if tried == 0 {
		t.Error("no mutant changes a file")
	}
}
