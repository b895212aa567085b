package platform

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"golang.org/x/sys/unix"
)

// fakeEnv makes the test binary a docker client on the engine that a file holds.
const fakeEnv = "ASSAY_FAKE_DOCKER"

func TestMain(m *testing.M) {
	if file := os.Getenv(fakeEnv); file != "" {
		os.Exit(fakeClient(file, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeObject is a container or network, with the fields that formats name.
type fakeObject struct {
	ID, Name string
	Labels   map[string]string
	Sources  []string // of mounts
	Network  string   // the ID of a container's network
}

func (o fakeObject) Names() string            { return o.Name }
func (o fakeObject) Label(name string) string { return o.Labels[name] }
func (o fakeObject) Mounts() string           { return strings.Join(o.Sources, ",") }

// fakeEngine is a docker engine in a file.
type fakeEngine struct {
	ID          string
	Unreachable bool
	Containers  []fakeObject
	Networks    []fakeObject
	// Ran are the commands that change something.
	Ran []string
	// KilledAfter ends the client with the n-th change, before it prints anything.
	KilledAfter int
	path        string
}

// startFakeEngine puts a docker client on PATH that speaks to an engine of its own.
func startFakeEngine(t *testing.T) *fakeEngine {
	t.Helper()
	dir := t.TempDir()
	e := &fakeEngine{ID: "engine-1", path: filepath.Join(dir, "engine.json")}
	e.save(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	client := fmt.Sprintf("#!/bin/sh\n%s=%s exec %s \"$@\"\n", fakeEnv, e.path, self)
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(client), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(dir, "none.sock"))
	return e
}

func (e *fakeEngine) save(t *testing.T) {
	t.Helper()
	if err := e.write(); err != nil {
		t.Fatal(err)
	}
}

func (e *fakeEngine) write() error {
	content, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return os.WriteFile(e.path, content, 0o600)
}

func (e *fakeEngine) load(t *testing.T) *fakeEngine {
	t.Helper()
	content, err := os.ReadFile(e.path)
	if err != nil {
		t.Fatal(err)
	}
	e.Containers, e.Networks, e.Ran = nil, nil, nil
	if err := json.Unmarshal(content, e); err != nil {
		t.Fatal(err)
	}
	return e
}

// names lists what the engine holds.
func (e *fakeEngine) names(t *testing.T) []string {
	t.Helper()
	e.load(t)
	var names []string
	for _, o := range append(slices.Clone(e.Containers), e.Networks...) {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return names
}

func fakeClient(file string, args []string) int {
	lock, err := os.OpenFile(file, os.O_RDONLY, 0)
	if err != nil || unix.Flock(int(lock.Fd()), unix.LOCK_EX) != nil {
		return 125
	}
	content, err := os.ReadFile(file)
	e := fakeEngine{path: file}
	if err = errors.Join(err, json.Unmarshal(content, &e)); err != nil || e.Unreachable {
		fmt.Fprintln(os.Stderr, "Cannot connect to the Docker daemon", err)
		return 1
	}
	out, err := e.do(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		return 1
	}
	if e.KilledAfter > 0 && len(e.Ran) >= e.KilledAfter {
		return 137
	}
	fmt.Print(out)
	return 0
}

func (e *fakeEngine) do(args []string) (string, error) {
	switch format := flagOf(args, "--format"); strings.Join(args[:min(2, len(args))], " ") {
	case "info --format":
		info := map[string]any{"ID": e.ID, "NCPU": 4, "MemTotal": 16 << 30, "CgroupVersion": "2", "ServerVersion": "28.2.2", "OSType": "linux"}
		if format != "{{json .}}" {
			return render(format, info)
		}
		content, err := json.Marshal(info)
		return string(content), err
	case "version --format":
		return render(format, map[string]any{"Server": map[string]string{"Version": "28.2.2", "Arch": "amd64"}})
	case "ps --all", "ps -a":
		if slices.Contains(args, "--quiet") {
			format = "{{.ID}}"
		}
		return render("{{range .}}"+format+"\n{{end}}", filtered(e.Containers, flagOf(args, "--filter")))
	case "network ls":
		if slices.Contains(args, "--quiet") {
			format = "{{.ID}}"
		}
		return render("{{range .}}"+format+"\n{{end}}", e.Networks)
	case "network inspect", "container inspect":
		if at := slices.Index(args, "-f"); at > 0 { // as kind asks for a network's addresses
			return "172.18.0.0/16\n", nil
		}
		return e.inspect(args[0], format, args[len(args)-1])
	case "network create":
		return e.change(args, func() (string, error) {
			return e.create(&e.Networks, fakeObject{Name: args[len(args)-1], Labels: labelsOf(args)})
		})
	case "network rm":
		return e.change(args, func() (string, error) { return "", removeFrom(&e.Networks, args[len(args)-1]) })
	}
	switch args[0] {
	case "-v":
		return "Docker version 28.2.2, build fake\n", nil
	case "inspect": // of an image
		return "[]\n", nil
	case "logs": // of a node that has booted
		return "Reached target Multi-User System.\n", nil
	case "run":
		return e.change(args, func() (string, error) {
			o := fakeObject{Name: flagOf(args, "--name"), Labels: labelsOf(args)}
			for i, arg := range args {
				if arg == "--volume" || strings.HasPrefix(arg, "--volume=") {
					source, _, _ := strings.Cut(strings.TrimPrefix(args[i+btoi(arg == "--volume")], "--volume="), ":")
					o.Sources = append(o.Sources, source)
				}
			}
			for _, network := range e.Networks {
				if network.Name == flagOf(args, "--network") || network.Name == flagOf(args, "--net") {
					o.Network = network.ID
				}
			}
			return e.create(&e.Containers, o)
		})
	case "rm":
		return e.change(args, func() (string, error) { return "", removeFrom(&e.Containers, args[len(args)-1]) })
	}
	return "", fmt.Errorf("the fake engine knows no %q", args)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (e *fakeEngine) change(args []string, do func() (string, error)) (string, error) {
	e.Ran = append(e.Ran, strings.Join(args, " "))
	out, err := do()
	return out, errors.Join(err, e.write())
}

func (e *fakeEngine) create(list *[]fakeObject, o fakeObject) (string, error) {
	if slices.ContainsFunc(*list, func(other fakeObject) bool { return other.Name == o.Name }) {
		return "", fmt.Errorf("the name %s is taken", o.Name)
	}
	o.ID = newToken() + newToken()
	*list = append(*list, o)
	return o.ID + "\n", nil
}

func (e *fakeEngine) inspect(kind, format, id string) (string, error) {
	list := e.Networks
	if kind == "container" {
		list = e.Containers
	}
	for _, o := range list {
		if o.ID != id && o.Name != id {
			continue
		}
		var inside []fakeObject
		for _, c := range e.Containers {
			if c.Network == o.ID {
				inside = append(inside, c)
			}
		}
		return render(format, map[string]any{
			"Options": map[string]string{}, "Containers": inside, "Config": o,
			"State": map[string]bool{"Running": true}, "Mounts": o.Sources,
		})
	}
	return "", fmt.Errorf("no such object: %s", id)
}

// removeFrom takes IDs and names, as docker does.
func removeFrom(list *[]fakeObject, id string) error {
	before := len(*list)
	*list = slices.DeleteFunc(*list, func(o fakeObject) bool { return o.ID == id || o.Name == id })
	if len(*list) == before {
		return fmt.Errorf("no such object: %s", id)
	}
	return nil
}

func filtered(list []fakeObject, filter string) []fakeObject {
	wanted, ok := strings.CutPrefix(filter, "label=")
	if !ok {
		return list
	}
	name, value, _ := strings.Cut(wanted, "=")
	return slices.DeleteFunc(slices.Clone(list), func(o fakeObject) bool { return o.Labels[name] != value })
}

func flagOf(args []string, name string) string {
	for i, arg := range args {
		if arg == name && i+1 < len(args) {
			return args[i+1]
		}
		if value, ok := strings.CutPrefix(arg, name+"="); ok {
			return value
		}
	}
	return ""
}

func labelsOf(args []string) map[string]string {
	labels := map[string]string{}
	for i, arg := range args {
		if arg == "--label" && i+1 < len(args) {
			name, value, _ := strings.Cut(args[i+1], "=")
			labels[name] = value
		}
	}
	return labels
}

func render(format string, data any) (string, error) {
	var out strings.Builder
	parsed, err := template.New("").Parse(format)
	if err != nil {
		return "", err
	}
	err = parsed.Execute(&out, data)
	return out.String(), err
}
