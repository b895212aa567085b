// Command runc-within is runc for a machine whose own bounding set lacks some
// capabilities: it takes those out of what a container asks for, which runc
// would otherwise refuse ("unable to apply caps"), and becomes runc.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"assay.dev/assay/hermetic/host"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "runc-within:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	missing, err := host.MissingCapabilities()
	if err != nil {
		return err
	}
	for i, arg := range args[:max(len(args)-1, 0)] {
		switch arg {
		case "--bundle", "-b":
			err = edit(filepath.Join(args[i+1], "config.json"), missing, "process")
		case "--process", "-p":
			err = edit(args[i+1], missing)
		}
		if err != nil {
			return err
		}
	}
	runc, err := exec.LookPath("runc")
	if err != nil {
		return err
	}
	return syscall.Exec(runc, append([]string{"runc"}, args...), os.Environ())
}

// edit takes the capabilities out of an OCI runtime specification file; path
// leads to the process object in it.
func edit(file string, missing map[string]bool, path ...string) error {
	content, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var document map[string]any
	if err := json.Unmarshal(content, &document); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	process := document
	for _, key := range path {
		process, _ = process[key].(map[string]any)
	}
	capabilities, _ := process["capabilities"].(map[string]any)
	for set, value := range capabilities {
		names, _ := value.([]any)
		rest := []any{}
		for _, name := range names {
			if text, _ := name.(string); !missing[text] {
				rest = append(rest, name)
			}
		}
		capabilities[set] = rest
	}
	content, err = json.Marshal(document)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}
