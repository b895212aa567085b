package run

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"
)

func TestReportIsALineForWhoListens(t *testing.T) {
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	want := Progress{Kind: ProgressPaused, Name: "fault.app-pod-kill broker-pod-kill", Fault: "broker-pod-kill", Message: "a\nb"}
	if !report(to, want) || report(nil, want) {
		t.Error("it is not told whether somebody listens")
	}
	line, err := bufio.NewReader(from).ReadBytes('\n')
	var got Progress
	if err := json.Unmarshal(line, &got); err != nil || got.Fault != want.Fault || got.Message != want.Message {
		t.Errorf("%+v, %v", got, err)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestHoldWaitsForNobody holds that a suite which nobody listens to goes on.
func TestHoldWaitsForNobody(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	Hold(ctx, Progress{})
	t.Setenv(HoldEnv, "1")
	Hold(ctx, Progress{})
	if ctx.Err() != nil {
		t.Error("it has waited to the end")
	}
}
