package platform

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/kube/adoption"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// AdoptOptions say which cluster is adopted, and for what.
type AdoptOptions struct {
	// Kubeconfig is the file that has the context, of any form that kubectl takes.
	Kubeconfig, Context string
	// UID is that of the cluster's namespace kube-system, by which the caller says that he
	// means this one.
	UID string
	// Confirm asks a person for the UID if there is none; nil where nobody can be asked.
	Confirm func(ctx context.Context) (string, error)
	// AllowExec lets the kubeconfig run its command for credentials.
	AllowExec bool
	Profile   spec.Profile
	// TTL is how long the token lasts; the API server may shorten it.
	TTL     time.Duration
	Ingress run.Endpoint
}

// Adopt takes over a cluster that somebody else made: it shows which one it is and what it
// will make, wants its UID, marks it, makes a service account with the rights of the
// profile, and writes a kubeconfig with a token of that. A refusal changes nothing; what an
// error leaves is taken away by Unadopt.
func (p *Platform) Adopt(ctx context.Context, o AdoptOptions) error {
	if err := p.unused(); err != nil {
		return err
	}
	given, client, err := p.open(o.Kubeconfig, o.Context, o.AllowExec)
	if err != nil {
		return err
	}
	a, err := p.show(ctx, given, client, o)
	if err != nil {
		return err
	}
	uid := o.UID
	if uid == "" && o.Confirm != nil {
		if uid, err = o.Confirm(ctx); err != nil {
			return err
		}
	}
	switch {
	case uid == "":
		return refusal.New("this would change the cluster %s: run the command again with --uid %s, if it is the one that you mean", a.Server, a.ClusterUID)
	case types.UID(uid) != a.ClusterUID:
		return refusal.New("the cluster has the UID %s and not %s: it is another one, and nothing was changed", a.ClusterUID, uid)
	}
	rights, err := adoption.RightsOf(o.Profile)
	if err != nil {
		return err
	}
	if err := p.saveAdoption(a); err != nil {
		return err
	}
	taken, err := adoption.Take(ctx, client, adoption.Options{
		Run: a.ID, Pinned: a.ClusterUID, Mark: true, TTL: o.TTL, Rights: rights, Namespaces: a.Namespaces,
		Notes: map[string]string{adoption.OwnerNote: owner(), "assay.dev/profile": string(o.Profile)},
	})
	if err != nil {
		return fmt.Errorf("%w\n`assay unadopt` takes away what was made", err)
	}
	a.Expires = taken.Expires
	_, server, err := given.Client()
	if err != nil {
		return err
	}
	if err := errors.Join(adoption.WriteKubeconfig(p.AdoptedKubeconfig(), server, taken), p.saveAdoption(a)); err != nil {
		return err
	}
	p.printf("adopted until %s. Next: `assay preflight` says what can be judged here, `assay test` judges", a.Expires.UTC().Format("2006-01-02 15:04 UTC"))
	return nil
}

// unused refuses where this directory has a platform already.
func (p *Platform) unused() error {
	before, err := p.Adoption()
	if err != nil {
		return err
	}
	if before != nil {
		return refusal.New("a cluster is adopted here already, %s, as %s: `assay unadopt` first, or take another directory, or another %s", before.Server, before.Profile, NameEnv)
	}
	if state, err := p.loadState(); err != nil || state != nil {
		return errors.Join(err, refusal.New("the platform %s is one that `assay up` has made: set %s to another name", p.name, NameEnv))
	}
	return nil
}

// open reads a kubeconfig that somebody else's tools made.
func (p *Platform) open(file, context string, allowExec bool) (*adoption.Given, kubernetes.Interface, error) {
	given, err := adoption.Read(file, context)
	if err != nil {
		return nil, nil, err
	}
	if given.Command != "" && !allowExec {
		return nil, nil, refusal.New("the context %s runs a command for its credentials: `%s`; --allow-exec lets it run, now and for unadopt, and never for a check", given.Context, given.Command)
	}
	client, _, err := given.Client()
	return given, client, err
}

