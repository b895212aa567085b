package release

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

var at = time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("here", 3600))

// tree makes files as two machines would: of other times and modes.
func tree(t *testing.T, mode os.FileMode, age time.Duration) string {
	t.Helper()
	dir := t.TempDir()
	for name, program := range map[string]bool{"assay": true, "spec/todo/platform.yaml": false, "LICENSE": false} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if program {
			mode |= 0o100
		}
		old := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, []byte(name), mode), os.Chmod(path, mode), os.Chtimes(path, old, old)); err != nil {
			t.Fatal(err)
		}
		mode &^= 0o100
	}
	return dir
}

// TestTheSameFilesAreTheSameArchive whenever and by whomever they were written.
func TestTheSameFilesAreTheSameArchive(t *testing.T) {
	var one, other bytes.Buffer
	if err := errors.Join(writeArchive(&one, tree(t, 0o600, 0), at), writeArchive(&other, tree(t, 0o664, time.Hour), at.In(time.UTC))); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), other.Bytes()) {
		t.Error("the archives differ")
	}
}

// TestTheSameFilesAreTheSameImage, with a manifest for each system, and a user who is not
// root.
func TestTheSameFilesAreTheSameImage(t *testing.T) {
	var made [][]byte
	for _, mode := range []os.FileMode{0o600, 0o664} {
		r := Release{Out: t.TempDir(), Version: "1.2.3", Commit: "abc", Time: at}
		path := filepath.Join(r.Out, "image.tar")
		if err := r.image(path, map[Target]string{{"linux", "arm64"}: tree(t, mode, 0), {"linux", "amd64"}: tree(t, mode, time.Hour)}); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, content)
	}
	if !bytes.Equal(made[0], made[1]) {
		t.Error("the images differ")
	}
	r := Release{Out: t.TempDir(), Version: "1.2.3", Time: at}
	image, err := r.imageFor(Target{"linux", "amd64"}, tree(t, 0o600, 0))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	written, err := layout.Write(dir, empty.Index)
	if err == nil {
		err = written.AppendImage(image) // reads it all, and compares digests
	}
	config, configErr := image.ConfigFile()
	if err != nil || configErr != nil || config.Config.User != imageUser || config.Config.Entrypoint[0] != "/opt/assay/assay" {
		t.Errorf("%+v, %v", config, errors.Join(err, configErr))
	}
}

func TestAModuleWithoutALicenseIsRefused(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "license_test.go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := copyLicenses(from, to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"LICENSE.md", "COPYING", "Licence", "NOTICE"} {
		if err := os.WriteFile(filepath.Join(from, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyLicenses(from, to); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadDir(to)
	if err != nil || len(copied) != 4 {
		t.Errorf("%d files, %v", len(copied), err)
	}
}

func TestParseTarget(t *testing.T) {
	for _, target := range Targets {
		if got, err := ParseTarget(target.String()); err != nil || got != target {
			t.Errorf("%v, %v", got, err)
		}
	}
	if _, err := ParseTarget("plan9/386"); err == nil || !strings.Contains(err.Error(), "linux/amd64") {
		t.Errorf("%v", err)
	}
}

// TestChecksumsNameEachFile as sha256sum reads them.
func TestChecksumsNameEachFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeChecksums(dir, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, checksums))
	if err != nil || string(content) != "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n" {
		t.Errorf("%s, %v", content, err)
	}
	if err := writeFile(filepath.Join(dir, "b"), func(io.Writer) error { return errors.New("no") }); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "b")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("half a file is left")
	}
}
