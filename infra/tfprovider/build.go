package tfprovider

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// version is the release that infra/provider/go.mod pins; a mirror names it in
// its folders and terraform checks it against required_providers.
const version = "4.40.0"

// lockPoll is how often a call that waits for another's build looks again.
const lockPoll = 200 * time.Millisecond

// sources are the files that decide what is built; together with the toolchain
// and the platform they are the cache's key.
var sources = []string{"go.mod", "go.sum", "main.go"}

// build returns the cached provider, building it when it is missing or when its
// checksum no longer matches.
func build(ctx context.Context, opts Options) (string, error) {
	key, err := cacheKey(opts.SourceDir)
	if err != nil {
		return "", err
	}
	root := filepath.Join(opts.CacheDir, key)
	dir := filepath.Join(root, addressHost, addressNamespace, addressType, version, runtime.GOOS+"_"+runtime.GOARCH)
	binary := filepath.Join(dir, fmt.Sprintf("terraform-provider-%s_v%s_x4", addressType, version))

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the provider cache: %w", err)
	}
	lock := flock.New(filepath.Join(opts.CacheDir, key+".lock"))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return "", fmt.Errorf("wait for another build of the provider: %w", err)
	}
	defer func() { _ = lock.Unlock() }()

	sumFile := filepath.Join(root, "sha256")
	if intact(binary, sumFile) {
		return binary, nil
	}
	return binary, compileInto(ctx, opts, binary, sumFile)
}

// compileInto builds beside the final place and renames, so that an interrupted
// build leaves nothing that looks finished.
func compileInto(ctx context.Context, opts Options, binary, sumFile string) error {
	staged := sumFile + ".building"
	defer func() { _ = os.Remove(staged) }()
	if err := opts.Compile(ctx, opts.SourceDir, staged); err != nil {
		return err
	}
	sum, err := checksum(staged)
	if err != nil {
		return fmt.Errorf("read the built provider: %w", err)
	}
	if err := os.Rename(staged, binary); err != nil {
		return fmt.Errorf("install the built provider: %w", err)
	}
	if err := os.WriteFile(sumFile, []byte(sum), 0o644); err != nil {
		return fmt.Errorf("record the built provider's checksum: %w", err)
	}
	return nil
}

func intact(binary, sumFile string) bool {
	want, err := os.ReadFile(sumFile)
	if err != nil {
		return false
	}
	got, err := checksum(binary)
	return err == nil && got == string(want)
}

func checksum(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func cacheKey(sourceDir string) (string, error) {
	hash := sha256.New()
	for _, name := range sources {
		content, err := os.ReadFile(filepath.Join(sourceDir, name))
		if err != nil {
			return "", fmt.Errorf("read the provider's wrapper module: %w", err)
		}
		_, _ = fmt.Fprintf(hash, "%s %d\n", name, len(content))
		_, _ = hash.Write(content)
	}
	_, _ = fmt.Fprintf(hash, "%s %s %s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return "provider-" + hex.EncodeToString(hash.Sum(nil))[:16], nil
}

// goBuild compiles with the user's toolchain. -mod=readonly keeps to go.sum.
func goBuild(ctx context.Context, sourceDir, out string) error {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=readonly", "-o", out, ".")
	cmd.Dir = sourceDir
	cmd.Stderr = &stderr
	// A workspace file of the caller must not change what is built.
	cmd.Env = append(os.Environ(), "GOWORK=off")
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("the Go toolchain is not on PATH: install it, or reach the provider registry and set %s=%s", ModeEnv, Registry)
	}
	if err != nil {
		return fmt.Errorf("go build in %s: %w\n%s", sourceDir, err, strings.TrimSpace(stderr.String()))
	}
	return nil
}
