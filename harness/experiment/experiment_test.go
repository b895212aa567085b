package experiment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// testbed is a platform that is only broken as far as a fault says so.
type testbed struct {
	mu     sync.Mutex
	calls  []string
	broken bool
	// what the fakes do
	unprovable, hurt  bool
	prepareErr        error
	injectErr         error
	late              bool // events never flow again
	interruptAtInject context.CancelFunc
	noted             *history.Fault
	base              time.Time
}

func (w *testbed) call(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, what)
}

func (w *testbed) set(broken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = broken
}

func (w *testbed) isBroken() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}

type fakeFault struct{ *testbed }

func (fakeFault) Name() string                    { return "app-pod-kill" }
func (fakeFault) Available(context.Context) error { return nil }
func (fakeFault) Blast() []string                 { return []string{"todo-app/audit-worker"} }
func (f fakeFault) Prepare(context.Context) error { f.call("prepare"); return f.prepareErr }
func (f fakeFault) Inject(context.Context) error {
	f.call("inject")
	f.set(true)
	if f.interruptAtInject != nil {
		f.interruptAtInject()
	}
	return f.injectErr
}
func (f fakeFault) Proof(ctx context.Context) (fault.Proof, error) {
	f.call("prove")
	if err := ctx.Err(); err != nil {
		return fault.Proof{}, err
	}
	if f.unprovable || !f.isBroken() {
		return fault.Proof{}, errors.New("nothing was seen")
	}
	return fault.Proof{At: time.Now(), Text: "it is broken"}, nil
}
func (f fakeFault) Recover(ctx context.Context) error {
	f.call("recover")
	if ctx.Err() == nil {
		f.set(false)
	}
	return ctx.Err()
}
func (f fakeFault) Residue(context.Context) ([]string, error) {
	if f.isBroken() {
		return []string{"a broken pod"}, nil
	}
	return nil, nil
}

type fakeFlow struct{ *testbed }

func (f fakeFlow) Start(context.Context) error    { f.call("traffic"); return nil }
func (f fakeFlow) At(t time.Time) history.Nanos   { return history.Nanos(t.Sub(f.base)) }
func (f fakeFlow) Note(entry history.Fault) error { f.call("note"); f.noted = &entry; return nil }
func (f fakeFlow) Enough(context.Context)         { f.call("enough") }
func (f fakeFlow) End(ctx context.Context) error  { f.call("end"); return ctx.Err() }
func (f fakeFlow) Flowing(ctx context.Context, _ time.Time) (first, all time.Time, err error) {
	f.call("flowing")
	if f.late {
		<-ctx.Done()
		return time.Now(), time.Time{}, ctx.Err()
	}
	return time.Now(), time.Now(), nil
}

type fakeHealth struct{ *testbed }

func (h fakeHealth) Ready(context.Context) (time.Time, error) {
	h.call("ready")
	return time.Now(), nil
}

type fakeGuard struct{ *testbed }

func (g fakeGuard) Watch(ctx context.Context, _ []string) error {
	if g.hurt {
		return errors.New("canary canary-0 was restarted")
	}
	<-ctx.Done()
	return nil
}

func newExperiment(w *testbed, f fault.Fault) *Experiment {
	w.base = time.Now().Add(-time.Second)
	short := spec.Duration{Duration: 50 * time.Millisecond}
	timeouts := todo.Must().Timeouts
	timeouts.PollInterval = spec.Duration{Duration: time.Millisecond}
	timeouts.FaultResidue, timeouts.Recovery = short, short
	return &Experiment{
		Fault: f, Flow: fakeFlow{w}, Health: fakeHealth{w}, Guard: fakeGuard{w},
		Hold: time.Millisecond, Timeouts: timeouts, Requirement: "fault.app-pod-kill",
	}
}

