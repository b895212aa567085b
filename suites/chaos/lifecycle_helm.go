package chaos

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// release is the Helm release of the six deployments, and the name of its chart.
const release = "workloads"

// upgradeRelease upgrades the release so that one deployment changes.
func (l *lifecycle) upgradeRelease(ctx context.Context) error {
	revision, err := deployedRevision(ctx)
	if err != nil {
		return err
	}
	l.revision = revision
	return l.roll(ctx, &l.Upgrade, func() error {
		return l.helm(ctx, "upgrade", release, "charts/"+release, "--reuse-values",
			"--set-string", fmt.Sprintf("workloads.%s.env.ASSAY_LIFECYCLE=%d", changed(), p.Run.Seed))
	})
}

// rollBackRelease rolls the release back to the revision before.
func (l *lifecycle) rollBackRelease(ctx context.Context) error {
	return l.roll(ctx, &l.Rollback, func() error {
		err := l.helm(ctx, "rollback", release, l.revision)
		if err == nil {
			l.revision = ""
		}
		return err
	})
}

// deployedRevision is the number of the release's revision that is deployed, as
// helm's labels on the secret that holds it say.
func deployedRevision(ctx context.Context) (string, error) {
	var secrets corev1.SecretList
	err := p.Cluster.List(ctx, &secrets, client.InNamespace(key(changed()).Namespace),
		client.MatchingLabels{"owner": "helm", "name": release, "status": "deployed"})
	if err != nil {
		return "", fmt.Errorf("look for the release %s: %w", release, err)
	}
	if len(secrets.Items) != 1 {
		return "", fmt.Errorf("release %s has %d deployed revisions, want one: run `make up`", release, len(secrets.Items))
	}
	return secrets.Items[0].Labels["version"], nil
}

func (l *lifecycle) helm(ctx context.Context, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, timeouts.Rollout.Duration)
	defer cancel()
	return p.Helm(ctx, append(args, "--namespace", key(changed()).Namespace)...)
}
