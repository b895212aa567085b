// Package childenv makes the environment of the programs that a run starts. They
// get what is named here and what the run itself sets, not what the caller's shell
// happens to hold: a variable such as HELM_KUBEAPISERVER, TF_CLI_ARGS_plan,
// TF_WORKSPACE, KUBECONFIG, DOCKER_HOST or GOFLAGS would lead an inner tool to
// another cluster, compartment or daemon than the one that was checked.
package childenv

import (
	"maps"
	"os"
	"slices"
	"strings"
)

// Groups of names that may be handed on. A name that ends with * is a prefix.
var (
	// Basic is what every program gets: where it finds programs, files and its
	// user, and how it writes text.
	Basic = []string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_*",
		"XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
	}
	// Network leads to registries and APIs through the machine's proxy, checked by
	// its certificate authorities.
	Network = []string{
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
		"SSL_CERT_FILE", "SSL_CERT_DIR",
	}
	// Go names where Go modules come from and where builds are cached. What changes
	// the result of a build (GOFLAGS, GOWORK, GOOS, CGO_*) is not in it.
	Go = []string{
		"GOPATH", "GOMODCACHE", "GOCACHE", "GOTMPDIR", "GOTOOLCHAIN", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB",
		"GONOSUMDB", "GOINSECURE", "GOAUTH", "GOVCS", "GOMAXPROCS", "GOMEMLIMIT", "NETRC",
	}
	// Docker names the credentials for registries. Which daemon is spoken to
	// (DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY) is not in it: the run decides
	// that once and sets it.
	Docker = []string{"DOCKER_CONFIG"}
)

// Make returns an environment, as NAME=value in the order of the names: the
// caller's variables of the groups, under what is set here. An empty value in set
// sets the variable to nothing, which some programs distinguish from its absence.
func Make(set map[string]string, groups ...[]string) []string {
	return build(os.Environ(), set, groups)
}

func build(caller []string, set map[string]string, groups [][]string) []string {
	all := map[string]string{}
	for _, setting := range caller {
		name, value, _ := strings.Cut(setting, "=")
		if slices.ContainsFunc(groups, func(group []string) bool { return inGroup(name, group) }) {
			all[name] = value
		}
	}
	maps.Copy(all, set)
	environment := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		environment = append(environment, name+"="+all[name])
	}
	return environment
}

// Ignored are the names of the caller's variables that start with one of the
// prefixes and are in none of the groups, sorted: what a user may have meant to
// take effect and what does not.
func Ignored(prefixes []string, groups ...[]string) []string {
	var ignored []string
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		starts := slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if starts && !slices.ContainsFunc(groups, func(group []string) bool { return inGroup(name, group) }) {
			ignored = append(ignored, name)
		}
	}
	slices.Sort(ignored)
	return ignored
}

func inGroup(name string, group []string) bool {
	return slices.ContainsFunc(group, func(allowed string) bool {
		if prefix, isPrefix := strings.CutSuffix(allowed, "*"); isPrefix {
			return strings.HasPrefix(name, prefix)
		}
		return name == allowed
	})
}
