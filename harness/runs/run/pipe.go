package run

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"syscall"
)

// pipe is what ProgressEnv names, opened once in a process. Nobody has to listen: a
// suite is not stopped by that.
var pipe = sync.OnceValue(func() *os.File {
	path := os.Getenv(ProgressEnv)
	if path == "" {
		return nil
	}
	// Without a reader this fails at once instead of waiting for one.
	file, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	return file
})

// Report sends progress to who started the suite, if anybody listens, and returns
// whether somebody does.
func Report(progress Progress) bool { return report(pipe(), progress) }

func report(to *os.File, progress Progress) bool {
	if to == nil {
		return false
	}
	content, err := json.Marshal(progress)
	if err != nil {
		return false
	}
	_, err = to.Write(append(content, '\n'))
	return err == nil
}

// Hold reports a check that cannot pass any more as held and waits until ctx ends, if
// HoldEnv is set and somebody listens. Who listens kills the suite, so that nothing
// after the call runs: what is broken stays for looking.
func Hold(ctx context.Context, progress Progress) {
	if os.Getenv(HoldEnv) == "" || ctx.Err() != nil {
		return
	}
	progress.Kind = ProgressPaused
	if Report(progress) {
		<-ctx.Done()
	}
}
