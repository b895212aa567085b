package inventory_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay.dev/assay/harness/process/inventory"
)

const kind = "docker/network"

func open(t *testing.T, path string) *inventory.Inventory {
	t.Helper()
	opened, err := inventory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

func fresh(t *testing.T) (*inventory.Inventory, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new", "inventory.jsonl")
	return open(t, path), path
}

func ids(t *testing.T, entries []inventory.Entry, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name+"="+entry.ID)
	}
	return strings.Join(all, " ")
}

func making(id string, err error) func() (string, error) {
	return func() (string, error) { return id, err }
}

func TestSafetyOnlyWhatIsRecordedIsRemoved(t *testing.T) {
	log, _ := fresh(t)
	if _, err := log.Make(kind, "assay", nil, making("1111", nil)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ kind, id string }{{kind, "2222"}, {"docker/container", "1111"}, {kind, "assay"}, {kind, ""}, {kind, "111"}} {
		called := false
		err := log.Remove(test.kind, test.id, func() error { called = true; return nil })
		if !errors.Is(err, inventory.ErrNotRecorded) || called {
			t.Errorf("%s %q: error is %v, removed: %v", test.kind, test.id, err, called)
		}
	}
	refused := errors.New("refused")
	if err := log.Remove(kind, "1111", func() error { return refused }); !errors.Is(err, refused) {
		t.Errorf("error is %v, want the remover's", err)
	}
	if has, err := log.Has(kind, "1111"); !has || err != nil {
		t.Errorf("what could not be removed is forgotten (%v)", err)
	}
	if err := log.Remove(kind, "1111", func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := log.Remove(kind, "1111", func() error { return nil }); !errors.Is(err, inventory.ErrNotRecorded) {
		t.Errorf("a second removal: error is %v", err)
	}
}

func TestAPlanWithoutAnIDStaysPending(t *testing.T) {
	log, path := fresh(t)
	failed := errors.New("no route")
	if _, err := log.Make(kind, "never", nil, making("", failed)); !errors.Is(err, failed) {
		t.Errorf("error is %v", err)
	}
	if id, err := log.Make(kind, "half", nil, making("3333", failed)); !errors.Is(err, failed) || id != "3333" {
		t.Errorf("made %q, %v", id, err)
	}
	again := open(t, path)
	pending, err := again.Pending()
	if got := ids(t, pending, err); got != "never=" {
		t.Errorf("pending are %q", got)
	}
	present, err := again.Present()
	if got := ids(t, present, err); got != "half=3333" {
		t.Errorf("present are %q", got)
	}
}

func TestWhatIsMadeAgainIsPresentOnce(t *testing.T) {
	log, _ := fresh(t)
	for _, entry := range []inventory.Entry{
		{Step: inventory.Made, Kind: kind, ID: "1", Name: "a"},
		{Step: inventory.Made, Kind: kind, ID: "2", Name: "b"},
		{Step: inventory.Made, Kind: kind, ID: "1", Name: "a2"},
		{Step: inventory.Removed, Kind: kind, ID: "2"},
		{Step: inventory.Made, Kind: kind, ID: "2", Name: "b2"},
	} {
		if err := log.Record(entry); err != nil {
			t.Fatal(err)
		}
	}
	present, err := log.Present()
	if got := ids(t, present, err); got != "a2=1 b2=2" {
		t.Errorf("present are %q", got)
	}
}

func TestARecordWithoutMeaningIsRefused(t *testing.T) {
	log, _ := fresh(t)
	for _, entry := range []inventory.Entry{
		{Step: inventory.Made, Kind: kind}, {Step: inventory.Made, ID: "1"}, {Step: "lost", Kind: kind, ID: "1"},
	} {
		if err := log.Record(entry); err == nil {
			t.Errorf("%+v is recorded", entry)
		}
	}
}

func TestSafetyAKilledWriterLeavesAReadableFile(t *testing.T) {
	log, path := fresh(t)
	for _, id := range []string{"1", "2"} {
		if err := log.Record(inventory.Entry{Step: inventory.Made, Kind: kind, ID: id, Name: id}); err != nil {
			t.Fatal(err)
		}
	}
	complete, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := strings.Index(string(complete), "\n") + 1
	for cut := second; cut < len(complete); cut++ { // at every byte of the second line
		if err := os.WriteFile(path, complete[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := open(t, path)
		present, err := again.Present()
		if got := ids(t, present, err); got != "1=1" {
			t.Fatalf("cut at %d: present are %q", cut, got)
		}
		if err := again.Record(inventory.Entry{Step: inventory.Made, Kind: kind, ID: "3", Name: "3"}); err != nil {
			t.Fatal(err)
		}
		present, err = again.Present()
		if got := ids(t, present, err); got != "1=1 3=3" {
			t.Fatalf("cut at %d, then recorded: present are %q", cut, got)
		}
	}
}

func TestSafetyADamagedLineIsNoEmptyInventory(t *testing.T) {
	log, path := fresh(t)
	if err := os.WriteFile(path, []byte("{\"step\":\"made\",\"kind\":\"x\",\"id\":\"1\"}\nwhat?\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Present(); !errors.Is(err, inventory.ErrDamaged) || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error is %v", err)
	}
	if err := log.Record(inventory.Entry{Step: inventory.Made, Kind: kind, ID: "1"}); !errors.Is(err, inventory.ErrDamaged) {
		t.Errorf("error is %v", err)
	}
	removed := false
	if err := log.Remove("x", "1", func() error { removed = true; return nil }); !errors.Is(err, inventory.ErrDamaged) || removed {
		t.Errorf("error is %v, removed: %v", err, removed)
	}
}

func TestSafetyOtherPeoplesInventoriesAreRefused(t *testing.T) {
	_, path := fresh(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := inventory.Open(link); err == nil {
		t.Error("a link is followed")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v (%v)", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := inventory.Open(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("error is %v", err)
	}
}

func TestSeveralWritersLoseNothing(t *testing.T) {
	_, path := fresh(t)
	const writers, each = 8, 20
	var group sync.WaitGroup
	for writer := range writers {
		log := open(t, path) // a description of its own, as a process has
		group.Go(func() {
			for n := range each {
				id := fmt.Sprintf("%d-%d", writer, n)
				if err := log.Record(inventory.Entry{Step: inventory.Made, Kind: kind, ID: id}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	present, err := open(t, path).Present()
	if err != nil || len(present) != writers*each {
		t.Errorf("%d of %d are recorded (%v)", len(present), writers*each, err)
	}
}

// All writers find the line that a killed one left: whoever drops it must not drop what
// another one has just appended.
func TestSafetySeveralWritersAfterAKilledOneLoseNothing(t *testing.T) {
	const rounds, writers = 100, 8
	for range rounds {
		_, path := fresh(t)
		if err := os.WriteFile(path, []byte(`{"step":"ma`), 0o600); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		start := make(chan struct{})
		for writer := range writers {
			log := open(t, path)
			group.Go(func() {
				<-start
				if err := log.Record(inventory.Entry{Step: inventory.Made, Kind: kind, ID: fmt.Sprint(writer)}); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		group.Wait()
		if present, err := open(t, path).Present(); err != nil || len(present) != writers {
			t.Fatalf("%d of %d are recorded (%v)", len(present), writers, err)
		}
	}
}

func TestContentIsWholeLines(t *testing.T) {
	log, path := fresh(t)
	if err := log.Record(inventory.Entry{Step: inventory.Made, Kind: kind, ID: "1"}); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(want, "{\"st"...), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := log.Content()
	if err != nil || string(got) != string(want) {
		t.Errorf("content is %q (%v), want %q", got, err, want)
	}
	if _, err := inventory.Decode(got); err != nil {
		t.Error(err)
	}
}
