// Package release makes what runs without a checkout and without Go: an archive for each
// system, with the command, the suites, the reference specification, the licenses of what
// is compiled in and a list of it (CycloneDX), and a container image of those for Linux.
// The same commit makes the same bytes.
package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Target is a system that an archive is for, as Go names it.
type Target struct{ OS, Arch string }

// String is the target as Go prints it: linux/amd64.
func (t Target) String() string { return t.OS + "/" + t.Arch }

// Targets are the systems that a release is for.
var Targets = []Target{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}}

// ParseTarget reads a target such as linux/amd64.
func ParseTarget(text string) (Target, error) {
	for _, target := range Targets {
		if target.String() == text {
			return target, nil
		}
	}
	return Target{}, fmt.Errorf("there is no release for %q; there are releases for %v", text, Targets)
}

// Release is what is made of a checkout.
type Release struct {
	// Repo is the checkout, Out the directory that takes the archives.
	Repo, Out string
	// SBOM is the program that lists what is compiled into another one, cyclonedx-gomod.
	SBOM string
	// Version is the newest tag or, without one, the commit; Commit is the revision, with
	// "+changes" for a checkout that has any, and Time the time of the commit.
	Version, Commit string
	Time            time.Time
	// Log takes what other programs print.
	Log io.Writer
}

// Make makes the archives of some targets, the image of those for Linux, and checksums.txt
// with the SHA-256 of each. It returns the names of the files in Out.
func (r Release) Make(ctx context.Context, targets []Target) ([]string, error) {
	if err := os.MkdirAll(r.Out, 0o755); err != nil {
		return nil, fmt.Errorf("make a release: %w", err)
	}
	stage, err := os.MkdirTemp(r.Out, ".stage-")
	if err != nil {
		return nil, fmt.Errorf("make a release: %w", err)
	}
	defer func() { _ = os.RemoveAll(stage) }()
	var names []string
	trees := map[Target]string{}
	for _, target := range targets {
		tree := filepath.Join(stage, target.OS+"-"+target.Arch)
		if err := r.tree(ctx, tree, target); err != nil {
			return nil, fmt.Errorf("make the release for %s: %w", target, err)
		}
		name := fmt.Sprintf("assay_%s_%s_%s.tar.gz", r.Version, target.OS, target.Arch)
		if err := writeFile(filepath.Join(r.Out, name), func(to io.Writer) error { return writeArchive(to, tree, r.Time) }); err != nil {
			return nil, fmt.Errorf("make the release for %s: %w", target, err)
		}
		names = append(names, name)
		if target.OS == "linux" {
			trees[target] = tree
		}
	}
	if len(trees) > 0 {
		name := fmt.Sprintf("assay_%s_image.tar", r.Version)
		if err := r.image(filepath.Join(r.Out, name), trees); err != nil {
			return nil, fmt.Errorf("make the image of the release: %w", err)
		}
		names = append(names, name)
	}
	return append(names, checksums), writeChecksums(r.Out, names)
}

// tree lays out what is in an archive below a directory.
func (r Release) tree(ctx context.Context, dir string, target Target) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := r.compile(ctx, dir, target); err != nil {
		return err
	}
	for _, file := range []string{"LICENSE", "CHANGELOG.md"} {
		content, err := os.ReadFile(filepath.Join(r.Repo, file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o644); err != nil {
			return err
		}
	}
	for from, to := range map[string]string{"release/README.md": "README.md"} {
		content, err := os.ReadFile(filepath.Join(r.Repo, from))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, to), content, 0o644); err != nil {
			return err
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "spec", "todo"), os.DirFS(filepath.Join(r.Repo, "spec", "todo"))); err != nil {
		return err
	}
	about, err := json.MarshalIndent(map[string]string{"version": r.Version, "commit": r.Commit}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "assay.json"), append(about, '\n'), 0o644)
}

// checksums is the file that holds the checksums of the others, as sha256sum writes them.
const checksums = "checksums.txt"

func writeChecksums(dir string, names []string) error {
	var lines []string
	for _, name := range names {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("add up %s: %w", name, err)
		}
		sum := sha256.New()
		_, err = io.Copy(sum, file)
		_ = file.Close()
		if err != nil {
			return fmt.Errorf("add up %s: %w", name, err)
		}
		lines = append(lines, hex.EncodeToString(sum.Sum(nil))+"  "+name+"\n")
	}
	slices.Sort(lines)
	return os.WriteFile(filepath.Join(dir, checksums), []byte(strings.Join(lines, "")), 0o644)
}

// writeFile writes a file by a function, and leaves none if that fails.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		_ = file.Close()
		_ = os.Remove(path)
		return err
	}
	return file.Close()
}
