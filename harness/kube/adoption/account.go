package adoption

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/kube"
)

// RunLabel is on everything that an adoption makes. Its value is the run's ID.
const RunLabel = "assay.dev/adoption"

// makeAccount makes the service account of a run, and gives it its rights.
func makeAccount(ctx context.Context, client kubernetes.Interface, opts Options) error {
	name := account(opts.Run)
	meta := metav1.ObjectMeta{
		Name: name, Annotations: opts.Notes,
		// Who lists what is in the platform's namespaces knows whose this is.
		Labels: map[string]string{RunLabel: strings.ToLower(opts.Run), kube.ManagedByLabel: kube.ManagedBy},
	}
	_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceSystem).Create(ctx, &corev1.ServiceAccount{ObjectMeta: meta}, metav1.CreateOptions{})
	if err := made(err); err != nil {
		return fmt.Errorf("make the run's service account: %w", err)
	}
	role := "cluster-admin"
	if !opts.Rights.Admin {
		role = name
		_, err := client.RbacV1().ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: opts.Rights.Cluster}, metav1.CreateOptions{})
		if err := made(err); err != nil {
			return fmt.Errorf("make the run's rights: %w", err)
		}
	}
	subjects := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: metav1.NamespaceSystem, Name: name}}
	_, err = client.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: meta, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
	}, metav1.CreateOptions{})
	if err := made(err); err != nil {
		return fmt.Errorf("bind the run's service account: %w", err)
	}
	if len(opts.Rights.Namespaces) == 0 {
		return nil
	}
	for _, namespace := range opts.Namespaces {
		_, err := client.RbacV1().Roles(namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: opts.Rights.Namespaces}, metav1.CreateOptions{})
		if err := made(err); err != nil {
			return fmt.Errorf("make the run's rights in %s: %w", namespace, err)
		}
		_, err = client.RbacV1().RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{
			ObjectMeta: meta, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		}, metav1.CreateOptions{})
		if err := made(err); err != nil {
			return fmt.Errorf("bind the run's service account in %s: %w", namespace, err)
		}
	}
	return nil
}

// made is the error of making what the same run may have made before.
func made(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// Others describes the adoptions of a cluster that are not of a run, one line for each.
func Others(ctx context.Context, client kubernetes.Interface, run string) ([]string, error) {
	list, err := client.CoreV1().ServiceAccounts(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{LabelSelector: RunLabel})
	if err != nil {
		return nil, fmt.Errorf("look for other adoptions: %w", err)
	}
	var others []string
	for _, one := range list.Items {
		if id := one.Labels[RunLabel]; id != strings.ToLower(run) {
			text := id + " since " + one.CreationTimestamp.UTC().Format("2006-01-02 15:04") + " UTC"
			if who := one.Annotations[OwnerNote]; who != "" {
				text += " by " + who
			}
			others = append(others, text)
		}
	}
	return others, nil
}

// OwnerNote is the annotation that names who has adopted the cluster, and from where.
const OwnerNote = "assay.dev/owner"

// Drop removes the run's service account, whose token then opens nothing, and its rights.
// The label stays: see Unmark.
func Drop(ctx context.Context, client kubernetes.Interface, run string, namespaces []string) error {
	name := account(run)
	rbac, none := client.RbacV1(), metav1.DeleteOptions{}
	problems := []error{
		ignoreMissing(rbac.ClusterRoleBindings().Delete(ctx, name, none)),
		ignoreMissing(client.CoreV1().ServiceAccounts(metav1.NamespaceSystem).Delete(ctx, name, none)),
		ignoreMissing(rbac.ClusterRoles().Delete(ctx, name, none)),
	}
	for _, namespace := range namespaces {
		problems = append(problems,
			ignoreMissing(rbac.RoleBindings(namespace).Delete(ctx, name, none)),
			ignoreMissing(rbac.Roles(namespace).Delete(ctx, name, none)))
	}
	return errors.Join(problems...)
}

func ignoreMissing(err error) error {
	if err == nil || apierrors.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("give up the cluster: %w", err)
}
