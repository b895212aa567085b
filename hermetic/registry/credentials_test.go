package registry

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCredentialsAreMadeOnceAndForThisUserAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "registry", "credentials")
	first, err := MakeCredentials(file, "assay")
	if err != nil {
		t.Fatal(err)
	}
	again, err := MakeCredentials(file, "assay")
	if err != nil || again != first {
		t.Errorf("the second time they are %+v (%v), want %+v", again, err, first)
	}
	other, err := MakeCredentials(filepath.Join(t.TempDir(), "credentials"), "assay")
	if err != nil || other.Password == first.Password || len(other.Password) < 20 {
		t.Errorf("another platform has %+v (%v): the password can be guessed", other, err)
	}
	config := filepath.Join(t.TempDir(), "docker", "config.json")
	if err := first.WriteDockerConfig(config, "localhost:5001"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, config} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want mode 0600", path, info.Mode(), err)
		}
	}
	content, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	var decoded struct {
		Auths map[string]struct{ Auth []byte }
	}
	if err := json.Unmarshal(content, &decoded); err != nil {
		t.Fatal(err)
	}
	if got := string(decoded.Auths["localhost:5001"].Auth); got != first.User+":"+first.Password {
		t.Errorf("docker's configuration holds %q", got)
	}
}

func TestCredentialsThatOthersCanReadAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"others can read them": {"assay:s3cr3t", 0o640, "others can read"},
		"no password":          {"assay:", 0o600, "USER:PASSWORD"},
		"no user":              {":s3cr3t", 0o600, "USER:PASSWORD"},
		"empty":                {"", 0o600, "USER:PASSWORD"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "credentials")
			if err := os.WriteFile(file, []byte(tc.content), tc.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, tc.mode); err != nil {
				t.Fatal(err)
			}
			for what, read := range map[string]func() (Credentials, error){
				"read": func() (Credentials, error) { return ReadCredentials(file) },
				"make": func() (Credentials, error) { return MakeCredentials(file, "assay") },
			} {
				if got, err := read(); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cr3t") {
					t.Errorf("%s: %+v, %v, want an error with %q", what, got, err, tc.want)
				}
			}
		})
	}
}