func TestSequence(t *testing.T) {
	w := &testbed{}
	entry, err := newExperiment(w, fakeFault{w}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.calls = slices.DeleteFunc(w.calls, func(call string) bool { return call == "flowing" }) // beside the second "ready"
	want := []string{"ready", "traffic", "prepare", "inject", "prove", "recover", "ready", "enough", "note", "end"}
	if !slices.Equal(w.calls, want) {
		t.Errorf("calls %v, want %v", w.calls, want)
	}
	moments := []history.Nanos{0, entry.Requested, entry.Effective, entry.Recovery, entry.Recovered, entry.EventsFlowing}
	if !slices.IsSorted(moments) || slices.Contains(moments[1:], 0) || entry.KubernetesReady == 0 || entry.FirstFlowing == 0 {
		t.Errorf("moments out of order or missing: %+v", entry)
	}
	if entry.Proof == "" || entry.Error != "" || entry.Residue != "" || entry.Requirement != "fault.app-pod-kill" || len(entry.Blast) != 1 {
		t.Errorf("entry %+v", entry)
	}
}

func TestFaultWithoutHoldIsOverWhenItHasHappened(t *testing.T) {
	w := &testbed{}
	e := newExperiment(w, fakeFault{w})
	e.Hold = 0
	entry, err := e.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if entry.Recovery != 0 || entry.Recovered == 0 || entry.EventsFlowing < entry.Effective || entry.EventsFlowing > entry.Recovered {
		t.Errorf("recovery does not count from the effect: %+v", entry)
	}
	if at := slices.Index(w.calls, "flowing"); at > slices.Index(w.calls, "recover") {
		t.Errorf("recovery was measured after the end: %v", w.calls)
	}
}

func TestAnInjectionInSelfTestModeIsNotProven(t *testing.T) {
	w := &testbed{}
	ineffective, err := fault.SelfTest(fakeFault{w}, fault.SelfTestInject)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := newExperiment(w, ineffective).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if entry.Proof != "" || entry.Effective != 0 || !strings.Contains(entry.Error, "not proven") {
		t.Errorf("a fault that was never injected is taken for proven: %+v", entry)
	}
}

func TestSelfTestModeIsOfOneFaultAlone(t *testing.T) {
	f := fakeFault{&testbed{}}
	if got, err := fault.SelfTest(f, "inject:another-fault"); err != nil || got != fault.Fault(f) {
		t.Errorf("another fault's self-test made %v, %v", got, err)
	}
	if got, err := fault.SelfTest(f, "inject:"+f.Name()); err != nil || got == fault.Fault(f) {
		t.Errorf("its own self-test made %v, %v", got, err)
	}
	if _, err := fault.SelfTest(f, "both"); err == nil {
		t.Error("an unknown self-test mode was taken")
	}
}

func TestARecoveryInSelfTestModeLeavesResidue(t *testing.T) {
	w := &testbed{}
	ineffective, err := fault.SelfTest(fakeFault{w}, fault.SelfTestRecover)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := newExperiment(w, ineffective).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if entry.Recovered != 0 || entry.Residue != "a broken pod" {
		t.Errorf("a fault that was never undone is taken for recovered: %+v", entry)
	}
}

func TestRecoveryRunsHoweverTheExperimentEnds(t *testing.T) {
	for name, w := range map[string]*testbed{
		"prepare fails": {prepareErr: errors.New("no pod")},
		"inject fails":  {injectErr: errors.New("refused")},
		"not proven":    {unprovable: true},
		"damage":        {hurt: true},
	} {
		t.Run(name, func(t *testing.T) {
			entry, err := newExperiment(w, fakeFault{w}).Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if w.isBroken() || !slices.Contains(w.calls, "recover") || entry.Recovered == 0 {
				t.Errorf("not recovered: %v %+v", w.calls, entry)
			}
			if entry.Error == "" {
				t.Errorf("nothing is said about it: %+v", entry)
			}
			if w.noted == nil {
				t.Error("the history does not know the fault")
			}
		})
	}
}

// TestHoldKeepsTheFault holds an experiment that cannot pass any more before its fault is
// undone, and no other.
func TestHoldKeepsTheFault(t *testing.T) {
	for name, test := range map[string]struct {
		w     *testbed
		over  bool // the fault has no hold
		holds bool
	}{
		"all is well": {&testbed{}, false, false}, "not proven": {&testbed{unprovable: true}, false, true},
		"damage": {&testbed{hurt: true}, false, true}, "does not come back": {&testbed{late: true}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExperiment(test.w, fakeFault{test.w})
			if test.over {
				e.Hold = 0
			}
			paused := 0
			e.paused = func(_ context.Context, p run.Progress) {
				if paused++; !test.w.isBroken() || slices.Contains(test.w.calls, "recover") {
					t.Error("the fault has been undone")
				}
				if p.Fault != "app-pod-kill" || !slices.Equal(p.IDs, []string{"fault.app-pod-kill"}) || p.Message == "" {
					t.Errorf("%+v does not say what is left", p)
				}
			}
			if _, err := e.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if (paused == 1) != test.holds || paused > 1 {
				t.Errorf("held %d times, want it: %v", paused, test.holds)
			}
			if test.w.isBroken() {
				t.Error("without somebody who kills the suite the fault is undone")
			}
		})
	}
}

func TestInterruptRecoversAndSealsTheHistory(t *testing.T) {
	w := &testbed{}
	ctx, cancel := context.WithCancel(t.Context())
	w.interruptAtInject = cancel
	_, err := newExperiment(w, fakeFault{w}).Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the interrupt", err)
	}
	if w.isBroken() {
		t.Error("the platform is still broken")
	}
	if w.noted == nil || w.calls[len(w.calls)-1] != "end" {
		t.Errorf("the history was not kept: %v", w.calls)
	}
}

func TestDamageOutsideOfTheBlastRadiusHaltsTheFault(t *testing.T) {
	w := &testbed{hurt: true}
	e := newExperiment(w, fakeFault{w})
	e.Hold = time.Hour
	start := time.Now()
	entry, err := e.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the fault was held for %s", took)
	}
	if !strings.Contains(entry.Error, errBlast.Error()) || !strings.Contains(entry.Error, "canary-0") {
		t.Errorf("entry says %q", entry.Error)
	}
}

func TestPlatformThatDoesNotComeBack(t *testing.T) {
	w := &testbed{late: true}
	entry, err := newExperiment(w, fakeFault{w}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if entry.EventsFlowing != 0 || entry.FirstFlowing == 0 || entry.KubernetesReady == 0 {
		t.Errorf("entry %+v", entry)
	}
}
