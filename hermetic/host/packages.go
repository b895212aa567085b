package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// tools maps each program that hermetic mode calls to the Debian package that
// brings it.
var tools = []struct{ program, pkg string }{
	{"docker", "docker.io"},
	{"dockerd", "docker.io"},
	{"iptables", "iptables"},
	{"java", "default-jre-headless"},
	{"mmdebstrap", "mmdebstrap"},
	{"mvn", "maven"},
}

// ErrTools is returned when programs are missing and cannot be installed.
var ErrTools = errors.New("programs are missing")

// InstallTools installs what the machine lacks with apt, as root on Debian.
// Elsewhere it returns ErrTools with the names of the packages.
func InstallTools(ctx context.Context, log io.Writer) error {
	return Install(ctx, log, "hermetic mode", MissingPackages()...)
}

// Install installs Debian packages with apt, as root on Debian. Elsewhere it
// returns ErrTools with the names of the packages and who needs them.
func Install(ctx context.Context, log io.Writer, who string, packages ...string) error {
	if len(packages) == 0 {
		return nil
	}
	if err := refuseInstall(who, packages); err != nil {
		return err
	}
	if !canInstall() {
		return fmt.Errorf("%w: %s needs the Debian packages %s; install them (on Debian: apt-get install %[3]s) or run as root on Debian",
			ErrTools, who, strings.Join(packages, " "))
	}
	record, err := recordInstall(ctx, log, packages)
	if err != nil {
		return err
	}
	env := []string{"DEBIAN_FRONTEND=noninteractive"}
	if err := Run(ctx, log, Command{Env: env, Args: []string{"apt-get", "-q", "update"}}); err != nil {
		return fmt.Errorf("%w (does the machine reach its Debian mirror?)", err)
	}
	args := append([]string{"apt-get", "-qy", "--no-install-recommends", "install"}, packages...)
	if err := Run(ctx, log, Command{Env: env, Args: args}); err != nil {
		return errors.Join(fmt.Errorf("install %s: %w", strings.Join(packages, " "), err), record())
	}
	return record()
}

// MissingPackages lists the Debian packages whose programs are not on PATH, once each.
func MissingPackages() []string {
	var missing []string
	seen := map[string]bool{}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool.program); err != nil && !seen[tool.pkg] {
			seen[tool.pkg] = true
			missing = append(missing, tool.pkg)
		}
	}
	return missing
}

// DebianSources returns the machine's own package sources of a Debian suite and
// its updates as lines of a sources.list. mmdebstrap checks their signatures with
// the keys that the machine trusts.
func DebianSources(ctx context.Context, log io.Writer, suite string) (string, error) {
	out, err := Output(ctx, log, Command{Args: []string{
		"apt-get", "indextargets",
		"--format", "$(SITE)|$(RELEASE)|$(COMPONENT)",
		"Identifier: Packages",
	}})
	if err != nil {
		return "", fmt.Errorf("read the machine's package sources: %w", err)
	}
	lines, err := debianLines(out, suite)
	if err != nil {
		return "", err
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// debianLines turns apt's index targets into sources.list lines of the suite.
// Third parties' repositories have other release names and are left out.
func debianLines(targets, suite string) ([]string, error) {
	var lines []string
	seen := map[string]bool{}
	for _, target := range strings.Split(targets, "\n") {
		fields := strings.Split(target, "|")
		if len(fields) != 3 || fields[2] != "main" {
			continue
		}
		release := fields[1]
		if release != suite && release != suite+"-updates" && release != suite+"-security" {
			continue
		}
		line := fmt.Sprintf("deb %s %s main", fields[0], release)
		if !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("the machine's apt sources have no Debian %s: hermetic mode builds its images from that suite; add a source for it or use ASSAY_IMAGES=public", suite)
	}
	return lines, nil
}
