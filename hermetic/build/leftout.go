package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/catalogue"
)

// leftOut is the change of a module one of whose files names some packages no longer.
func leftOut(without catalogue.Without) moduleChange {
	return moduleChange{
		module: without.Module,
		inputs: slices.Concat([]string{"without", without.Module, without.File}, without.Packages),
		apply: func(_ context.Context, _ io.Writer, copied string) error {
			file := filepath.Join(copied, filepath.FromSlash(without.File))
			content, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("leave packages out of %s: %w", without.Module, err)
			}
			text := string(content)
			for _, name := range without.Packages {
				if text, err = withoutPackage(text, name); err != nil {
					return fmt.Errorf("%s of %s: %w", without.File, without.Module, err)
				}
			}
			// A file of the module cache is for reading alone, and so is its copy.
			if err := os.Remove(file); err != nil {
				return fmt.Errorf("leave packages out of %s: %w", without.Module, err)
			}
			return os.WriteFile(file, []byte(text), 0o600)
		},
	}
}

// withoutPackage takes the import of a package out of a source, and the lines that use it.
func withoutPackage(source, name string) (string, error) {
	var lines []string
	imported, used := 0, 0
	for line := range strings.Lines(source) {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasSuffix(trimmed, `"`) && path.Base(strings.Trim(trimmed, `"`)) == name:
			imported++
		case strings.HasPrefix(trimmed, name+".") && strings.HasSuffix(trimmed, ","):
			used++
		default:
			lines = append(lines, line)
		}
	}
	if imported != 1 || used == 0 {
		return "", fmt.Errorf("package %s is imported %d times and used in %d lines of a list: it cannot be left out", name, imported, used)
	}
	return strings.Join(lines, ""), nil
}
