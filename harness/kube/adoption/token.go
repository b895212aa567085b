package adoption

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"assay.dev/assay/harness/process/childenv"
)

// tokenCommand is the only command that a kubeconfig may run: OKE's own way to get a
// token (https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengdownloadkubeconfigfile.htm).
const tokenCommand = "oci"

var (
	tokenArguments = []string{"ce", "cluster", "generate-token"}
	tokenFlags     = []string{"--cluster-id", "--region"}
)

// tokenTimeout bounds the command, which asks no server.
const tokenTimeout = 60 * time.Second

// acceptableCommand accepts OKE's command word by word: the same program deletes
// clusters, too.
func acceptableCommand(command *clientcmdapi.ExecConfig) error {
	if command.Command != tokenCommand {
		return fmt.Errorf("it runs %q for its credentials, only %q may be run", command.Command, tokenCommand)
	}
	words, flags := command.Args, []string(nil)
	if len(words) >= len(tokenArguments) {
		words, flags = words[:len(tokenArguments)], words[len(tokenArguments):]
	}
	accepted := slices.Equal(words, tokenArguments) && len(flags)%2 == 0
	for i := 0; i < len(flags); i += 2 {
		accepted = accepted && slices.Contains(tokenFlags, flags[i])
	}
	if !accepted {
		return fmt.Errorf("it runs %s %q for its credentials, only %q with %q may be run",
			tokenCommand, command.Args, strings.Join(tokenArguments, " "), tokenFlags)
	}
	if len(command.Env) > 0 {
		return fmt.Errorf("it sets variables for %s", tokenCommand)
	}
	return nil
}

// token runs OKE's command. Variables of the caller (OCI_CLI_*) would let it sign
// with another profile or for another server.
func token(ctx context.Context, command *clientcmdapi.ExecConfig) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	program := exec.CommandContext(ctx, command.Command, command.Args...)
	program.Env = childenv.Make(map[string]string{"SUPPRESS_LABEL_WARNING": "True"}, childenv.Basic, childenv.Network)
	program.Stdout, program.Stderr = &stdout, &stderr
	if err := program.Run(); err != nil {
		return "", fmt.Errorf("ask %s for a token: %w\n%s", tokenCommand, err, strings.TrimSpace(stderr.String()))
	}
	var answer struct {
		Status struct{ Token string }
	}
	// What was printed holds the token, so it goes into no error.
	if json.Unmarshal(stdout.Bytes(), &answer) != nil || answer.Status.Token == "" {
		return "", fmt.Errorf("ask %s for a token: the answer has none", tokenCommand)
	}
	return answer.Status.Token, nil
}
