package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/process/refusal"
)

// infoTimeout bounds one question to the engine.
const infoTimeout = 10 * time.Second

// Info is what a docker engine says of itself and its machine (Engine API,
// "SystemInfo").
type Info struct {
	ServerVersion   string
	OperatingSystem string
	OSType          string
	NCPU            int
	MemTotal        int64 // bytes
	CgroupVersion   string
	DockerRootDir   string
	SecurityOptions []string
}

// AskInfo asks the engine that the docker client uses. It returns an error that
// says what to do if none answers, or one that cannot serve, such as one of
// another machine.
func AskInfo(ctx context.Context) (Info, error) {
	ctx, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	where, err := endpoint(ctx)
	if err != nil {
		return Info{}, err
	}
	if err := local(where); err != nil {
		return Info{}, err
	}
	var complaint bytes.Buffer
	out, err := Output(ctx, &complaint, Command{Args: []string{"docker", "info", "--format", "{{json .}}"}})
	if err != nil {
		return Info{}, fmt.Errorf("ask the docker engine about its machine: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return parseInfo([]byte(out))
}

func parseInfo(content []byte) (Info, error) {
	// Podman's command answers in docker's place with a form of its own.
	var podman struct {
		Host struct{ BuildahVersion string }
	}
	if json.Unmarshal(content, &podman) == nil && podman.Host.BuildahVersion != "" {
		return Info{}, ErrPodman
	}
	var info Info
	if err := json.Unmarshal(content, &info); err != nil {
		return Info{}, fmt.Errorf("read what the docker engine reports of its machine: %w", err)
	}
	if info.NCPU == 0 || info.MemTotal == 0 {
		return Info{}, errors.New("the docker engine does not report its processors and memory: is it a docker engine?")
	}
	return info, nil
}

// ErrPodman is returned where podman answers in the place of docker.
var ErrPodman = refusal.New("podman answers in the place of docker: assay was not tried with it; install docker, or point DOCKER_HOST to a docker engine")

// endpoint returns the address of the engine that the client uses.
func endpoint(ctx context.Context) (string, error) {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return host, nil
	}
	out, err := Output(ctx, io.Discard, Command{Args: []string{"docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"}})
	if err != nil {
		return "", fmt.Errorf("ask docker for its context: %w", err)
	}
	return strings.TrimSpace(out), nil
}

// local returns an error unless an engine's endpoint is on this machine: the
// nodes' ports and the files that they mount would be elsewhere.
func local(endpoint string) error {
	where, err := url.Parse(endpoint)
	if err == nil {
		switch where.Scheme {
		case "", "unix", "npipe", "fd":
			return nil
		case "tcp", "http", "https":
			host := where.Hostname()
			if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
				return nil
			}
		}
	}
	return refusal.New("the docker client points to another machine (%s): the cluster's ports and files would be there; unset DOCKER_HOST, or `docker context use default`", endpoint)
}

// Rootless reports whether the engine runs without root.
func (i Info) Rootless() bool { return i.hasOption("name=rootless") }

// Desktop reports whether the engine runs in a virtual machine of Docker Desktop
// or of a program like it, so that this machine's files are not the engine's.
func (i Info) Desktop() bool {
	return slices.ContainsFunc([]string{"Docker Desktop", "OrbStack", "Rancher Desktop", "Colima"}, func(name string) bool {
		return strings.Contains(i.OperatingSystem, name)
	})
}

func (i Info) hasOption(option string) bool {
	return slices.ContainsFunc(i.SecurityOptions, func(o string) bool { return o == option || strings.HasPrefix(o, option+",") })
}
