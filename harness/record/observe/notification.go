package observe

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// ErrShowsNoState says that no application shows how far the effects of the events of a
// topic are.
var ErrShowsNoState = errors.New("no application shows how far the effects of its events are")

// Scheduled asks the application that shows it how far the effect of a scheduled event of
// a topic is, empty if the application does not know the event, and whether the effect
// has happened. The error is of asking, or ErrShowsNoState.
func (p *Platform) Scheduled(ctx context.Context, topic, id string) (state string, done bool, err error) {
	for _, q := range p.queries() {
		if q.Topic == topic && q.Show.State != "" {
			state, err = q.state(ctx, p.options.Cluster.HTTPWithAppToken(p.options.Spec.Timeouts.HTTPRequest.Duration), id)
			return state, state == q.Show.Done, err
		}
	}
	return "", false, ErrShowsNoState
}

// state asks for the state of one event's effect.
func (q Query) state(ctx context.Context, web *http.Client, id string) (string, error) {
	var found map[string]json.RawMessage
	_, err := Effects{Client: web}.get(ctx, q.of(id), &found)
	return memberOf(found, q.Show.State), err
}
