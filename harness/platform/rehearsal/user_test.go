package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// namesOf are the names of what an environment sets.
func namesOf(environment []string) []string {
	var names []string
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestTheUserHasNothingOfTheCallersEnvironment sets what would lead to the caller's
// caches, registries and clusters.
func TestTheUserHasNothingOfTheCallersEnvironment(t *testing.T) {
	for _, name := range []string{
		"KUBECONFIG", "ASSAY_MIRROR", "ASSAY_HELM", "XDG_CACHE_HOME", "GOCACHE", "GOMODCACHE", "GOFLAGS", "DOCKER_CONFIG",
		"HELM_CACHE_HOME", "SSL_CERT_FILE", "https_proxy", "JAVA_HOME",
	} {
		t.Setenv(name, "/of/the/caller")
	}
	t.Setenv("DOCKER_HOST", "unix:///run/docker.sock")
	u := &User{Home: t.TempDir()}
	environment := u.environment("/programs", []string{"ASSAY_IMAGES=public"})
	want := []string{"ASSAY_IMAGES", "DOCKER_HOST", "HOME", "LANG", "LOGNAME", "PATH", "SHELL", "USER"}
	// The go command finds its modules as this machine does.
	got := slices.DeleteFunc(namesOf(environment), func(name string) bool {
		return slices.Contains(moduleSettings, name)
	})
	if !slices.Equal(got, want) {
		t.Errorf("the user's environment sets %v, want %v", got, want)
	}
	if strings.Contains(strings.Join(environment, "\n"), "/of/the/caller") {
		t.Errorf("the caller's environment reaches the user: %v", environment)
	}
	for _, want := range []string{"HOME=" + u.Home, "PATH=/programs", "USER=" + userName, "DOCKER_HOST=unix:///run/docker.sock", "ASSAY_IMAGES=public"} {
		if !slices.Contains(environment, want) {
			t.Errorf("the user's environment %v lacks %s", environment, want)
		}
	}
}

// TestTheUserHasNoProgramThatALaptopNeedNotHave looks at what PATH leads to. Java,
// root's tools and what assay makes by itself are no prerequisites.
func TestTheUserHasNoProgramThatALaptopNeedNotHave(t *testing.T) {
	u := &User{Home: t.TempDir()}
	for range 2 { // once more over what an earlier rehearsal left
		dir, err := u.programs()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"java", "javac", "mvn", "mmdebstrap", "debootstrap", "dockerd", "terraform", "tofu", "helm", "helmfile", "kubectl", "kind", "iptables", "ipset", "nft", "sudo", "su"} {
			if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
				t.Errorf("the user has %s", name)
			}
		}
		for _, name := range []string{"go", "git", "bash", "make", "sh", "cat"} {
			if _, err := exec.LookPath(name); err != nil {
				continue // this machine has none
			}
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode()&0o111 == 0 {
				t.Errorf("the user has no %s: %v", name, err)
			}
		}
	}
}

// TestTheHostDoesNotChange runs a command of the user in its namespace: there the
// public names lead to the played registries and their authority is trusted, and here
// nothing has changed.
func TestTheHostDoesNotChange(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes a mount namespace for another user")
	}
	before := contents(t, "/etc/hosts", authoritiesFile)
	authority, _, err := issue([]string{"quay.io"})
	if err != nil {
		t.Fatal(err)
	}
	internet := &Internet{Hosts: []string{"index.docker.io", "quay.io"}, Authority: authority}
	const nobody = 65534
	u := &User{Home: filepath.Join("/var/tmp", filepath.Base(t.TempDir())+"-rehearsal"), uid: nobody, gid: nobody}
	if err := os.MkdirAll(u.Home, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(u.Home) })
	run := func() string {
		command, err := u.Command(t.Context(), internet, u.Home, nil, "sh", "-c", "id -u; id -g; pwd; cat /etc/hosts "+authoritiesFile+"; touch /etc/hosts")
		if err != nil {
			t.Fatal(err)
		}
		out, err := command.CombinedOutput()
		if err == nil {
			t.Error("the user may write to /etc/hosts")
		}
		return string(out)
	}
	out := run()
	for _, want := range []string{"65534\n65534\n" + u.Home + "\n", "\n127.66.0.1 index.docker.io quay.io\n", "\n" + strings.TrimSpace(string(authority)) + "\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the user's command does not see %q:\n%s", want, out)
		}
	}
	if again := run(); again != out {
		t.Errorf("the second command sees something else than the first:\n%s", again)
	}
	if after := contents(t, "/etc/hosts", authoritiesFile); after != before {
		t.Error("the host's names or authorities have changed")
	}
}

func contents(t *testing.T, files ...string) string {
	t.Helper()
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Skipf("this is no Debian machine: %v", err)
		}
		all.Write(content)
	}
	return all.String()
}

func TestWordsOfTheUserReachTheShellWhole(t *testing.T) {
	for _, word := range []string{"plain", "two words", `it's`, "$HOME;`id`"} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+quote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q became %q (%v)", word, out, err)
		}
	}
}
