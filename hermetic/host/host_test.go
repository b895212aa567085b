package host

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestQuotedWordsStayTogether(t *testing.T) {
	want := []string{"INPUT", "--comment", "two words", "-j", "ACCEPT"}
	if diff := cmp.Diff(want, splitRule(`INPUT --comment "two words" -j ACCEPT`)); diff != "" {
		t.Error(diff)
	}
}

func TestMissingCapabilitiesAreRead(t *testing.T) {
	missing, err := missingCapabilities("CapBnd:\t000001fffeffffff\nCapAmb:\t0\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]bool{"CAP_SYS_RESOURCE": true}, missing); diff != "" {
		t.Error(diff)
	}
	if _, err := missingCapabilities("nothing"); err == nil {
		t.Error("a status without a bounding set was accepted")
	}
}

func TestOldOrForeignDockerIsRefused(t *testing.T) {
	for version, good := range map[string]bool{
		"28.2.2": true, "20.10.24+dfsg1": true, "19.03.1": false, "": false, "podman": false,
	} {
		if err := checkVersion(version); (err == nil) != good {
			t.Errorf("%q: %v", version, err)
		}
	}
}

func TestSourcesAreTheMachinesOwn(t *testing.T) {
	targets := strings.Join([]string{
		"http://mirror.example/debian|bookworm|main",
		"http://mirror.example/debian|bookworm|main",
		"http://mirror.example/debian|bookworm|contrib",
		"http://mirror.example/security|bookworm-security|main",
		"http://other.example|nodistro|main",
	}, "\n")
	got, err := debianLines(targets, "bookworm")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"deb http://mirror.example/debian bookworm main", "deb http://mirror.example/security bookworm-security main"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := debianLines(targets, "trixie"); err == nil || !strings.Contains(err.Error(), "ASSAY_IMAGES=public") {
		t.Errorf("a machine without the suite: %v", err)
	}
}

func TestCancelledCommandEndsWithItsChildren(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	var log bytes.Buffer
	err := Run(ctx, &log, Command{Args: []string{"sh", "-c", "sleep 60 & wait"}})
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("ended after %s", took)
	}
}
