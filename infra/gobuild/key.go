package gobuild

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// key names the program's folder in the cache.
func (p Program) key() (string, error) {
	hash := sha256.New()
	for _, name := range p.Files {
		content, err := os.ReadFile(filepath.Join(p.Module, name))
		if err != nil {
			return "", fmt.Errorf("read what %s is made from: %w", p.Name, err)
		}
		_, _ = fmt.Fprintf(hash, "%s %d\n", name, len(content))
		_, _ = hash.Write(content)
	}
	_, _ = fmt.Fprintf(hash, "%s %s %s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, arg := range p.Args {
		_, _ = fmt.Fprintf(hash, "\n%s", arg)
	}
	return p.Name + "-" + hex.EncodeToString(hash.Sum(nil))[:16], nil
}

func (k Cached) sumFile() string { return filepath.Join(k.Root, "sha256") }

// intact reports whether the program is what was built.
func (k Cached) intact() bool {
	want, err := os.ReadFile(k.sumFile())
	if err != nil {
		return false
	}
	got, err := checksum(k.File)
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
