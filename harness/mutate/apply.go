package mutate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// changer applies mutants to a cluster and undoes them.
type changer struct {
	cluster  *kube.Cluster
	ingress  string // where the ingress controller takes HTTP
	journal  journal
	timeouts spec.Timeouts
	spec     *spec.Spec
}

func newChanger(s *spec.Spec, cluster *kube.Cluster, ingress string) changer {
	return changer{cluster: cluster, ingress: ingress, journal: journal{cluster}, timeouts: s.Timeouts, spec: s}
}

// apply breaks what the mutant breaks. What was there is in the journal before
// anything is changed.
func (c changer) apply(ctx context.Context, m mutants.Mutant) error {
	e := entry{Mutant: m, Before: make([]json.RawMessage, len(m.Apply))}
	for i, step := range m.Apply {
		if step.Create != nil && deletes(m.Apply[:i], target(step)) {
			continue // what was there is in the journal with the step that deletes it
		}
		before, err := c.before(ctx, step)
		if err != nil {
			return err
		}
		e.Before[i] = before
	}
	if err := c.journal.write(ctx, e); err != nil {
		return err
	}
	for i, step := range m.Apply {
		if err := c.change(ctx, step, e.Before[i]); err != nil {
			return fmt.Errorf("apply[%d]: %w", i, err)
		}
	}
	return nil
}

// undo restores what the journal says was there, the last change first, then
// restarts what was restarted, so that it sees the restored things.
func (c changer) undo(ctx context.Context) error {
	e, err := c.journal.read(ctx)
	if e == nil || err != nil {
		return err
	}
	for i, step := range slices.Backward(e.Mutant.Apply) {
		if err := c.restore(ctx, step, e.Before[i]); err != nil {
			return fmt.Errorf("undo %s: apply[%d]: %w", e.Mutant.ID, i, err)
		}
	}
	for _, step := range e.Mutant.Apply {
		if step.Restart == nil {
			continue
		}
		if err := c.restart(ctx, step.Restart.Object, mutants.Complete); err != nil {
			return fmt.Errorf("undo %s: %w", e.Mutant.ID, err)
		}
	}
	return c.journal.clear(ctx)
}

// before returns what a step is about to change, nil if there is nothing.
func (c changer) before(ctx context.Context, step mutants.Step) (json.RawMessage, error) {
	if step.Restart != nil || step.Rewrite != nil || step.Causes != nil {
		return nil, nil
	}
	if step.Expire != nil {
		return c.expiring(ctx, *step.Expire)
	}
	object := named(target(step))
	err := c.cluster.Get(ctx, client.ObjectKeyFromObject(object), object)
	if apierrors.IsNotFound(err) && step.Create != nil {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", target(step), err)
	}
	if step.Create != nil {
		return nil, fmt.Errorf("%s is there already", target(step))
	}
	return object.MarshalJSON()
}

// create makes the object of a step. Of a topic of the cluster it waits until the broker has
// it: nobody takes care of one that belongs to no cluster.
func (c changer) create(ctx context.Context, step mutants.Step) error {
	raw, err := json.Marshal(step.Create)
	if err != nil {
		return err
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(raw); err != nil { // numbers as Kubernetes has them
		return err
	}
	if err := c.cluster.Create(ctx, object); err != nil {
		return err
	}
	if object.GetKind() == kube.KafkaTopicKind.Kind && object.GetLabels()["strimzi.io/cluster"] != "" {
		return c.awaitOperator(ctx, target(step), true)
	}
	return nil
}

// deletes reports whether some steps delete an object.
func deletes(steps []mutants.Step, o mutants.Object) bool {
	return slices.ContainsFunc(steps, func(step mutants.Step) bool { return step.Delete != nil && *step.Delete == o })
}

// target is the object that a step changes.
func target(step mutants.Step) mutants.Object {
	switch {
	case step.Patch != nil:
		return step.Patch.Object
	case step.Delete != nil:
		return *step.Delete
	case step.Causes != nil:
		return *step.Causes
	}
	made := unstructured.Unstructured{Object: step.Create}
	return mutants.Object{APIVersion: made.GetAPIVersion(), Kind: made.GetKind(), Namespace: made.GetNamespace(), Name: made.GetName()}
}

// named returns an empty object to read into.
func named(o mutants.Object) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(schema.FromAPIVersionAndKind(o.APIVersion, o.Kind))
	object.SetNamespace(o.Namespace)
	object.SetName(o.Name)
	return object
}

// change does one step to what was there before.
func (c changer) change(ctx context.Context, step mutants.Step, before json.RawMessage) error {
	switch {
	case step.Rewrite != nil, step.Causes != nil:
		return nil // the checks use the API proxy, see view; what is caused comes by itself
	case step.Restart != nil:
		return c.restart(ctx, step.Restart.Object, step.Restart.Rollout)
	case step.Expire != nil:
		return c.expire(ctx, *step.Expire, before)
	case step.Delete != nil:
		return c.cluster.Remove(ctx, named(*step.Delete), c.timeouts.ObjectDeleted.Duration)
	case step.Create != nil:
		return c.create(ctx, step)
	}
	var kind types.PatchType
	var content any
	switch {
	case len(step.Patch.JSON) > 0:
		kind, content = types.JSONPatchType, step.Patch.JSON
	case len(step.Patch.Merge) > 0:
		kind, content = types.MergePatchType, step.Patch.Merge
	default:
		return errors.New("the patch is empty")
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return err
	}
	object := named(step.Patch.Object)
	if err := c.cluster.Patch(ctx, object, client.RawPatch(kind, raw)); err != nil {
		return err
	}
	if err := c.awaitChange(ctx, step.Patch.Object, step.Patch.Rollout); err != nil {
		return err
	}
	select {
	case <-time.After(step.Patch.Settle):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// restore brings back what a step changed.
func (c changer) restore(ctx context.Context, step mutants.Step, before json.RawMessage) error {
	switch {
	case step.Restart != nil:
		return nil // done at the end
	case step.Rewrite != nil:
		return nil
	case step.Expire != nil:
		return c.removeExpired(ctx, before)
	case step.Create != nil, step.Causes != nil:
		return c.cluster.Remove(ctx, named(target(step)), c.timeouts.ObjectDeleted.Duration)
	}
	original := &unstructured.Unstructured{}
	if err := original.UnmarshalJSON(before); err != nil {
		return err
	}
	object := named(target(step))
	if step.Patch != nil && step.Patch.Remake {
		if err := c.cluster.Remove(ctx, named(target(step)), c.timeouts.ObjectDeleted.Duration); err != nil {
			return fmt.Errorf("remove %s to recreate it: %w", target(step), err)
		}
	}
	err := c.cluster.Get(ctx, client.ObjectKeyFromObject(object), object)
	recreated := apierrors.IsNotFound(err)
	switch {
	case recreated:
		original.SetResourceVersion("")
		original.SetUID("")
		err = c.cluster.Create(ctx, original)
	case err == nil:
		original.SetResourceVersion(object.GetResourceVersion())
		err = c.cluster.Update(ctx, original)
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", target(step), err)
	}
	return c.awaitRestored(ctx, step, recreated)
}

// restart starts a workload's pods again and waits until the rollout has come as far
// as it has to.
func (c changer) restart(ctx context.Context, o mutants.Object, rollout mutants.Rollout) error {
	stamp := time.Now().UTC().Format(time.RFC3339Nano)
	patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":%q}}}}}`, stamp)
	if err := c.cluster.Patch(ctx, named(o), client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		return fmt.Errorf("restart %s: %w", o, err)
	}
	return c.awaitRollout(ctx, o, rollout)
}
