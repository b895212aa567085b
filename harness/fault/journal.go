package fault

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The journal is a ConfigMap beside what identifies the cluster: an entry for
// each fault that is prepared, with how to undo it. It outlives the process that
// wrote it.
const (
	journalNamespace = metav1.NamespaceSystem
	journalName      = "assay-faults"
)

// Labels of every object that a fault makes.
const (
	managedByLabel = "app.kubernetes.io/managed-by"
	managedByValue = "assay"
	faultLabel     = "assay.dev/fault"
)

// Labels are those of the objects of a fault.
func Labels(fault string) map[string]string {
	return map[string]string{managedByLabel: managedByValue, faultLabel: fault}
}

func journal() *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: journalNamespace, Name: journalName, Labels: map[string]string{managedByLabel: managedByValue},
	}}
}

// remember writes an entry. An entry of that fault that is there already was left
// by a run that did not recover: it has to be cleaned up first.
func (l *Lab) remember(ctx context.Context, fault string, undos []Undo) error {
	content, err := json.Marshal(undos)
	if err != nil {
		return fmt.Errorf("write down how to undo %s: %w", fault, err)
	}
	book := journal()
	err = l.Cluster.Get(ctx, client.ObjectKeyFromObject(book), book)
	if apierrors.IsNotFound(err) {
		book = journal()
		book.Data = map[string]string{fault: string(content)}
		err = l.Cluster.Create(ctx, book)
	} else if err == nil {
		if _, open := book.Data[fault]; open {
			return fmt.Errorf("%s is still in the journal of faults: run `assay heal` first", fault)
		}
		err = l.write(ctx, book, fault, content)
	}
	if err != nil {
		return fmt.Errorf("write down how to undo %s: %w", fault, err)
	}
	return nil
}

// write merges one entry, so that two writers do not take away each other's.
func (l *Lab) write(ctx context.Context, book *corev1.ConfigMap, fault string, content []byte) error {
	before := book.DeepCopy()
	if book.Data == nil {
		book.Data = map[string]string{}
	}
	book.Data[fault] = string(content)
	return l.Cluster.Patch(ctx, book, client.MergeFrom(before))
}

// forget removes an entry, and the journal with its last one.
func (l *Lab) forget(ctx context.Context, fault string) error {
	book := journal()
	err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(book), book)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget %s: %w", fault, err)
	}
	before := book.DeepCopy()
	delete(book.Data, fault)
	if len(book.Data) == 0 {
		err = client.IgnoreNotFound(l.Cluster.Delete(ctx, book))
	} else {
		err = l.Cluster.Patch(ctx, book, client.MergeFrom(before))
	}
	if err != nil {
		return fmt.Errorf("forget %s: %w", fault, err)
	}
	return nil
}

// entry is one fault of the journal.
type entry struct {
	fault string
	undos []Undo
}

// open returns the entries of the journal, by name.
func (l *Lab) open(ctx context.Context) ([]entry, error) {
	book := journal()
	err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(book), book)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the journal of faults: %w", err)
	}
	var entries []entry
	for fault, content := range book.Data {
		e := entry{fault: fault}
		if err := json.Unmarshal([]byte(content), &e.undos); err != nil {
			return nil, fmt.Errorf("read the journal's entry of %s: %w", fault, err)
		}
		entries = append(entries, e)
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].fault < entries[j].fault })
	return entries, nil
}
