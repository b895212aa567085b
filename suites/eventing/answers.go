package eventing

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// answers sends requests through the ingress and keeps what was answered.
type answers struct {
	ingress *observe.IngressClient
	mu      sync.Mutex
	all     []observe.Answer
}

// Do implements traffic.API.
func (a *answers) Do(ctx context.Context, call observe.Call) (observe.Answer, error) {
	answer, err := a.ingress.Do(ctx, call)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, answer)
	return answer, err
}

// accepted are the answers to the accepted requests that suit.
func (a *answers) accepted(suits func(spec.LoadRequest) bool) []observe.Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return filter(a.all, func(answer observe.Answer) bool {
		r, known := p.Spec.Load.Request(answer.Change)
		return known && answer.Result == history.Accepted && suits(r)
	})
}

// readBack reads every object that the API should still have, where it can be read.
func (x *experiment) readBack(ctx context.Context) error {
	x.Stored = map[string][]byte{}
	removed := map[string]bool{}
	for _, answer := range x.answers.accepted(func(r spec.LoadRequest) bool { return r.Does == spec.Removes }) {
		removed[answer.Key] = true
	}
	for _, answer := range x.answers.accepted(func(spec.LoadRequest) bool { return true }) {
		request, _ := p.Spec.Load.Request(answer.Change)
		object, _ := p.Spec.Load.Object(request.Object)
		if removed[answer.Key] || x.Stored[answer.Key] != nil || object.Read == "" {
			continue
		}
		path := strings.ReplaceAll(object.Read, "{key}", url.PathEscape(answer.Key))
		read, err := x.ingress.Do(ctx, observe.Call{Method: http.MethodGet, Path: path, Key: answer.Key})
		if err != nil {
			return err
		}
		x.Stored[answer.Key] = read.Body
	}
	return nil
}
