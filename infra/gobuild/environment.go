package gobuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"assay.dev/assay/harness/process/childenv"
)

// settings are what a build takes of the user's Go configuration: where modules come
// from, how they are checked, and where they are stored.
var settings = []string{
	"GOPATH", "GOMODCACHE", "GOCACHE", "GOTOOLCHAIN", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB",
	"GOINSECURE", "GOVCS",
}

// configuration names where `go env -w` stores the user's settings.
var configuration = []string{"GOENV", "XDG_CONFIG_HOME"}

// buildEnvironment is the environment of a build. A workspace, flags or a platform
// of the caller, in variables or in the file of `go env -w`, must not change what is
// built: the cache names a program by what it is made from.
func buildEnvironment(ctx context.Context) ([]string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, settings...)...)
	cmd.Env = childenv.Make(map[string]string{"GOWORK": "off"}, childenv.Basic, childenv.Go, configuration)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("the Go toolchain is not on PATH: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("go env: %w\n%s", err, strings.TrimSpace(stderr.String()))
	}
	set := map[string]string{}
	if err := json.Unmarshal(stdout.Bytes(), &set); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	set["GOENV"], set["GOFLAGS"], set["GOWORK"] = "off", "", "off"
	return childenv.Make(set, childenv.Basic, childenv.Network, childenv.Go), nil
}
