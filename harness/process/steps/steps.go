// Package steps runs named pieces of long work, each as soon as the ones that it
// needs have succeeded, and reports what happens while it does.
//
// Every step writes its full log to a file of its own; an error names that file
// and carries its last lines.
package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Step is one piece of work.
type Step struct {
	// Name is unique in a plan, is what people see, and names the log file.
	Name string
	// Needs names the steps that must have succeeded before this one starts.
	Needs []string
	// Run does the work. It writes whatever may help to find a fault to log.
	Run func(ctx context.Context, log io.Writer) error
	// Metered says that Run moves bytes: its log has the method Transferred(done,
	// total int64), by which Run reports them. Other logs are files, which programs
	// write to by themselves.
	Metered bool
}

// Observer is told of each step's start and end, and of the bytes that a metered one
// moves. Calls may be concurrent.
type Observer interface {
	Started(name string)
	Transferred(name string, done, total int64)
	Ended(name string, took time.Duration, err error)
}

// Failure is the error of one step, with the place of its full log.
type Failure struct {
	Step string
	Log  string
	Tail string
	Err  error
}

// Error names the step, its error, the end of its log and the log's path.
func (f *Failure) Error() string {
	text := fmt.Sprintf("%s: %v", f.Step, f.Err)
	if f.Tail != "" {
		text += "\n" + f.Tail
	}
	return text + "\nfull log: " + f.Log
}

// Unwrap returns the step's own error.
func (f *Failure) Unwrap() error { return f.Err }

// Run executes the plan and returns the first failure, after the steps that
// were running then have ended: they are cancelled through their context. Logs
// go to logDir/<name>.log.
func Run(ctx context.Context, plan []Step, logDir string, observer Observer) error {
	if err := validate(plan); err != nil {
		return err
	}
	if err := os.MkdirAll(logDir, 0o755); err != nil {
		return fmt.Errorf("make the directory of the logs: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	finished := make(map[string]chan struct{}, len(plan))
	for _, step := range plan {
		finished[step.Name] = make(chan struct{})
	}
	var wait sync.WaitGroup
	for _, step := range plan {
		wait.Go(func() {
			if !ready(ctx, step, finished) {
				return
			}
			if err := runOne(ctx, step, logDir, observer); err != nil {
				cancel(err)
				return
			}
			close(finished[step.Name])
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// ready waits for the step's needs and reports whether the step may start.
func ready(ctx context.Context, step Step, finished map[string]chan struct{}) bool {
	for _, need := range step.Needs {
		select {
		case <-finished[need]:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

func runOne(ctx context.Context, step Step, logDir string, observer Observer) error {
	path := filepath.Join(logDir, strings.NewReplacer("/", "_", ":", "_", " ", "-").Replace(step.Name)+".log")
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create the log of %s: %w", step.Name, err)
	}
	defer func() { _ = file.Close() }()
	var log io.Writer = file
	if step.Metered {
		log = meteredLog{file, step.Name, observer}
	}
	observer.Started(step.Name)
	start := time.Now()
	err = step.Run(ctx, log)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		// Another step failed first, or the user interrupted: that is the cause.
		err = context.Cause(ctx)
		observer.Ended(step.Name, time.Since(start), errors.New("cancelled"))
		return err
	}
	observer.Ended(step.Name, time.Since(start), err)
	if err != nil {
		return &Failure{Step: step.Name, Log: path, Tail: tail(path, 15), Err: err}
	}
	return nil
}

// tail returns the last lines of a log, indented, or nothing where it is empty.
func tail(path string, lines int) string {
	content, err := os.ReadFile(path)
	if err != nil || len(content) == 0 {
		return ""
	}
	all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return "  | " + strings.Join(all, "\n  | ")
}

// validate refuses a plan that could not end: unknown needs, doubled names, rings.
func validate(plan []Step) error {
	needs := make(map[string][]string, len(plan))
	for _, step := range plan {
		if _, ok := needs[step.Name]; ok {
			return fmt.Errorf("step %q is planned twice", step.Name)
		}
		needs[step.Name] = step.Needs
	}
	state := map[string]int{} // 1: on the path being walked, 2: known to end
	var walk func(name, from string) error
	walk = func(name, from string) error {
		list, ok := needs[name]
		switch {
		case !ok:
			return fmt.Errorf("step %q needs %q, which is not planned", from, name)
		case state[name] == 1:
			return fmt.Errorf("step %q needs itself", name)
		case state[name] == 2:
			return nil
		}
		state[name] = 1
		for _, need := range list {
			if err := walk(need, name); err != nil {
				return err
			}
		}
		state[name] = 2
		return nil
	}
	for _, step := range plan {
		if err := walk(step.Name, ""); err != nil {
			return err
		}
	}
	return nil
}
