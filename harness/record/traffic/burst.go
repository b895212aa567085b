package traffic

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// Largest is a request that makes an object which is as large as the API takes, of a user
// of its own. The error is a load that has no such request.
func Largest(load spec.Traffic, now time.Time) (observe.Call, error) {
	maker := NewMaker(load, nil)
	for _, r := range load.Requests {
		if r.Does != spec.Makes {
			continue
		}
		kind, _ := load.Object(r.Object)
		with := map[string]any{}
		for _, f := range kind.Fields {
			with[f.Name] = largest(f, now)
		}
		step, err := maker.Build(r, nil, uuid.NewString(), with)
		return step.Call, err
	}
	return observe.Call{}, fmt.Errorf("make large objects: %w", ErrMakesNothing)
}

// ErrMakesNothing says that no request of a load makes an object.
var ErrMakesNothing = errors.New("no request of the load makes an object")

// Burst makes objects that are as large as the API takes, so many side by side, until ctx
// ends, and returns how many were accepted. What was started is answered, or times out,
// before it returns. The error is of the history, or ErrMakesNothing.
func Burst(ctx context.Context, api API, load spec.Traffic, sideBySide int) (int64, error) {
	var accepted atomic.Int64
	var making sync.WaitGroup
	problems := make([]error, sideBySide)
	for n := range sideBySide {
		making.Go(func() {
			for ctx.Err() == nil && problems[n] == nil {
				call, err := Largest(load, time.Now())
				if err == nil {
					var answer observe.Answer
					if answer, err = api.Do(context.WithoutCancel(ctx), call); answer.Result == history.Accepted {
						accepted.Add(1)
					}
				}
				problems[n] = err
			}
		})
	}
	making.Wait()
	return accepted.Load(), errors.Join(problems...)
}
