package operator

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
)

// PodSetReconciler keeps the pods that a StrimziPodSet lists: it creates what
// is missing, deletes what has ended and each pod that the selector matches and
// the set does not list, whoever made it, and counts. It never
// replaces a pod that runs with an older revision: rolling needs to know what
// the pods are for, so that is the Kafka reconciler's.
type PodSetReconciler struct {
	Client   client.Client
	Recorder record.EventRecorder
}

// SetupWithManager registers the reconciler for pod sets and their pods.
func (r *PodSetReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("strimzipodset").
		For(&api.StrimziPodSet{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&corev1.Pod{}).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(r.selecting)).
		WithOptions(retrySoon()).
		Complete(r)
}

// Reconcile brings the pods of one set to what it lists.
func (r *PodSetReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var set api.StrimziPodSet
	if err := r.Client.Get(ctx, req.NamespacedName, &set); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !set.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	selector, err := selectorOf(&set)
	if err != nil {
		return ctrl.Result{}, err
	}
	var pods corev1.PodList
	err = r.Client.List(ctx, &pods, client.InNamespace(set.Namespace), client.MatchingLabelsSelector{Selector: selector})
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("list pods of %s: %w", set.Name, err)
	}
	existing := map[string]*corev1.Pod{}
	for i := range pods.Items {
		if metav1.IsControlledBy(&pods.Items[i], &set) {
			existing[pods.Items[i].Name] = &pods.Items[i]
		}
	}
	err = errors.Join(r.createMissing(ctx, &set, existing), r.deleteSurplus(ctx, &set, pods.Items))
	return ctrl.Result{}, errors.Join(err, r.writeStatus(ctx, &set, existing))
}

// selectorOf refuses a selector without terms: it matches each pod of the namespace.
func selectorOf(set *api.StrimziPodSet) (labels.Selector, error) {
	selector, err := metav1.LabelSelectorAsSelector(&set.Spec.Selector)
	if err == nil && selector.Empty() {
		err = errors.New("it matches everything")
	}
	if err != nil {
		return nil, fmt.Errorf("read the selector of %s: %w", set.Name, err)
	}
	return selector, nil
}

// selecting returns the pod sets whose selector matches a pod. A pod that somebody
// else made names none of them as its owner.
func (r *PodSetReconciler) selecting(ctx context.Context, pod client.Object) []ctrl.Request {
	var sets api.StrimziPodSetList
	if err := r.Client.List(ctx, &sets, client.InNamespace(pod.GetNamespace())); err != nil {
		log.FromContext(ctx).Error(err, "List the pod sets that select a pod", "pod", pod.GetName())
		return nil
	}
	var requests []ctrl.Request
	for i := range sets.Items {
		selector, err := selectorOf(&sets.Items[i])
		if err == nil && selector.Matches(labels.Set(pod.GetLabels())) {
			requests = append(requests, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(&sets.Items[i])})
		}
	}
	return requests
}

func (r *PodSetReconciler) createMissing(ctx context.Context, set *api.StrimziPodSet, existing map[string]*corev1.Pod) error {
	var all error
	for i := range set.Spec.Pods {
		pod := set.Spec.Pods[i].DeepCopy()
		if existing[pod.Name] != nil {
			continue
		}
		pod.Namespace = set.Namespace
		pod.OwnerReferences = []metav1.OwnerReference{
			*metav1.NewControllerRef(set, api.CoreGroupVersion.WithKind("StrimziPodSet")),
		}
		if err := r.Client.Create(ctx, pod); err != nil {
			// an old pod of the name may still be there while the watch is behind: tried again
			r.Recorder.Eventf(set, corev1.EventTypeWarning, "FailedCreate", "Error creating pod %s: %v", pod.Name, err)
			all = errors.Join(all, fmt.Errorf("create pod %s: %w", pod.Name, err))
			continue
		}
		log.FromContext(ctx).Info("Created pod", "pod", pod.Name)
	}
	return all
}

// deleteSurplus deletes pods that are not listed and, of the set's own, those that
// ended, such as evicted ones, which would never run again.
func (r *PodSetReconciler) deleteSurplus(ctx context.Context, set *api.StrimziPodSet, matching []corev1.Pod) error {
	listed := map[string]bool{}
	for i := range set.Spec.Pods {
		listed[set.Spec.Pods[i].Name] = true
	}
	var all error
	for i := range matching {
		pod := &matching[i]
		ended := metav1.IsControlledBy(pod, set) && (pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed)
		if !pod.DeletionTimestamp.IsZero() || (listed[pod.Name] && !ended) {
			continue
		}
		err := r.Client.Delete(ctx, pod, client.Preconditions{UID: &pod.UID})
		if err != nil && !apierrors.IsNotFound(err) {
			all = errors.Join(all, fmt.Errorf("delete pod %s: %w", pod.Name, err))
			continue
		}
		log.FromContext(ctx).Info("Deleted pod", "pod", pod.Name, "phase", pod.Status.Phase)
	}
	return all
}

func (r *PodSetReconciler) writeStatus(ctx context.Context, set *api.StrimziPodSet, existing map[string]*corev1.Pod) error {
	status := api.StrimziPodSetStatus{ObservedGeneration: set.Generation}
	for i := range set.Spec.Pods {
		wanted := &set.Spec.Pods[i]
		pod := existing[wanted.Name]
		if pod == nil {
			continue
		}
		status.Pods++
		if podReady(pod) {
			status.ReadyPods++
		}
		if pod.Annotations[cluster.AnnotationRevision] == wanted.Annotations[cluster.AnnotationRevision] {
			status.CurrentPods++
		}
	}
	if equality.Semantic.DeepEqual(set.Status, status) {
		return nil
	}
	before := set.DeepCopy()
	set.Status = status
	if err := r.Client.Status().Patch(ctx, set, client.MergeFrom(before)); err != nil {
		return client.IgnoreNotFound(fmt.Errorf("write status of %s: %w", set.Name, err))
	}
	return nil
}

// podReady reports whether a pod is ready and not on its way out.
func podReady(pod *corev1.Pod) bool {
	if !pod.DeletionTimestamp.IsZero() {
		return false
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
