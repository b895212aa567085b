package platform

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"assay.dev/assay/harness/process/refusal"
)

// remove removes objects of the platform by their IDs, containers before networks.
// Containers take their anonymous volumes along.
func (o *owned) remove(ctx context.Context, log io.Writer, ours []dockerObject) error {
	for _, object := range ours {
		if object.kind != containerKind {
			continue
		}
		if err := o.removeOne(ctx, log, object, "rm", "--force", "--volumes", object.id); err != nil {
			return err
		}
	}
	for _, object := range ours {
		if object.kind != networkKind {
			continue
		}
		users, err := docker(ctx, log, "network", "inspect", "--format", "{{range .Containers}}{{.Name}} {{end}}", object.id)
		if err != nil {
			return fmt.Errorf("look who uses the %s: %w", object, err)
		}
		if users := strings.Fields(users); len(users) > 0 {
			return &refusal.Error{Reason: fmt.Sprintf("the %s is left: it is used by %s, which the platform %s did not make; disconnect it and run `make down` again",
				object, strings.Join(users, ", "), o.platform)}
		}
		if err := o.removeOne(ctx, log, object, "network", "rm", object.id); err != nil {
			return err
		}
	}
	return nil
}

// removeOne runs a docker command that removes a recorded object, and looks that it
// is gone: docker's command succeeds for what it does not find, too.
func (o *owned) removeOne(ctx context.Context, log io.Writer, object dockerObject, command ...string) error {
	return o.Remove(object.kind, object.id, func() error {
		_, failed := docker(ctx, log, command...)
		all, err := listObjects(ctx, log)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(other dockerObject) bool { return other.kind == object.kind && other.id == object.id }) {
			return nil
		}
		if failed == nil {
			failed = fmt.Errorf("it is still there")
		}
		return failed
	})
}

// isNode reports whether an object is one of the cluster's nodes.
func (o dockerObject) isNode() bool { return o.kind == containerKind && o.cluster != "" }

// removeNodes removes what an earlier cluster of the platform left.
func (o *owned) removeNodes(ctx context.Context, log io.Writer) error {
	ours, foreign, err := o.find(ctx, log)
	if err != nil {
		return err
	}
	if err := o.refuseForeign(foreign); err != nil {
		return err
	}
	return o.remove(ctx, log, slices.DeleteFunc(ours, func(object dockerObject) bool { return !object.isNode() }))
}
