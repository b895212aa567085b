package private

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSafetyOnlyTheUsersOwnFileIsPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stat := func(path string) fs.FileInfo {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	mine, folder := stat(file), stat(filepath.Dir(file))
	if err := os.Chmod(file, 0o620); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		info fs.FileInfo
		user int
		want string
	}{
		"own file":                  {mine, os.Geteuid(), ""},
		"another user's":            {mine, os.Geteuid() + 1, "belongs to the user with ID"},
		"root is another user, too": {mine, 1 << 20, "belongs to the user with ID"},
		"written by the group":      {stat(file), os.Geteuid(), "chmod 600"},
		"folder":                    {folder, os.Geteuid(), "not a file"},
		"device":                    {stat(os.DevNull), os.Geteuid(), "not a file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := verify(test.info, test.user)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestSafetyWriteReplacesWhatOthersCanRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	file, elsewhere := filepath.Join(dir, "file"), filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, []byte("of somebody else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(file, nil); err != nil { // makes the folder
		t.Fatal(err)
	}
	for name, old := range map[string]func() error{
		"nothing":        func() error { return nil },
		"an open file":   func() error { return os.WriteFile(file, []byte("old"), 0o666) },
		"a link":         func() error { return os.Symlink(elsewhere, file) },
		"another's link": func() error { return os.Link(elsewhere, file) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.RemoveAll(file); err != nil {
				t.Fatal(err)
			}
			if err := old(); err != nil {
				t.Fatal(err)
			}
			if err := Write(file, []byte("secret")); err != nil {
				t.Fatal(err)
			}
			info, err := os.Lstat(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(info); err != nil {
				t.Errorf("what was written is not private: %v", err)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != "secret" {
				t.Errorf("the file holds %q, %v", got, err)
			}
			if got, err := os.ReadFile(elsewhere); err != nil || string(got) != "of somebody else" {
				t.Errorf("another file holds %q now, %v", got, err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
				t.Errorf("the folder holds %v, %v", left, err)
			}
		})
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder's mode is %v, %v", info.Mode(), err)
	}
}
