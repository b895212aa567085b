package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"assay.dev/assay/hermetic/host"
)

const (
	// userName is the ordinary user of a rehearsal.
	userName = "assay-rehearsal"
	// userComment marks an account that a rehearsal made.
	userComment = "made by assay's rehearsal of public images"
)

// withheld are programs that an ordinary laptop need not have.
var withheld = []string{
	"java", "javac", "mvn", "mmdebstrap", "debootstrap", "dockerd", "terraform", "tofu",
	"helm", "helmfile", "kubectl", "kind", "iptables", "ipset", "nft", "sudo", "su",
}

// User is an ordinary user of this machine, in the group docker, with a home of
// its own below Home.
type User struct {
	Home     string
	uid, gid int
	made     bool
}

// MakeUser finds or makes the user. Home is kept between rehearsals: it holds the
// caches of Go and of pulled images.
func MakeUser(ctx context.Context, log io.Writer, home string) (*User, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("a rehearsal makes an ordinary user, so it runs as root")
	}
	u := &User{Home: home}
	account, err := user.Lookup(userName)
	if err != nil {
		err := host.Run(ctx, log, host.Command{Args: []string{
			"useradd", "--comment", userComment, "--home-dir", home, "--no-create-home", "--shell", "/bin/bash", "--groups", "docker", userName,
		}})
		if err != nil {
			return nil, fmt.Errorf("make the user: %w", err)
		}
		u.made = true
		if account, err = user.Lookup(userName); err != nil {
			return nil, fmt.Errorf("find the user that was made: %w", err)
		}
	} else if account.Name != userComment {
		return nil, fmt.Errorf("there is a user %s that no rehearsal made", userName)
	}
	if u.uid, err = strconv.Atoi(account.Uid); err != nil {
		return nil, err
	}
	if u.gid, err = strconv.Atoi(account.Gid); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return nil, fmt.Errorf("make the user's home: %w", err)
	}
	// The number may be another one than that of an earlier rehearsal's user.
	if err := u.own(ctx, log, home); err != nil {
		return nil, err
	}
	return u, nil
}

// Remove removes the account if MakeUser made it; the home stays.
func (u *User) Remove(ctx context.Context, log io.Writer) error {
	if !u.made {
		return nil
	}
	return host.Run(ctx, log, host.Command{Args: []string{"userdel", userName}})
}

func (u *User) own(ctx context.Context, log io.Writer, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if owner, ok := ownerOf(info); ok && owner == u.uid {
		return nil
	}
	return host.Run(ctx, log, host.Command{Args: []string{"chown", "--recursive", "--no-dereference", fmt.Sprintf("%d:%d", u.uid, u.gid), path}})
}

// Clone gives the user a clean clone of the repository's last commit.
func (u *User) Clone(ctx context.Context, log io.Writer, repo string) (string, error) {
	clone := filepath.Join(u.Home, "assay")
	if err := os.RemoveAll(clone); err != nil {
		return "", fmt.Errorf("remove the clone of an earlier rehearsal: %w", err)
	}
	if err := host.Run(ctx, log, host.Command{Args: []string{"git", "clone", "--quiet", "--no-hardlinks", repo, clone}}); err != nil {
		return "", err
	}
	return clone, u.own(ctx, log, clone)
}

// programs makes a directory with what the user has on PATH: everything but what
// is withheld.
func (u *User) programs() (string, error) {
	dir := filepath.Join(u.Home, "programs")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	goRoot, err := exec.LookPath("go")
	if err != nil {
		return "", err
	}
	if goRoot, err = filepath.EvalSymlinks(goRoot); err != nil {
		return "", err
	}
	for _, from := range []string{filepath.Dir(goRoot), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"} {
		entries, err := os.ReadDir(from)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if slices.Contains(withheld, entry.Name()) {
				continue
			}
			err := os.Symlink(filepath.Join(from, entry.Name()), filepath.Join(dir, entry.Name()))
			if err != nil && !errors.Is(err, os.ErrExist) {
				return "", err
			}
		}
	}
	return dir, nil
}

// Command returns a command of the user, in a mount namespace in which the names
// of the played registries lead to them and their authority is trusted.
func (u *User) Command(ctx context.Context, internet *Internet, dir string, env []string, args ...string) (*exec.Cmd, error) {
	programs, err := u.programs()
	if err != nil {
		return nil, fmt.Errorf("choose the user's programs: %w", err)
	}
	hosts, err := u.appended("/etc/hosts", []byte(strings.Split(Address, ":")[0]+" "+strings.Join(internet.Hosts, " ")+"\n"))
	if err != nil {
		return nil, err
	}
	authorities, err := u.appended(authoritiesFile, internet.Authority)
	if err != nil {
		return nil, err
	}
	script := fmt.Sprintf("mount --bind %s /etc/hosts && mount --bind %s %s && cd %s && exec setpriv --reuid=%d --regid=%d --init-groups --no-new-privs \"$@\"",
		quote(hosts), quote(authorities), authoritiesFile, quote(dir), u.uid, u.gid)
	cmd := exec.CommandContext(ctx, "unshare", append([]string{"--mount", "--propagation", "private", "sh", "-c", script, "rehearsal"}, args...)...)
	cmd.Env = u.environment(programs, env)
	return cmd, nil
}

// environment is what the user's commands are given: nothing of the caller's but the
// way to docker and to Go modules.
func (u *User) environment(programs string, more []string) []string {
	environment := []string{
		"HOME=" + u.Home, "USER=" + userName, "LOGNAME=" + userName, "SHELL=/bin/bash", "LANG=C.UTF-8",
		"PATH=" + programs, "DOCKER_HOST=" + os.Getenv("DOCKER_HOST"),
	}
	return append(append(environment, more...), goSettings()...)
}

// authoritiesFile is where programs look for the authorities that a Debian machine
// trusts.
const authoritiesFile = "/etc/ssl/certs/ca-certificates.crt"

// moduleSettings are the go command's, by which it finds modules.
var moduleSettings = []string{"GOPROXY", "GONOSUMDB", "GONOPROXY", "GOSUMDB", "GOPRIVATE", "GOTOOLCHAIN"}

// goSettings are those of this machine.
func goSettings() []string {
	var settings []string
	for _, name := range moduleSettings {
		out, err := exec.Command("go", "env", name).Output() //nolint:noctx // it asks nobody
		if value := strings.TrimSpace(string(out)); err == nil && value != "" {
			settings = append(settings, name+"="+value)
		}
	}
	return settings
}

// appended makes a copy of a file in the user's home, with more at its end, readable
// for everybody.
func (u *User) appended(file string, more []byte) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("copy %s: %w", file, err)
	}
	dir := filepath.Join(u.Home, "etc")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("copy %s: %w", file, err)
	}
	copied := filepath.Join(dir, filepath.Base(file))
	if err := os.WriteFile(copied, append(append(content, '\n'), more...), 0o644); err != nil {
		return "", fmt.Errorf("copy %s: %w", file, err)
	}
	return copied, nil
}

func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