// show prints which cluster it is and what will be made in it, after everything that can be
// asked without a change.
func (p *Platform) show(ctx context.Context, given *adoption.Given, client kubernetes.Interface, o AdoptOptions) (*Adopted, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Spec.Timeouts.SteadyState.Duration)
	defer cancel()
	system, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("ask the cluster who it is: %w", err)
	}
	version, err := client.Discovery().ServerVersion()
	if err != nil {
		return nil, fmt.Errorf("ask the cluster for its version: %w", err)
	}
	file, err := filepath.Abs(given.File)
	if err != nil {
		return nil, err
	}
	a := &Adopted{
		ID: rand.Text()[:12], Profile: o.Profile, File: file, Context: given.Context, Server: given.Server,
		ClusterUID: system.UID, Namespaces: p.Spec.OwnNamespaces(), Since: time.Now().UTC().Truncate(time.Second), Ingress: o.Ingress,
		Marked: system.Labels[TargetLabel] != TargetValue, // a label that was there before stays
	}
	if err := p.complete(ctx, client, a.Namespaces); err != nil {
		return nil, err
	}
	others, err := adoption.Others(ctx, client, a.ID)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		return nil, refusal.New("the cluster is adopted by another run: %s. Its owner ends that by `assay unadopt`; if it is lost, `kubectl delete serviceaccounts,clusterroles,clusterrolebindings,roles,rolebindings --all-namespaces --selector %s=ID` does", strings.Join(others, "; "), adoption.RunLabel)
	}
	if err := adoption.Allowed(ctx, client, "create", a.Namespaces); err != nil {
		return nil, err
	}
	p.printf("cluster     %s, Kubernetes %s\ncontext     %s of %s\nUID         %s\nplatform    %s, namespaces %s\nprofile     %s\nwill make   the label %s=%s on kube-system; a service account in kube-system with the rights of the profile\n            (ClusterRole, Role in each namespace, their bindings), all labelled %s=%s",
		a.Server, version.GitVersion, a.Context, a.File, a.ClusterUID, p.Spec.Name, strings.Join(a.Namespaces, ", "), a.Profile,
		TargetLabel, TargetValue, adoption.RunLabel, strings.ToLower(a.ID))
	return a, nil
}

// complete refuses a cluster that lacks namespaces of the platform.
func (p *Platform) complete(ctx context.Context, client kubernetes.Interface, namespaces []string) error {
	var missing []string
	for _, name := range namespaces {
		_, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			missing = append(missing, name)
		case err != nil:
			return fmt.Errorf("look for the namespace %s: %w", name, err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	there := slices.DeleteFunc(slices.Clone(namespaces), func(name string) bool { return slices.Contains(missing, name) })
	return refusal.New("%d of %d namespaces of %s are missing: %s (there: %s): deploy the platform first, or name its own specification by --spec",
		len(missing), len(namespaces), p.Spec.Name, strings.Join(missing, ", "), strings.Join(there, ", "))
}

// owner names who runs this, for people.
func owner() string {
	host, _ := os.Hostname()
	if current, err := user.Current(); err == nil {
		return current.Username + "@" + host
	}
	return host
}

// Unadopt takes away everything that Adopt made in the cluster, by the kubeconfig that it
// was adopted by, or by another one that leads to the same cluster.
func (p *Platform) Unadopt(ctx context.Context, file, context string, allowExec bool) error {
	a, err := p.Adoption()
	if err != nil {
		return err
	}
	if a == nil {
		return refusal.New("no cluster is adopted here")
	}
	if file == "" {
		file, context = a.File, a.Context
	}
	_, client, err := p.open(file, context, allowExec)
	if err != nil {
		return err
	}
	if err := adoption.GiveUp(ctx, client, a.ID, a.ClusterUID, a.Namespaces...); err != nil {
		return err
	}
	if a.Marked {
		if err := adoption.Unmark(ctx, client, a.ID, a.ClusterUID); err != nil {
			return err
		}
	}
	if err := p.forgetAdoption(); err != nil {
		return err
	}
	p.printf("gave the cluster %s back: the service account, its rights and the label are gone", a.Server)
	return nil
}
