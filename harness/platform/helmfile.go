package platform

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// environmentOf is the helmfile environment of the kind target.
func environmentOf(images Images) string {
	if images == Hermetic {
		return "kind-hermetic"
	}
	return "kind"
}

// releaser runs helmfile with the project's own helm, charts and kubeconfig.
type releaser struct {
	repo, helm, helmfile, charts, kubeconfig, home string
	// platform is the platform.yaml of the specification.
	platform string
	// uid is the UID of the cluster that kubeconfig leads to.
	uid string
	// environment is helmfile's.
	environment string
	// revision identifies the content of the application's images.
	revision string
	timeouts spec.Timeouts
}

// sync installs or upgrades the releases that match the selector; an empty one
// matches all. The cluster shows before each call that it is the one: minutes may
// have passed since it did. When helmfile fails, the error shows the pods that are
// not ready.
func (r releaser) sync(ctx context.Context, log io.Writer, selector string) error {
	config, err := target.Load(ctx, r.kubeconfig, r.uid, r.timeouts.APIRequest.Duration)
	if err != nil {
		return err
	}
	client, err := connect(config)
	if err != nil {
		return err
	}
	args := []string{
		r.helmfile, "--file", filepath.Join(r.repo, "deploy", "helmfile.yaml"),
		"--environment", r.environment, "--helm-binary", r.helm, "--no-color",
	}
	if selector != "" {
		args = append(args, "--selector", selector)
	}
	if err := forgetPending(ctx, log, client); err != nil {
		return err
	}
	err = host.Run(ctx, log, host.Command{
		Dir:  filepath.Join(r.repo, "deploy"),
		Env:  r.env(),
		Args: append(args, "sync"),
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if troubled := troubledPods(ctx, client); troubled != "" {
		fmt.Fprintf(log, "pods that are not ready:\n%s", troubled)
		return fmt.Errorf("%w; pods that are not ready:\n%s", err, troubled)
	}
	return err
}

// troubledPods describes each pod that is not ready: what its containers wait
// for and its last warnings.
func troubledPods(ctx context.Context, client kubernetes.Interface) string {
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Sprintf("  (cannot list pods: %v)\n", err)
	}
	var text strings.Builder
	for _, pod := range pods.Items {
		if pod.Status.Phase == corev1.PodSucceeded || kube.PodReady(&pod) {
			continue
		}
		fmt.Fprintf(&text, "  %s/%s: %s\n", pod.Namespace, pod.Name, pod.Status.Phase)
		for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
			if waiting := status.State.Waiting; waiting != nil {
				fmt.Fprintf(&text, "    %s waits: %s %s\n", status.Name, waiting.Reason, waiting.Message)
			}
			if ended := status.LastTerminationState.Terminated; ended != nil {
				fmt.Fprintf(&text, "    %s ended with %d: %s %s\n", status.Name, ended.ExitCode, ended.Reason, ended.Message)
			}
		}
		events, err := client.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{
			FieldSelector: "involvedObject.name=" + pod.Name + ",type=Warning",
		})
		if err != nil {
			continue
		}
		for _, event := range events.Items[max(0, len(events.Items)-3):] {
			fmt.Fprintf(&text, "    event %s: %s\n", event.Reason, event.Message)
		}
	}
	return text.String()
}
