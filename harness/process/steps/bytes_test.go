package steps

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// meter is what a step that moves bytes takes its log for.
type meter interface{ Transferred(done, total int64) }

// heard remembers the bytes that it was told of.
type heard struct {
	quiet
	mu    sync.Mutex
	bytes map[string][2]int64
}

func (h *heard) Transferred(name string, done, total int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bytes[name] = [2]int64{done, total}
}

func TestBytesOfAMeteredStepReachTheObserver(t *testing.T) {
	h := &heard{bytes: map[string][2]int64{}}
	plain := false
	plan := []Step{
		{Name: "pull a", Metered: true, Run: func(_ context.Context, log io.Writer) error {
			log.(meter).Transferred(3, 7)
			_, err := io.WriteString(log, "a line")
			return err
		}},
		// Programs write to a plain file by themselves.
		{Name: "compile", Run: func(_ context.Context, log io.Writer) error {
			_, plain = log.(*os.File)
			return nil
		}},
	}
	dir := t.TempDir()
	if err := Run(t.Context(), plan, dir, h); err != nil {
		t.Fatal(err)
	}
	if got := h.bytes["pull a"]; got != [2]int64{3, 7} || len(h.bytes) != 1 {
		t.Errorf("the observer was told %v", h.bytes)
	}
	if !plain {
		t.Error("the log of a step that is not metered is no file")
	}
	if content, err := os.ReadFile(dir + "/pull-a.log"); err != nil || string(content) != "a line" {
		t.Errorf("the log has %q (%v)", content, err)
	}
}

const gigabyte = 1_000_000_000

// TestBytesInTheHeartbeat moves bytes in two steps of three.
func TestBytesInTheHeartbeat(t *testing.T) {
	Pace() // measures by the real clock
	synctest.Test(t, func(t *testing.T) {
		out := &shared{}
		b := NewDisplay(out, false, []Step{{Name: "pull a"}, {Name: "pull b"}, {Name: "cluster"}}, nil)
		b.Started("pull a")
		b.Started("pull b")
		b.Transferred("pull a", 0, gigabyte)
		b.Transferred("pull b", 0, 2_400_000_000)
		time.Sleep(29 * time.Second)
		b.Transferred("pull a", 700_000_000, gigabyte)
		b.Transferred("pull b", 460_000_000, 2_400_000_000)
		time.Sleep(2 * time.Second)
		if want := "pull images: 1.2 of 3.4 GB, 38.7 MB/s"; !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
		// What ended counts whole: layers that were there already are not moved.
		b.Ended("pull a", 31*time.Second, nil)
		time.Sleep(30 * time.Second)
		if want := "pull images: 1.5 of 3.4 GB"; !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
		b.Ended("pull b", time.Minute, nil)
		b.Started("cluster")
		before := len(out.String())
		time.Sleep(31 * time.Second)
		b.Close()
		if later := out.String()[before:]; strings.Contains(later, "pull images") || !strings.Contains(later, "running: cluster") {
			t.Errorf("after all has been pulled:\n%s", later)
		}
	})
}

func TestBytesOnATerminal(t *testing.T) {
	out := &shared{}
	b := NewDisplay(out, true, []Step{{Name: "pull a"}, {Name: "pull b"}}, nil)
	b.Started("pull a")
	b.Started("pull b")
	b.Transferred("pull a", 250_000_000, gigabyte)
	b.Transferred("pull b", 3_000, 400_000_000)
	b.Ended("pull a", time.Second, nil)
	b.Ended("pull b", time.Second, nil)
	b.Close()
	if want := "pull images: 1.4 of 1.4 GB"; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out)
	}
}

func TestBytesAreReadable(t *testing.T) {
	for want, n := range map[string][2]int64{
		"0.0 of 3.4 GB": {0, 3_400_000_000}, "1.2 of 3.4 GB": {1_200_000_000, 3_400_000_000},
		"0.0 of 900.0 MB": {7, 900_000_000}, "2.1 of 12.0 MB": {2_100_000, 12_000_000}, "3.4 of 3.4 GB": {3_400_000_000, 3_400_000_000},
	} {
		if got := of(n[0], n[1]); got != want {
			t.Errorf("%d of %d is %q, want %q", n[0], n[1], got, want)
		}
	}
}

// TestDrawingAndReportingDoNotWaitForEachOther reports steps and bytes while the
// display is drawn, for some refreshes.
func TestDrawingAndReportingDoNotWaitForEachOther(t *testing.T) {
	var plan []Step
	for i := range 2000 {
		plan = append(plan, Step{Name: fmt.Sprint("pull ", i)})
	}
	b := NewDisplay(&shared{}, true, plan, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		start := time.Now()
		for _, step := range plan {
			if time.Since(start) > 2*time.Second {
				break
			}
			b.Started(step.Name)
			for _, n := range []int64{0, 5, 10} {
				b.Transferred(step.Name, n, 10)
			}
			b.Ended(step.Name, time.Millisecond, nil)
		}
		b.Close()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("reporting waits for the display, and the display for what is reported")
	}
}
