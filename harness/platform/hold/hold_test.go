package hold

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strconv"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform/lease"
)

// expired is the Lease of a run that ended an hour ago on this machine.
func expired(t *testing.T) *coordinationv1.Lease {
	t.Helper()
	process := exec.CommandContext(t.Context(), "true")
	if err := process.Run(); err != nil {
		t.Fatal(err)
	}
	// The Lease of this process, renewed long ago, with the number of one that ended.
	clients := fake.NewClientset()
	lock, err := lease.Acquire(t.Context(), clients, "assay mutate", &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	lock.Abandon()
	l, err := clients.CoordinationV1().Leases(metav1.NamespaceSystem).Get(t.Context(), lease.Name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	renewed := metav1.NewMicroTime(time.Now().Add(-time.Hour))
	l.Spec.RenewTime = &renewed
	l.Annotations["assay.dev/pid"] = strconv.Itoa(process.Process.Pid)
	return l
}

func TestSafetyADeadRunsJournalsAreUndoneFirst(t *testing.T) {
	cluster := &kube.Cluster{Clients: fake.NewClientset(expired(t))}
	broken, undone := errors.New("no route"), 0
	undo := func(err error) func(context.Context) error {
		return func(ctx context.Context) error {
			if holder, err2 := lease.Read(ctx, cluster.Clients); err2 != nil || holder == nil || holder.Command != "assay test" {
				t.Errorf("while it is undone, %v holds the platform (%v)", holder, err2)
			}
			undone++
			return err
		}
	}
	if _, err := platformOf(t.Context(), cluster, "assay test", &bytes.Buffer{}, undo(broken)); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	// It was not undone, and so the Lease was not given back.
	if holder, err := lease.Read(t.Context(), cluster.Clients); err != nil || holder == nil {
		t.Fatalf("held by %v (%v)", holder, err)
	}
	cluster.Clients = fake.NewClientset(expired(t))
	lock, err := platformOf(t.Context(), cluster, "assay test", &bytes.Buffer{}, undo(nil))
	if err != nil || undone != 2 {
		t.Fatalf("undone %d times, %v", undone, err)
	}
	if err := lock.Release(t.Context()); err != nil {
		t.Error(err)
	}
	lock, err = platformOf(t.Context(), cluster, "assay test", &bytes.Buffer{}, undo(nil))
	if err != nil || undone != 2 {
		t.Fatalf("after a release: undone %d times, %v", undone, err)
	}
	if err := lock.Release(t.Context()); err != nil {
		t.Error(err)
	}
}
