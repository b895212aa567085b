// Package lease keeps a second run off a platform on which one is at work: two that
// break, judge or heal at once make each other's verdicts false. Who holds the
// platform stands in a Lease of the namespace kube-system (coordination.k8s.io/v1),
// which is renewed while the run goes on and expires when it is dead.
package lease

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	client "k8s.io/client-go/kubernetes/typed/coordination/v1"

	"assay.dev/assay/hermetic/host"
)

const (
	// Name is the Lease's name, in the namespace kube-system.
	Name = "assay"
	// Duration is how long a Lease holds after it was renewed.
	Duration = 30 * time.Second
	// renewEvery leaves two more attempts to a renewal that failed.
	renewEvery = Duration / 3
	// requestTimeout bounds one request.
	requestTimeout = 10 * time.Second
)

// Annotations of the Lease, for people and for those who look whether its holder
// lives.
const (
	ownerAnnotation   = "assay.dev/owner"
	hostAnnotation    = "assay.dev/host"
	pidAnnotation     = "assay.dev/pid"
	startedAnnotation = "assay.dev/process-started"
	bootAnnotation    = "assay.dev/boot"
	runAnnotation     = "assay.dev/run"
	commandAnnotation = "assay.dev/command"
)

// Holder is who holds a platform.
type Holder struct {
	// ID is the Lease's holderIdentity, another one for each acquisition.
	ID string
	// Owner is the user, Host and PID the process, Run the ID of the run, if it has
	// one yet, and Command what the user ran.
	Owner, Host, Run, Command string
	PID                       int
	// Since is when the holder acquired the Lease, Renewed when it renewed it last, by
	// the holder's clock.
	Since, Renewed time.Time

	// started and boot identify the process on its machine.
	started, boot string
}

// String names the holder for people.
func (h Holder) String() string {
	text := fmt.Sprintf("%s on %s, process %d, by `%s`", h.Owner, h.Host, h.PID, h.Command)
	if h.Run != "" {
		text += ", run " + h.Run
	}
	return text + ", since " + h.Since.UTC().Format(time.RFC3339)
}

// me is this process as a holder.
func me(command string) Holder {
	h := Holder{Owner: strconv.Itoa(os.Getuid()), PID: os.Getpid(), Command: command, boot: host.BootID()}
	if started, err := host.ProcessStart(h.PID); err == nil {
		h.started = strconv.FormatUint(started, 10)
	}
	if current, err := user.Current(); err == nil {
		h.Owner = current.Username
	}
	h.Host, _ = os.Hostname()
	h.ID = fmt.Sprintf("%s@%s/%d/%s", h.Owner, h.Host, h.PID, rand.Text()[:8])
	return h
}

// dead reports that the holder was a process of this machine that has ended. false
// says nothing.
func (h Holder) dead() bool {
	if h.boot == "" || h.boot != host.BootID() {
		return false
	}
	started, err := host.ProcessStart(h.PID)
	return err != nil || strconv.FormatUint(started, 10) != h.started
}

func of(clients kubernetes.Interface) client.LeaseInterface {
	return clients.CoordinationV1().Leases(metav1.NamespaceSystem)
}

// holderOf reads a Lease; nil if nobody holds it.
func holderOf(l *coordinationv1.Lease) *Holder {
	if l.Spec.HolderIdentity == nil || *l.Spec.HolderIdentity == "" {
		return nil
	}
	h := &Holder{
		ID: *l.Spec.HolderIdentity, Owner: l.Annotations[ownerAnnotation], Host: l.Annotations[hostAnnotation],
		Run: l.Annotations[runAnnotation], Command: l.Annotations[commandAnnotation],
		boot: l.Annotations[bootAnnotation], started: l.Annotations[startedAnnotation],
	}
	h.PID, _ = strconv.Atoi(l.Annotations[pidAnnotation])
	if l.Spec.AcquireTime != nil {
		h.Since = l.Spec.AcquireTime.Time
	}
	if l.Spec.RenewTime != nil {
		h.Renewed = l.Spec.RenewTime.Time
	}
	return h
}

// expires is when the holder's time ends unless it renews, by the holder's clock.
func expires(l *coordinationv1.Lease) time.Time {
	if l.Spec.RenewTime == nil || l.Spec.LeaseDurationSeconds == nil {
		return time.Time{}
	}
	return l.Spec.RenewTime.Add(time.Duration(*l.Spec.LeaseDurationSeconds) * time.Second)
}

// write lets the Lease say that the holder has it now.
func (h Holder) write(l *coordinationv1.Lease) {
	seconds := int32(Duration / time.Second)
	acquired, now := metav1.NewMicroTime(h.Since), metav1.NewMicroTime(time.Now())
	l.Spec.HolderIdentity, l.Spec.LeaseDurationSeconds = &h.ID, &seconds
	l.Spec.AcquireTime, l.Spec.RenewTime = &acquired, &now
	l.Annotations = map[string]string{
		ownerAnnotation: h.Owner, hostAnnotation: h.Host, pidAnnotation: strconv.Itoa(h.PID), runAnnotation: h.Run,
		commandAnnotation: h.Command, bootAnnotation: h.boot, startedAnnotation: h.started,
	}
}

// Read returns who holds the platform now, nil if nobody does, or its holder's time
// has ended.
func Read(ctx context.Context, clients kubernetes.Interface) (*Holder, error) {
	l, err := get(ctx, of(clients))
	if err != nil || l == nil || time.Now().After(expires(l)) {
		return nil, err
	}
	return holderOf(l), nil
}
