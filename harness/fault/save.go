package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Saved is an object of the platform as it was before somebody changed it. Heal
// brings it back should nobody else.
type Saved struct{ base }

// Save copies an object under the name of what is about to change it.
func (l *Lab) Save(ctx context.Context, name string, object client.Object) (*Saved, error) {
	u, err := l.removal(object)
	if err != nil {
		return nil, err
	}
	undos, err := l.save(ctx, name, u)
	if err != nil {
		return nil, err
	}
	k := &Saved{base{lab: l, name: name}}
	return k, k.plan(ctx, nil, undos...)
}

// Restore makes the object what it was. It may be called again.
func (k *Saved) Restore(ctx context.Context) error {
	if err := k.Recover(ctx); err != nil {
		return err
	}
	left, err := k.Residue(ctx)
	if err == nil && len(left) > 0 {
		err = errors.New(strings.Join(left, "; "))
	}
	if err != nil {
		return fmt.Errorf("restore what %s changed: %w", k.name, err)
	}
	return nil
}
