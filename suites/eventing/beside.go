package eventing

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
)

// user is one of those whose objects are made.
func (x *experiment) user() string {
	if len(x.users) == 0 {
		return uuid.NewString()
	}
	return x.users[0]
}

// maker makes requests beside the load.
func (x *experiment) maker() *traffic.Maker {
	return traffic.NewMaker(p.Spec.Load, rand.New(rand.NewPCG(uint64(p.Run.Seed), besideLoad)))
}

// besideLoad is the source of random numbers of what is sent beside the load.
const besideLoad = 0xbe51de

// derive sends each request that has the platform itself make an object, so that whoever
// does that has something to do whatever the load's chances are.
func (x *experiment) derive(ctx context.Context) error {
	for r, e := range p.Spec.Load.Expectations() {
		if e.Makes == "" {
			continue
		}
		if err := x.deriveBy(ctx, r, e); err != nil {
			return fmt.Errorf("have the platform make an object by %s: %w", r.Name, err)
		}
	}
	return nil
}

// deriveBy makes an object and sends the request about it.
func (x *experiment) deriveBy(ctx context.Context, r spec.LoadRequest, e spec.Expectation) error {
	maker := x.maker()
	with := map[string]any{}
	object, _ := p.Spec.Load.Object(r.Object)
	if field, known := object.Field(e.When); known {
		with[e.When] = maker.Value(field)
	}
	makes, known := makesObject(r.Object)
	if !known {
		return traffic.ErrMakesNothing
	}
	step, err := maker.Build(makes, nil, x.user(), with)
	if err != nil {
		return err
	}
	made, err := x.accepted(ctx, step.Call)
	if err != nil || r.Does == spec.Makes {
		return err
	}
	next, err := maker.Build(r, step.After(made), x.user(), nil)
	if err != nil {
		return err
	}
	_, err = x.accepted(ctx, next.Call)
	return err
}

// accepted sends a request that has to be accepted.
func (x *experiment) accepted(ctx context.Context, call observe.Call) (observe.Answer, error) {
	answer, err := x.answers.Do(ctx, call)
	if err == nil && answer.Result != history.Accepted {
		err = fmt.Errorf("%s %s is answered %d %s %s", call.Method, call.Path, answer.Status, answer.Error, answer.Body)
	}
	return answer, err
}

// makesObject is the first request that makes an object of a name.
func makesObject(name string) (spec.LoadRequest, bool) {
	for _, r := range p.Spec.Load.Requests {
		if r.Does == spec.Makes && r.Object == name {
			return r, true
		}
	}
	return spec.LoadRequest{}, false
}

// abandon makes objects and closes the connection before the answer: whoever publishes
// meets that, and nobody knows what became of it.
func (x *experiment) abandon(ctx context.Context) error {
	for _, object := range p.Spec.Load.Objects {
		makes, known := makesObject(object.Name)
		if !known {
			continue
		}
		step, err := x.maker().Build(makes, nil, x.user(), nil)
		if err != nil {
			return err
		}
		step.Call.Abandon = true
		if _, err := x.answers.Do(ctx, step.Call); err != nil {
			return err
		}
	}
	return nil
}
