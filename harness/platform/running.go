package platform

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// running returns what runs on the cluster: the versions of Kubernetes and of
// each image, by the image's name as versionsOf has it, and the digests of the
// images, by reference.
func running(ctx context.Context, client kubernetes.Interface) (versions, digests map[string]string, err error) {
	versions, digests = map[string]string{}, map[string]string{}
	server, err := client.Discovery().ServerVersion()
	if err != nil {
		return nil, nil, fmt.Errorf("ask for the version of Kubernetes: %w", err)
	}
	versions["kubernetes"] = server.GitVersion
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, fmt.Errorf("list nodes: %w", err)
	}
	for _, node := range nodes.Items {
		versions["kernel"] = node.Status.NodeInfo.KernelVersion
		versions["container runtime"] = node.Status.NodeInfo.ContainerRuntimeVersion
	}
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, fmt.Errorf("list pods: %w", err)
	}
	var images []string
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodRunning {
			continue
		}
		for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
			images = append(images, status.Image)
			if _, digest, ok := strings.Cut(status.ImageID, "@"); ok {
				digests[status.Image] = digest
			}
		}
	}
	maps.Copy(versions, versionsOf(images))
	return versions, digests, nil
}

// ofTheCluster are names of versions that are no image's.
var ofTheCluster = []string{"kubernetes", "kernel", "container runtime"}

// versionsOf returns the tags of images, or their digests where they have no tag,
// by the last element of their repository; by the whole repository without its
// registry where several share that element. Several versions of one image are
// separated by commas. What is no reference is left out: a container runtime tells
// the digest of an image that has lost its name.
func versionsOf(images []string) map[string]string {
	tags := map[string]map[string]bool{}
	sharing := map[string]map[string]bool{}
	for _, name := range ofTheCluster {
		sharing[name] = map[string]bool{name: true}
	}
	add := func(to map[string]map[string]bool, key, value string) {
		if to[key] == nil {
			to[key] = map[string]bool{}
		}
		to[key][value] = true
	}
	for _, image := range images {
		repository, tag, ok := parts(image)
		if !ok {
			continue
		}
		add(tags, repository, tag)
		add(sharing, path.Base(repository), repository)
	}
	versions := map[string]string{}
	for repository, of := range tags {
		key := path.Base(repository)
		if len(sharing[key]) > 1 {
			key = repository
		}
		versions[key] = strings.Join(slices.Sorted(maps.Keys(of)), ", ")
	}
	return versions
}

// parts returns the repository of an image without its registry, and its tag or
// else its digest.
func parts(image string) (repository, tag string, ok bool) {
	if strings.HasPrefix(image, "sha256:") {
		return "", "", false
	}
	tagged, digest, _ := strings.Cut(image, "@")
	reference, err := name.NewTag(tagged, name.WithDefaultTag(""))
	if err != nil {
		return "", "", false
	}
	tag = reference.TagStr()
	switch {
	case tag == "" && digest == "":
		tag = name.DefaultTag
	case tag == "":
		tag = digest
	}
	return reference.RepositoryStr(), tag, true
}
