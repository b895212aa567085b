package mutate

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/mutants"
)

// The Secret that holds what a mutant that is applied will be undone by. It is a
// Secret because what it keeps may be one; it never leaves the cluster.
const (
	journalName = "assay-mutant"
	journalKey  = "entry"
)

// entry is a mutant that is being applied, and what was there before.
type entry struct {
	Mutant mutants.Mutant `json:"mutant"`
	// Before holds the original of each step's object, null where there was none.
	Before []json.RawMessage `json:"before"`
}

// journal keeps the entry of the mutant that is applied.
type journal struct{ cluster *kube.Cluster }

func journalSecret() *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: journalName, Namespace: metav1.NamespaceSystem}}
}

// write replaces the entry.
func (j journal) write(ctx context.Context, e entry) error {
	content, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("save what was there before: %w", err)
	}
	secret := journalSecret()
	secret.Data = map[string][]byte{journalKey: content}
	err = j.cluster.Create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		err = j.cluster.Update(ctx, secret)
	}
	if err != nil {
		return fmt.Errorf("save what was there before: %w", err)
	}
	return nil
}

// read returns the entry of a mutant that was not undone, nil if there is none.
func (j journal) read(ctx context.Context) (*entry, error) {
	secret := journalSecret()
	err := j.cluster.Get(ctx, client.ObjectKeyFromObject(secret), secret)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for a mutant that was not undone: %w", err)
	}
	var e entry
	if err := json.Unmarshal(secret.Data[journalKey], &e); err != nil {
		return nil, fmt.Errorf("the Secret %s/%s is damaged (%w): `make down` and `make up` give a fresh platform", metav1.NamespaceSystem, journalName, err)
	}
	return &e, nil
}

// clear forgets the entry, once it is undone.
func (j journal) clear(ctx context.Context) error {
	if err := client.IgnoreNotFound(j.cluster.Delete(ctx, journalSecret())); err != nil {
		return fmt.Errorf("forget what was undone: %w", err)
	}
	return nil
}
