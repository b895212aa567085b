package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/process/private"
)

// envName is the name of a file with variables for the shell's `.` command.
const envName = "env"

// quote stands for a single quote in a single-quoted word of a POSIX shell.
const quote = `'\''`

// writeEnv writes variables for the shell's `.` command into a file of mode 0600.
func writeEnv(file string, env map[string]string) error {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&lines, "export %s='%s'\n", name, strings.ReplaceAll(env[name], "'", quote))
	}
	return private.Write(file, []byte(lines.String()))
}

// readEnv reads such a file. A file that is not there has no variables.
func readEnv(file string) (map[string]string, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w", err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(content)) {
		setting, exported := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "export ")
		name, quoted, _ := strings.Cut(setting, "=")
		word, open := strings.CutPrefix(quoted, "'")
		word, closed := strings.CutSuffix(word, "'")
		// What is left of a quote is none that writeEnv has written.
		if !exported || !open || !closed || strings.Contains(strings.ReplaceAll(word, quote, ""), "'") {
			return nil, fmt.Errorf("%s: %q is not export NAME='VALUE'", filepath.Base(file), line)
		}
		env[name] = strings.ReplaceAll(word, quote, "'")
	}
	return env, nil
}
