package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/hermetic/registry"
)

const (
	// privateUser is the user of the private registry beside nodes that are like OKE's.
	privateUser = "assay"
	// privateRepository is where it has the project's own images.
	privateRepository = "assay"
	// pullSecret is the Secret with which such nodes pull them.
	pullSecret = "assay-registry"
)

// privateDir is what belongs to the private registry: its credentials, docker's
// configuration with them, and what was pushed.
func (p *Platform) privateDir() string {
	return strings.TrimSuffix(p.stateFile(), ".json") + ".registry"
}

// dockerConfig is docker's configuration with the credentials of the private registry.
func (p *Platform) dockerConfig() string {
	return filepath.Join(p.privateDir(), "docker", "config.json")
}

// registryEnv is where up writes what a deployment to nodes like OKE's is told of
// their registry, for the shell's `.` command.
func (p *Platform) registryEnv() string { return filepath.Join(p.artifacts(), "registry.env") }

// privateArgs returns what docker and the registry are told where the latter is to be
// a private one, too: both have nothing for nodes of kind. Its port of this machine is
// a free one.
func (p *Platform) privateArgs() (docker, program []string, err error) {
	if p.nodes != OKENodes {
		return nil, nil, nil
	}
	credentials, pushed := filepath.Join(p.privateDir(), "credentials"), filepath.Join(p.privateDir(), "pushed")
	if _, err := registry.MakeCredentials(credentials, privateUser); err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(pushed, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make room for pushed images: %w", err)
	}
	docker = []string{
		"--publish", "127.0.0.1::5000",
		"--volume", credentials + ":/credentials:ro", "--volume", pushed + ":/pushed",
	}
	return docker, []string{"-private", "/pushed", "-credentials", "/credentials"}, nil
}

// describePrivate writes how the private registry that runs is reached.
func (p *Platform) describePrivate(ctx context.Context, log io.Writer) error {
	if p.nodes != OKENodes {
		return nil
	}
	published, err := docker(ctx, log, "container", "port", p.registry(), "5000/tcp")
	if err != nil {
		return fmt.Errorf("find the port of the private registry: %w", err)
	}
	return p.writePrivate(published)
}

// writePrivate writes docker's configuration and the environment of a deployment.
// published is what docker says of the registry's port, 127.0.0.1:PORT.
func (p *Platform) writePrivate(published string) error {
	_, port, ok := strings.Cut(strings.TrimSpace(published), "127.0.0.1:")
	if !ok || port == "" || strings.ContainsAny(port, " \n") {
		return fmt.Errorf("the private registry's port is published as %q, want a port of 127.0.0.1", published)
	}
	// By this name clients of registries take plain HTTP.
	host := "localhost:" + port
	credentials, err := registry.ReadCredentials(filepath.Join(p.privateDir(), "credentials"))
	if err != nil {
		return err
	}
	if err := credentials.WriteDockerConfig(p.dockerConfig(), host); err != nil {
		return err
	}
	content := fmt.Sprintf("export %s=%s\nexport %s=%s\nexport %s=%s\n",
		RegistryEnv, quoted(host+"/"+privateRepository), pullSecretEnv, quoted(pullSecret), pullConfigEnv, quoted(p.dockerConfig()))
	if err := os.WriteFile(p.registryEnv(), []byte(content), 0o600); err != nil {
		return fmt.Errorf("write the environment of deployments: %w", err)
	}
	return nil
}

// quoted is one word for a POSIX shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// removeOKE removes what nodes that are like OKE's have beside them: the private
// registry's files, and what is written about it and the cluster.
func (p *Platform) removeOKE() error {
	var errs []error
	for _, path := range []string{p.privateDir(), p.registryEnv(), p.uidFile()} {
		errs = append(errs, os.RemoveAll(path))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove what belongs to the nodes: %w", err)
	}
	return nil
}
