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
