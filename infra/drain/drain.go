// Package drain takes from a cluster what holds cloud resources outside of it,
// before the cluster itself is deleted: Services of type LoadBalancer, whose
// load balancers keep the subnets, and volume claims, whose volumes would stay
// and be paid for. A cluster that is gone cannot clean up after itself.
package drain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// quotaName is the quota that keeps controllers from making new claims for the
// pods that are about to go.
const quotaName = "assay-drain"

// Options bound the drain.
type Options struct {
	// Poll is how often the cluster is looked at. Zero: 2 s.
	Poll time.Duration
	// Log receives what is deleted. Nil: nothing.
	Log func(format string, args ...any)
}

// Cluster deletes and waits until the cloud's objects are gone or ctx ends. The
// error of an ended ctx names what is left.
func Cluster(ctx context.Context, client kubernetes.Interface, opts Options) error {
	if opts.Poll == 0 {
		opts.Poll = 2 * time.Second
	}
	if opts.Log == nil {
		opts.Log = func(string, ...any) {}
	}
	d := &drainer{client: client, opts: opts}
	if err := d.until(ctx, d.balancers); err != nil {
		return fmt.Errorf("delete the load balancers: %w", err)
	}
	if err := d.until(ctx, d.deleteVolumes); err != nil {
		return fmt.Errorf("delete the volume claims: %w", err)
	}
	if err := d.until(ctx, d.volumes); err != nil {
		return fmt.Errorf("wait for the volumes to go: %w", err)
	}
	return nil
}

type drainer struct {
	client kubernetes.Interface
	opts   Options
}

// step pushes on and returns what is left.
type step func(ctx context.Context) (left []string, err error)

func (d *drainer) until(ctx context.Context, next step) error {
	ticker := time.NewTicker(d.opts.Poll)
	defer ticker.Stop()
	for {
		left, err := next(ctx)
		if err == nil && len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err, fmt.Errorf("left are %v", left))
		case <-ticker.C:
		}
	}
}

// balancers deletes Services of type LoadBalancer. The cloud controller holds
// each by a finalizer until its load balancer is gone.
func (d *drainer) balancers(ctx context.Context) ([]string, error) {
	services, err := d.client.CoreV1().Services("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var left []string
	for _, service := range services.Items {
		if service.Spec.Type != corev1.ServiceTypeLoadBalancer {
			continue
		}
		left = append(left, service.Namespace+"/"+service.Name)
		if service.DeletionTimestamp != nil {
			continue
		}
		d.opts.Log("delete service %s/%s", service.Namespace, service.Name)
		err := d.client.CoreV1().Services(service.Namespace).Delete(ctx, service.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return left, err
		}
	}
	return left, nil
}

// deleteVolumes deletes volume claims and the pods that use them: a claim in use waits
// for its last pod.
func (d *drainer) deleteVolumes(ctx context.Context) ([]string, error) {
	pvcs, err := d.client.CoreV1().PersistentVolumeClaims("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var left []string
	for _, pvc := range pvcs.Items {
		left = append(left, pvc.Namespace+"/"+pvc.Name)
		if pvc.DeletionTimestamp == nil {
			if err := d.forbidVolumes(ctx, pvc.Namespace); err != nil {
				return left, err
			}
			d.opts.Log("delete claim %s/%s", pvc.Namespace, pvc.Name)
			err := d.client.CoreV1().PersistentVolumeClaims(pvc.Namespace).Delete(ctx, pvc.Name, metav1.DeleteOptions{})
			if err != nil && !apierrors.IsNotFound(err) {
				return left, err
			}
		}
		if err := d.deleteUsers(ctx, pvc); err != nil {
			return left, err
		}
	}
	return left, nil
}

// forbidVolumes keeps StatefulSets and operators from making the claim again.
func (d *drainer) forbidVolumes(ctx context.Context, namespace string) error {
	_, err := d.client.CoreV1().ResourceQuotas(namespace).Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: quotaName},
		Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{
			corev1.ResourcePersistentVolumeClaims: resource.MustParse("0"),
		}},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("forbid new claims in %s: %w", namespace, err)
	}
	return nil
}

func (d *drainer) deleteUsers(ctx context.Context, pvc corev1.PersistentVolumeClaim) error {
	pods, err := d.client.CoreV1().Pods(pvc.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, pod := range pods.Items {
		uses := slices.ContainsFunc(pod.Spec.Volumes, func(volume corev1.Volume) bool {
			return volume.PersistentVolumeClaim != nil && volume.PersistentVolumeClaim.ClaimName == pvc.Name
		})
		if !uses || pod.DeletionTimestamp != nil {
			continue
		}
		err := d.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// volumes waits for the storage driver to delete what the claims had. Volumes
// that are kept on purpose are not waited for.
func (d *drainer) volumes(ctx context.Context) ([]string, error) {
	volumes, err := d.client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var left []string
	for _, volume := range volumes.Items {
		if volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete {
			left = append(left, volume.Name)
		}
	}
	return left, nil
}
