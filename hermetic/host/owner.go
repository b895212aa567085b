package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"assay.dev/assay/harness/process/refusal"
)

// Owner says whose dockerd has the socket in Engine.Run: it is written there before
// dockerd is started, and goes when Stop has put everything back.
type Owner struct {
	// Dir is the Engine.Dir that started it.
	Dir string `json:"dir"`
	// User is who started it, for people.
	User string `json:"user"`
	// PID is dockerd's process number, and Started the process' start in clock ticks
	// since the boot (proc(5), stat field 22): both are one process' alone. 0 until
	// dockerd runs.
	PID     int    `json:"pid"`
	Started uint64 `json:"started"`
	// Boot is the ID of the boot that all of this belongs to.
	Boot string `json:"boot"`
	// Since is when it was started.
	Since time.Time `json:"since"`
	// unrecorded says that there is a socket without a record.
	unrecorded bool
}

// OwnedError says that the socket is another cache's. A *refusal.Error wraps it.
type OwnedError struct {
	Run   string
	Owner Owner
	Alive bool
}

// Error implements error.
func (o *OwnedError) Error() string {
	if o.Owner.unrecorded {
		return fmt.Sprintf("%s holds a docker engine of an assay that recorded no owner; take that platform down with the assay that made it", o.Run)
	}
	state := "was killed and left what it made"
	if o.Alive {
		state = fmt.Sprintf("is process %d", o.Owner.PID)
	}
	return fmt.Sprintf("the docker engine in %s belongs to %s, who started it at %s from %s; it %s; to take it down: XDG_CACHE_HOME=%s assay down",
		o.Run, o.Owner.User, o.Owner.Since.Format(time.RFC3339), o.Owner.Dir, state, filepath.Dir(filepath.Dir(o.Owner.Dir)))
}

func (e Engine) ownerFile() string { return filepath.Join(e.run(), "owner.json") }

// Owner returns whose dockerd was started on this machine since its boot, nil if
// nobody's was, or it was stopped in order.
func (e Engine) Owner() (*Owner, error) {
	content, err := os.ReadFile(e.ownerFile())
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Lstat(e.socket()); err == nil {
			return &Owner{unrecorded: true}, nil
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read whose docker engine runs: %w", err)
	}
	var owner Owner
	if err := json.Unmarshal(content, &owner); err != nil {
		return nil, fmt.Errorf("read whose docker engine runs: %s: %w", e.ownerFile(), err)
	}
	if owner.Boot != BootID() {
		return nil, nil // nothing of it has outlived the boot
	}
	return &owner, nil
}

// is reports whether the owner is the engine's own cache.
func (o *Owner) is(e Engine) bool { return !o.unrecorded && o.Dir == realPath(e.Dir) }

func realPath(dir string) string {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		return resolved
	}
	return filepath.Clean(dir)
}

// running returns the process number of the owner's dockerd, if it lives. One whose
// start was not recorded, because its starter was killed in between, is known by the
// socket that it was told.
func (o *Owner) running(e Engine) (int, bool) {
	if o.PID != 0 {
		started, err := ProcessStart(o.PID)
		return o.PID, err == nil && started == o.Started
	}
	pid, ok := running(e.pidFile(), "dockerd")
	if !ok {
		return 0, false
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return pid, err == nil && strings.Contains(string(command), e.Endpoint()+"\x00")
}

// Foreign returns a *refusal.Error with an *OwnedError where the socket is another cache's, nil if it is
// nobody's or the engine's own. One that was killed and whose cache is gone is
// nobody's: who else could take it down?
func (e Engine) Foreign() error {
	owner, err := e.Owner()
	if err != nil || owner == nil || owner.is(e) {
		return err
	}
	_, alive := owner.running(e)
	if _, err := os.Stat(owner.Dir); !owner.unrecorded && !alive && errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return &refusal.Error{Reason: "nothing was changed", Err: &OwnedError{Run: e.run(), Owner: *owner, Alive: alive}}
}

// own writes the owner's record before anything is started. The record of a dockerd
// of ours that was killed stays but for its process.
func (e Engine) own() error {
	if err := e.Foreign(); err != nil {
		return err
	}
	if owner, err := e.Owner(); err != nil || owner == nil {
		// What an earlier boot's dockerd changed has ended with that boot.
		if err := errors.Join(err, os.RemoveAll(e.changesFile())); err != nil {
			return fmt.Errorf("record whose docker engine runs: %w", err)
		}
	}
	name := strconv.Itoa(os.Getuid())
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return e.writeOwner(Owner{Dir: realPath(e.Dir), User: name, Boot: BootID(), Since: time.Now().UTC()})
}

// ownProcess adds the process to the record.
func (e Engine) ownProcess(pid int) error {
	owner, err := e.Owner()
	if err != nil || owner == nil {
		return fmt.Errorf("record the docker engine's process: no owner (%w)", err)
	}
	owner.PID = pid
	if owner.Started, err = ProcessStart(pid); err != nil {
		return fmt.Errorf("record the docker engine's process: %w", err)
	}
	return e.writeOwner(*owner)
}

func (e Engine) writeOwner(owner Owner) error {
	content, err := json.MarshalIndent(owner, "", "  ")
	if err != nil {
		return fmt.Errorf("record whose docker engine runs: %w", err)
	}
	if err := renameio.WriteFile(e.ownerFile(), append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("record whose docker engine runs: %w", err)
	}
	return nil
}

// lock keeps every other assay of the machine from starting or stopping a dockerd.
// It waits for none: that may take a minute. The file goes with its directory.
func (e Engine) lock() (func(), error) {
	path := filepath.Join(e.run(), "lock")
	for {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		if err != nil {
			return nil, fmt.Errorf("lock the docker engine: %w", err)
		}
		if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			_ = file.Close()
			return nil, fmt.Errorf("another assay process starts or stops the docker engine in %s: wait for it to end (%w)", e.run(), err)
		}
		current, statErr := file.Stat()
		there, thereErr := os.Stat(path)
		if statErr == nil && thereErr == nil && os.SameFile(current, there) {
			return func() { _ = file.Close() }, nil
		}
		_ = file.Close() // whoever held it removed it: lock the new one
		if thereErr != nil && !errors.Is(thereErr, os.ErrNotExist) {
			return nil, fmt.Errorf("lock the docker engine: %w", thereErr)
		}
	}
}
