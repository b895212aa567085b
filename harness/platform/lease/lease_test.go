package lease

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"assay.dev/assay/harness/process/refusal"
)

// server is a fake API server that, as a real one, takes no update of an object that
// has changed since it was read.
type server struct {
	*fake.Clientset
	mu      sync.Mutex
	version int
	failing bool
	writes  int
}

func newServer(objects ...runtime.Object) *server {
	s := &server{Clientset: fake.NewClientset(objects...)}
	s.PrependReactor("*", "leases", func(action clienttesting.Action) (bool, runtime.Object, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.failing {
			return true, nil, errors.New("connection refused")
		}
		write, ok := action.(interface{ GetObject() runtime.Object })
		if !ok {
			return false, nil, nil
		}
		l := write.GetObject().(*coordinationv1.Lease)
		old, err := s.Tracker().Get(action.GetResource(), l.Namespace, l.Name)
		switch {
		case action.GetVerb() == "update" && err != nil:
			return true, nil, err
		case action.GetVerb() == "update" && old.(*coordinationv1.Lease).ResourceVersion != l.ResourceVersion:
			return true, nil, apierrors.NewConflict(coordinationv1.Resource("leases"), l.Name, errors.New("it has changed"))
		}
		s.version++
		s.writes++
		l.ResourceVersion = strconv.Itoa(s.version)
		return false, nil, nil
	})
	return s
}

func (s *server) fail(failing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = failing
}

// leaseOf is a Lease that a holder has renewed some time ago.
func leaseOf(h Holder, ago time.Duration) *coordinationv1.Lease {
	l := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: Name, Namespace: metav1.NamespaceSystem, ResourceVersion: "0"}}
	h.Since = time.Now().Add(-time.Hour)
	h.write(l)
	renewed := metav1.NewMicroTime(time.Now().Add(-ago))
	l.Spec.RenewTime = &renewed
	return l
}

// far is a holder on another machine; near one on this, as a process that lives.
func far() Holder {
	return Holder{ID: "ann@far/7/x", Owner: "ann", Host: "far", PID: 7, Command: "assay mutate", Run: "20260101-000000", boot: "another", started: "1"}
}

func near() Holder { h := me("assay mutate"); h.Owner = "ann"; return h }

// ended is a holder on this machine whose process has ended.
func ended(t *testing.T) Holder {
	t.Helper()
	process := exec.CommandContext(t.Context(), "true")
	if err := process.Run(); err != nil {
		t.Fatal(err)
	}
	h := near()
	h.PID = process.Process.Pid
	return h
}

func refusedBy(t *testing.T, err error, want ...string) {
	t.Helper()
	var refused *refusal.Error
	if !errors.As(err, &refused) {
		t.Errorf("the error is %v, want a refusal", err)
		return
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %q, want %q in it", err, text)
		}
	}
}

func TestSafetyASecondRunIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		first, err := Acquire(t.Context(), s, "assay mutate", &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		if err := first.SetRun("20260301-060000"); err != nil {
			t.Error(err)
		}
		start := time.Now()
		for range 20 { // over many times of the Lease, which is renewed
			time.Sleep(17 * time.Second)
			_, err := Acquire(t.Context(), s, "assay test", &bytes.Buffer{})
			refusedBy(t, err, "process "+strconv.Itoa(os.Getpid()), "assay mutate", "run 20260301-060000", "since "+start.UTC().Format(time.RFC3339))
		}
		holder, err := Read(t.Context(), s)
		if err != nil || holder == nil || holder.Run != "20260301-060000" || first.Context().Err() != nil {
			t.Errorf("it is held by %v (%v); the run: %v", holder, err, first.Context().Err())
		}
		if err := first.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if holder, err := Read(t.Context(), s); holder != nil || err != nil {
			t.Errorf("after its release it is held by %v (%v)", holder, err)
		}
		second, err := Acquire(t.Context(), s, "assay test", &bytes.Buffer{})
		if err != nil || second.Dead != nil {
			t.Fatalf("got %+v, %v", second, err)
		}
		if err := second.Release(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A holder that may live is refused at once; one that is dead is waited for until its
// time has ended, and one whose clock says so is watched for one more time.
func TestSafetyADeadRunsLeaseIsTakenOverAfterItHasExpired(t *testing.T) {
	dead := ended(t)
	for name, c := range map[string]struct {
		holder Holder
		ago    time.Duration
		takes  time.Duration // negative: refused
	}{
		"lives elsewhere":                    {far(), 5 * time.Second, -1},
		"lives here":                         {near(), 25 * time.Second, -1},
		"its clock is ahead":                 {far(), -time.Hour, -1},
		"silent elsewhere":                   {far(), time.Hour, Duration},
		"lives here and is silent":           {near(), time.Hour, Duration},
		"ended here":                         {dead, 10 * time.Second, 20 * time.Second},
		"ended here, expired":                {dead, time.Minute, 0},
		"ended here, with a clock far ahead": {dead, -time.Hour, Duration},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(leaseOf(c.holder, c.ago))
				start := time.Now()
				lock, err := Acquire(t.Context(), s, "assay heal", &bytes.Buffer{})
				if c.takes < 0 {
					refusedBy(t, err, "ann")
					if took := time.Since(start); took > 0 || s.writes > 0 {
						t.Errorf("after %s, %d writes", took, s.writes)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took.Round(time.Second) != c.takes || lock.Dead == nil || lock.Dead.ID != c.holder.ID {
					t.Errorf("after %s, dead is %v", took, lock.Dead)
				}
				if err := lock.Release(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// It was silent because its clock or its network was: while it is watched it renews.
func TestSafetyASilentRunThatIsAliveIsNotTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(leaseOf(far(), time.Hour))
		go func() {
			time.Sleep(Duration - time.Second)
			l, err := get(t.Context(), of(s))
			if err == nil {
				far().write(l)
				_, err = update(t.Context(), of(s), l)
			}
			if err != nil {
				t.Error(err)
			}
		}()
		_, err := Acquire(t.Context(), s, "assay test", &bytes.Buffer{})
		refusedBy(t, err, "ann on far")
	})
}

func TestSafetyOneOfManyGetsTheLease(t *testing.T) {
	for name, objects := range map[string][]runtime.Object{"new": nil, "expired": {leaseOf(ended(t), time.Minute)}} {
		s := newServer(objects...)
		var mu sync.Mutex
		var group sync.WaitGroup
		var got []*Lock
		for range 12 {
			group.Go(func() {
				lock, err := Acquire(t.Context(), s, "assay test", &bytes.Buffer{})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					got = append(got, lock)
				} else if refused := new(refusal.Error); !errors.As(err, &refused) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		group.Wait()
		if len(got) != 1 {
			t.Errorf("%s: %d runs have the Lease", name, len(got))
		}
		for _, lock := range got {
			if err := lock.Release(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

// While the API server does not answer, the run goes on; once somebody else has the
// Lease, it ends, and does not release what is not its own.
func TestSafetyARunEndsWhenItHasLostItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		lock, err := Acquire(t.Context(), s, "assay chaos", &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		s.fail(true)
		time.Sleep(3*Duration + time.Second) // between two renewals: at one, both write
		s.fail(false)
		if lock.Context().Err() != nil {
			t.Fatalf("it ended: %v", context.Cause(lock.Context()))
		}
		l, err := get(t.Context(), of(s))
		if err != nil {
			t.Fatal(err)
		}
		far().write(l)
		if _, err := update(t.Context(), of(s), l); err != nil {
			t.Fatal(err)
		}
		time.Sleep(renewEvery + time.Second)
		if cause := context.Cause(lock.Context()); !errors.Is(cause, ErrLost) || !strings.Contains(cause.Error(), "ann on far") {
			t.Errorf("the run ends with %v", cause)
		}
		if err := lock.Release(t.Context()); err != nil {
			t.Error(err)
		}
		if holder, err := Read(t.Context(), s); err != nil || holder == nil || holder.ID != far().ID {
			t.Errorf("it is held by %v (%v)", holder, err)
		}
	})
}

// An interrupted run releases its Lease, though its context has ended.
func TestAnInterruptedRunReleasesItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		ctx, cancel := context.WithCancel(t.Context())
		lock, err := Acquire(ctx, s, "assay test", &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := lock.Release(ctx); err != nil {
			t.Error(err)
		}
		if holder, err := Read(t.Context(), s); holder != nil || err != nil {
			t.Errorf("it is held by %v (%v)", holder, err)
		}
	})
}
