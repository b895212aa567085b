package registry

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"assay.dev/assay/harness/process/private"
)

// Credentials are the user and the password that clients present (RFC 7617).
type Credentials struct{ User, Password string }

// ReadCredentials reads USER:PASSWORD from a file that is this user's alone.
func ReadCredentials(file string) (Credentials, error) {
	opened, err := os.Open(file)
	if err != nil {
		return Credentials{}, fmt.Errorf("read the registry's credentials: %w", err)
	}
	defer func() { _ = opened.Close() }()
	info, err := opened.Stat()
	if err == nil {
		err = private.Verify(info)
	}
	if err != nil {
		return Credentials{}, fmt.Errorf("the registry's credentials in %s: %w", file, err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return Credentials{}, fmt.Errorf("read the registry's credentials: %w", err)
	}
	user, password, ok := strings.Cut(strings.TrimSuffix(string(content), "\n"), ":")
	if !ok || user == "" || password == "" {
		return Credentials{}, fmt.Errorf("the registry's credentials in %s are not USER:PASSWORD", file)
	}
	return Credentials{user, password}, nil
}

// MakeCredentials returns the credentials in a file. Where there is none, it writes one
// that this user alone can read, with a password that nobody can guess.
func MakeCredentials(file, user string) (Credentials, error) {
	made, err := ReadCredentials(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return made, err
	}
	made = Credentials{user, rand.Text()}
	return made, private.Write(file, []byte(made.User+":"+made.Password+"\n"))
}

// WriteDockerConfig writes docker's configuration with the credentials for a registry,
// HOST[:PORT], which this user alone can read.
func (c Credentials) WriteDockerConfig(file, registry string) error {
	content, err := json.Marshal(map[string]any{"auths": map[string]any{
		registry: map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(c.User + ":" + c.Password))},
	}})
	if err != nil {
		return fmt.Errorf("write docker's configuration: %w", err)
	}
	return private.Write(file, content)
}
