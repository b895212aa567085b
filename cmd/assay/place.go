package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/harness/runner/session"
)

// archiveFile lies beside a command that came in an archive (make dist), and says which
// build it is. A command without it was built in a checkout, or by go install.
const archiveFile = "assay.json"

// archive is a build that needs no checkout.
type archive struct {
	// Dir is where it was unpacked, empty for no archive.
	Dir string `json:"-"`
	// Version is the newest tag or, without one, the commit.
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

// executable is the path of this program, empty where nobody can tell.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// archiveOf returns the archive that a program came in.
func archiveOf(program string) archive {
	var a archive
	content, err := os.ReadFile(filepath.Join(filepath.Dir(program), archiveFile))
	if err != nil || json.Unmarshal(content, &a) != nil {
		return archive{}
	}
	a.Dir = filepath.Dir(program)
	return a
}

// errNoCheckout is wrapped by the error of a command that needs a checkout.
var errNoCheckout = errors.New("not inside a checkout of assay")

// repository finds the checkout that the current directory lies in.
func repository() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root := platform.Above(start, func(dir string) bool {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		return err == nil && strings.HasPrefix(string(content), "module assay.dev/assay\n")
	})
	switch {
	case root != "":
		return root, nil
	case archiveOf(executable()).Dir != "":
		return "", &refusal.Error{Reason: "this command builds and deploys from a checkout of assay: clone it and change into it. " +
			"Outside of one there are adopt, preflight, test, replay, report, runs, spec, unadopt and doctor", Err: fmt.Errorf("%s is %w", start, errNoCheckout)}
	}
	return "", fmt.Errorf("%s is %w: change into one", start, errNoCheckout)
}

// workDir is where a command that needs no checkout keeps what it makes, in artifacts/:
// the checkout that the current directory lies in, else the current directory.
func workDir() (string, error) {
	repo, err := repository()
	if errors.Is(err, errNoCheckout) {
		return os.Getwd()
	}
	return repo, err
}

// suitesProgram is the program with the suites that came with this command. It is empty in
// a checkout, where it is compiled.
func suitesProgram() (string, error) {
	if a := archiveOf(executable()); a.Dir != "" {
		return filepath.Join(a.Dir, session.ProgramName), nil
	}
	_, err := repository()
	return "", err
}
