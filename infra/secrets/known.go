package secrets

import (
	"encoding/base64"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// KeyLines are the lines of a PEM key between its frame, each a secret of its own:
// a part of a key in a log is a leak, too.
func KeyLines(key string) []string {
	var lines []string
	for line := range strings.Lines(key) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}
	return lines
}

// OfKubeconfig returns what is secret in a kubeconfig: tokens, passwords and
// client keys. Certificates are public.
func OfKubeconfig(content []byte) ([]string, error) {
	var config struct {
		Users []struct {
			User struct {
				Token    string `yaml:"token"`
				Password string `yaml:"password"`
				Key      string `yaml:"client-key-data"`
			} `yaml:"user"`
		} `yaml:"users"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		return nil, fmt.Errorf("read the secrets of a kubeconfig: %w", err)
	}
	var found []string
	for _, entry := range config.Users {
		for _, secret := range []string{entry.User.Token, entry.User.Password, entry.User.Key} {
			if secret != "" {
				found = append(found, secret)
			}
		}
		if key, err := base64.StdEncoding.DecodeString(entry.User.Key); err == nil {
			found = append(found, KeyLines(string(key))...)
		}
	}
	return found, nil
}
