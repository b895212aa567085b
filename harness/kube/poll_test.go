package kube_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/kube"
)

var errNotYet = errors.New("not yet")

func TestPollWantsSuccessesInARow(t *testing.T) {
	answers := []error{nil, nil, errNotYet, nil, nil, nil}
	attempts := 0
	err := kube.Poll{Every: time.Millisecond, Within: 5 * time.Second, InARow: 3}.Until(t.Context(), func(context.Context) error {
		attempts++
		return answers[attempts-1]
	})
	if err != nil || attempts != len(answers) {
		t.Errorf("%d looks, %v", attempts, err)
	}
}

func TestPollEndsWithWhatItSawLast(t *testing.T) {
	attempts := 0
	err := kube.Poll{Every: time.Millisecond, Within: 30 * time.Millisecond}.Until(t.Context(), func(ctx context.Context) error {
		if attempts++; attempts > 3 {
			<-ctx.Done() // a look that the end of the wait cuts short explains nothing
			return ctx.Err()
		}
		return errNotYet
	})
	if !errors.Is(err, errNotYet) || !strings.Contains(err.Error(), "30ms") {
		t.Errorf("%v", err)
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (kube.Poll{Every: time.Millisecond, Within: time.Hour}).Until(ctx, func(context.Context) error { return errNotYet }); err == nil {
		t.Error("no error")
	}
}
