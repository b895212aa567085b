package mutate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
)

// described is what is judged before it is deployed: files of the repository. The
// checks are run with copies, so that there is nothing to undo.
type described struct {
	// original is the path by which the check finds the files as they are.
	original string
	// copied copies files into a folder, changed, and returns the path by which the
	// check finds the copies.
	copied func(dir string, changes []mutants.File) (string, error)
	check  FileChecker

	dir, path string // of the copies
}

func (d *described) apply(_ context.Context, m mutants.Mutant) (err error) {
	if d.dir, err = os.MkdirTemp("", "assay-mutant-"); err != nil {
		return fmt.Errorf("copy files: %w", err)
	}
	var changes []mutants.File
	for _, step := range m.Apply {
		changes = append(changes, *step.File)
	}
	d.path, err = d.copied(d.dir, changes)
	return err
}

func (d *described) runChecks(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error) {
	if len(m.Apply) == 0 {
		return d.check(ctx, ids, d.original)
	}
	return d.check(ctx, ids, d.path)
}

func (d *described) undo(context.Context) error           { return os.RemoveAll(d.dir) }
func (d *described) verifyRestored(context.Context) error { return nil }

// changed is the content of a file with its change.
func changed(repo string, f mutants.File) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(repo, f.Path))
	if err != nil {
		return nil, err
	}
	if found := strings.Count(string(content), f.Replace); found != 1 {
		return nil, fmt.Errorf("%s contains %q %d times, want once", f.Path, f.Replace, found)
	}
	return []byte(strings.Replace(string(content), f.Replace, f.By, 1)), nil
}

// specified copies the directory of the specification into a folder, and changes the
// copy.
func specified(files fs.FS, dir string, changes []mutants.File) (string, error) {
	if err := os.CopyFS(dir, files); err != nil {
		return "", fmt.Errorf("copy the specification: %w", err)
	}
	for _, f := range changes {
		f.Path = strings.TrimPrefix(f.Path, mutants.SpecificationDir)
		content, err := changed(dir, f)
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, f.Path)
		if err := errors.Join(os.Remove(path), os.WriteFile(path, content, 0o644)); err != nil { // the copy may be read-only
			return "", fmt.Errorf("change the specification: %w", err)
		}
	}
	return dir, nil
}

// configured copies the Terraform configuration into a folder, as it lies in the
// repository, and changes the copy. What lies beside it is linked.
func configured(repo, dir string, changes []mutants.File) (string, error) {
	infra, module := filepath.Join(repo, "infra"), filepath.Join(repo, "infra", "terraform")
	beside, err := os.ReadDir(infra)
	if err != nil {
		return "", fmt.Errorf("copy the configuration: %w", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "infra"), 0o755); err != nil {
		return "", fmt.Errorf("copy the configuration: %w", err)
	}
	for _, entry := range beside {
		from, to := filepath.Join(infra, entry.Name()), filepath.Join(dir, "infra", entry.Name())
		if from == module {
			err = copyTree(from, to)
		} else {
			err = os.Symlink(from, to)
		}
		if err != nil {
			return "", fmt.Errorf("copy the configuration: %w", err)
		}
	}
	// The program that runs Terraform is named by what it is made from.
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := os.Symlink(filepath.Join(repo, name), filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("copy the configuration: %w", err)
		}
	}
	for _, f := range changes {
		content, err := changed(repo, f)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Path), content, 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// copyTree copies a folder without what Terraform keeps in it.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".terraform") {
			return filepath.SkipDir
		}
		copied := filepath.Join(to, strings.TrimPrefix(path, from))
		if entry.IsDir() {
			return os.MkdirAll(copied, 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(copied, content, 0o644)
	})
}
